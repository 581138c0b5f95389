/** `npm run check`: the fast gate. Types, lint, import rules, dead code, format, generated files, unit tests. */
import { runSteps } from './steps.ts';

process.exitCode = await runSteps(['generated', 'format', 'types', 'imports', 'dead code', ['lint', 'unit']]);
