/** The import rules of the tree: what may know what. See ARCHITECTURE.md. */
const io = 'reconciler/(intake|store|api|dispatch|providers)';
const tests = '\\.test\\.ts$|^test/|^bench/|^fixtures/';
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'core-is-pure', comment: 'reconciler/core imports core and schemas alone', severity: 'error',
      from: { path: '^reconciler/core/', pathNot: tests }, to: { pathNot: '^(reconciler/core/|schemas/|node_modules/)' } },
    { name: 'agent-core-is-pure', comment: 'nodes/agent/core imports core and schemas alone', severity: 'error',
      from: { path: '^nodes/agent/core/', pathNot: tests }, to: { pathNot: '^(nodes/agent/core/|schemas/|node_modules/)' } },
    { name: 'schemas-stand-alone', severity: 'error',
      from: { path: '^schemas/', pathNot: tests }, to: { pathNot: '^(schemas/|node_modules/)', dependencyTypesNot: ['core'] } },
    { name: 'io-folders-apart', comment: 'adapters import core, never each other', severity: 'error',
      from: { path: `^${io}/`, pathNot: tests }, to: { path: `^reconciler/`, pathNot: ['^reconciler/core/', '^reconciler/$1/'] } },
    { name: 'loop-knows-ports', comment: 'loop drives core through its ports, not through adapters', severity: 'error',
      from: { path: '^reconciler/loop/', pathNot: tests }, to: { path: '^reconciler/', pathNot: '^reconciler/(core|loop)/' } },
    { name: 'main-alone-wires', severity: 'error',
      from: { pathNot: ['^reconciler/main', tests] }, to: { path: '^reconciler/main' } },
    { name: 'reconciler-not-nodes', severity: 'error', from: { path: '^reconciler/', pathNot: tests }, to: { path: '^nodes/' } },
    { name: 'nodes-not-reconciler', severity: 'error', from: { path: '^nodes/', pathNot: tests }, to: { path: '^reconciler/' } },
    { name: 'agent-adapters-apart', severity: 'error',
      from: { path: '^nodes/agent/(runtime|net|report)/', pathNot: tests }, to: { path: '^nodes/', pathNot: ['^nodes/agent/core/', '^nodes/agent/$1/'] } },
    { name: 'cli-knows-the-api', severity: 'error', from: { path: '^cli/', pathNot: tests }, to: { path: '^(reconciler|nodes|fixtures|bench)/' } },
    { name: 'nothing-imports-test', severity: 'error', from: { pathNot: tests }, to: { path: '^(test|bench)/' } },
    { name: 'production-dependencies-only', severity: 'error',
      from: { path: '^(cli|schemas|reconciler|nodes)/', pathNot: [tests, '^schemas/generate/'] }, to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'] , dependencyTypesNot: ['type-only'] } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'], extensions: ['.ts', '.js', '.json', '.cjs', '.mjs', '.d.ts'] },
  },
};
