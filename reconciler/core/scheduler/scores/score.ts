import type { Inquiry } from '../inquiry.ts';

/** Slots of the nodes to score; the points are in the same order. */
export type Slots = readonly number[];

/** Writes a number from 0 to 100 for each of the nodes into `points`; false where it has no opinion. */
export type Score = (inquiry: Inquiry, slots: Slots, points: Float64Array) => boolean;
