/** `npm test`: the whole truth. Everything of the fast gate, then contract, simulation, crash and end-to-end tests. */
import { ensurePackages } from '../fixtures/lab/packages.ts';
import { runSteps } from './steps.ts';

/** What the end-to-end tests start on this machine. */
const debianPackages = [
  'containerd',
  'runc',
  'containernetworking-plugins',
  'nftables',
  'iproute2',
  'openssh-server',
  'openssh-client',
  'openssl',
  'git',
  'busybox-static',
  'conntrack',
  'etcd-server',
  'strace',
];

await ensurePackages(debianPackages);
process.exitCode = await runSteps([
  'generated',
  'format',
  'types',
  'imports',
  'dead code',
  // Lint keeps one processor busy.
  ['lint', 'unit'],
  'contract',
  'simulation',
  'kubectl',
  'end to end',
]);
