/** Bounds on what a body may be, each with its reason. */

/**
 * How deep a body may nest. Kubernetes allows 10,000, which its recursive readers can bear and ours cannot; the
 * deepest thing that people write, the schema of a custom resource, stays well below 100.
 */
export const nestingMax = 500;

/** Aliases (`*name`) of one YAML body: nobody sends more than a few. */
export const yamlAliasesMax = 100;

/** Values of one YAML body once its aliases are written out: what an alias bomb multiplies. */
export const yamlNodesMax = 500_000;
