/** How defaults are written down: one function per kind, in tables by area. */
import type { KubeObject } from '../../model/object.ts';

/** Gives the object with what it leaves out; never changes its input, and gives it back where nothing is missing. */
export type Defaulter = (object: KubeObject) => KubeObject;

/** By `apiVersion/kind`. */
export type Defaulters = Readonly<Record<string, Defaulter>>;
