/** Berth's own kinds. */
import { cronProblem } from './cron.ts';
import { berth } from './definition-names.ts';
import { listOf, textOf } from './loose.ts';
import type { Check, Constraints } from './rule.ts';

const pinnedKeys: Check = (spec, report) => {
  if (listOf(spec['hostKeys']).length === 0) {
    report.required(['hostKeys'], 'pin the host key (`ssh-keyscan ADDRESS | ssh-keygen -lf -` prints it)');
  }
};

/** Where SSH connects to: an address, or a name that resolves to one. */
const reachable: Check = (spec, report) => {
  const address = textOf(spec['address']) ?? '';
  const numeric = address.includes(':') || /^[0-9.]+$/.test(address);
  report.format(['address'], address, numeric ? 'ip' : 'dns1123Subdomain');
};

const schedule: Check = (spec, report) => {
  const text = textOf(spec['schedule']);
  const isInterval = text?.trim().startsWith('@every') === true;
  const wrong = isInterval ? 'takes five fields, not an interval' : text && cronProblem(text);
  if (wrong !== undefined) report.invalid(['schedule'], text, wrong);
};

export const berthConstraints: Constraints = {
  [berth('HostSpec')]: {
    fields: {
      address: { required: true },
      port: { min: 1, max: 65535 },
      hostKeys: { items: { format: 'fingerprint' }, unique: [] },
      identity: { format: 'pathSegment' },
      internalAddress: { format: 'ip' },
      labels: { keys: 'qualifiedName', values: { format: 'labelValue' } },
    },
    checks: [pinnedKeys, reachable],
  },
  [berth('HostRuntime')]: {
    fields: { type: { oneOf: ['containerd', 'cri-o', 'docker'] }, socket: { format: 'absolutePath' } },
  },
  [berth('AccountReference')]: {
    fields: {
      namespace: { required: true, format: 'dns1123Label' },
      name: { required: true, format: 'dns1123Subdomain' },
    },
  },
  [berth('ApplicationSpec')]: {
    fields: { repository: { required: true }, path: { format: 'relativePath' } },
    checks: [schedule],
  },
};
