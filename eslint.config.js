import tseslint from 'typescript-eslint';

/** Rules for the pure folders: whatever a `core/` computes depends on its arguments alone. */
const pure = {
  'no-restricted-syntax': [
    'error',
    { selector: ':function[async=true]', message: 'core/ is synchronous: return a plan, let the shell act.' },
    { selector: 'AwaitExpression', message: 'core/ is synchronous: return a plan, let the shell act.' },
    {
      selector: "MemberExpression[object.name='Math'][property.name='random']",
      message: 'core/ takes its randomness as an argument.',
    },
  ],
  'no-restricted-globals': [
    'error',
    ...[
      'Date',
      'process',
      'setTimeout',
      'setInterval',
      'setImmediate',
      'queueMicrotask',
      'performance',
      'crypto',
      'fetch',
      'console',
    ].map((name) => ({ name, message: 'core/ is pure: time, randomness and I/O come in as arguments.' })),
  ],
  'no-restricted-imports': [
    'error',
    { patterns: [{ regex: '^node:', message: 'core/ is pure: no node:* modules.' }] },
  ],
};

export default tseslint.config(
  { ignores: ['node_modules/', '.cache/', 'dist/', 'schemas/kubernetes/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 500 }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'no-empty': 'error',
      'no-console': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' },
        { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file that defines it.' },
      ],
      eqeqeq: ['error', 'always'],
      'prefer-const': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'describe', 'it', 'suite'] },
          ],
        },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
    },
  },
  { files: ['reconciler/core/**/*.ts', 'nodes/agent/core/**/*.ts'], ignores: ['**/*.test.ts'], rules: pure },
);
