/** Bounds on what a body may be, each with its reason. */

/**
 * How deep a body may nest. Kubernetes allows 10,000, which its recursive readers can bear and ours cannot; the
 * deepest thing that people write, the schema of a custom resource, stays well below 100.
 */
export const nestingMax = 500;
