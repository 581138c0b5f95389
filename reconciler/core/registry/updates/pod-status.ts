/** Kubernetes' rules of updates of a pod's status. */
import type { FieldProblem } from '../../../../schemas/validation/field-problem.ts';
import type { FieldPath } from '../../../../schemas/validation/field-path.ts';
import { formats } from '../../../../schemas/validation/formats.ts';
import { isIPv4 } from '../../../../schemas/validation/ip.ts';
import {
  type Fields,
  fieldsOf,
  isEmpty,
  isFields,
  itemsOf,
  textOf,
} from '../../../../schemas/validation/loose.ts';
import { Reporter } from '../../../../schemas/validation/rule.ts';

const ownConditions = new Set(['PodScheduled', 'Ready', 'Initialized']);

/** Containers that ended for good do not come back. */
function reportRestarts(
  after: Fields,
  before: Fields,
  list: string,
  mayRestart: (name: unknown, code: unknown) => boolean,
  report: Reporter,
): void {
  const now = itemsOf(after[list]);
  for (const [index, old] of itemsOf(before[list])) {
    const terminated = fieldsOf(old['state'])['terminated'];
    if (!isFields(terminated) || mayRestart(old['name'], terminated['exitCode'])) continue;
    const next = now.find(([, status]) => status['name'] === old['name'])?.[1];
    if (next !== undefined && !isFields(fieldsOf(next['state'])['terminated']))
      report.forbidden(['status', list, index, 'state'], 'may not be transitioned to non-terminated state');
  }
}

function reportAddresses(status: Fields, list: string, report: Reporter): void {
  const path: FieldPath = ['status', list];
  const addresses = itemsOf(status[list]).map(
    ([index, entry]) => [index, textOf(entry['ip']) ?? ''] as const,
  );
  const seen = new Set<string>();
  for (const [index, ip] of addresses) {
    const wrong = formats.ip(ip);
    if (wrong !== undefined) report.invalid([...path, index], ip, wrong);
    if (seen.has(ip)) report.duplicate([...path, index], { ip });
    seen.add(ip);
  }
  const families = new Set(addresses.map(([, ip]) => isIPv4(ip)));
  if (addresses.length > 1 && (addresses.length > 2 || families.size < 2))
    report.invalid(path, status[list], 'may specify no more than one IP for each IP family');
}

function reportConditions(status: Fields, report: Reporter): void {
  for (const [index, condition] of itemsOf(status['conditions'])) {
    const type = textOf(condition['type']) ?? '';
    const wrong = ownConditions.has(type) ? undefined : formats.qualifiedName(type);
    if (wrong !== undefined)
      report
        .showing(['status', 'conditions', index, 'Type'])
        .invalid(['status', 'conditions', index, 'type'], type, wrong);
  }
}

export function podStatusProblems(after: Fields, before: Fields): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const report = new Reporter(problems, []);
  const [now, old] = [fieldsOf(after['status']), fieldsOf(before['status'])];
  const spec = fieldsOf(before['spec']);
  reportConditions(now, report);
  if (fieldsOf(after['spec'])['nodeName'] !== spec['nodeName'])
    report.forbidden(['status', 'nodeName'], 'may not be changed directly');
  if (now['nominatedNodeName'] !== old['nominatedNodeName'])
    report.format(['status', 'nominatedNodeName'], now['nominatedNodeName'], 'dns1123Subdomain');
  if (!isEmpty(old['qosClass']) && now['qosClass'] !== old['qosClass'])
    report.invalid(['status', 'qosClass'], now['qosClass'] ?? '', 'field is immutable');
  const policy = spec['restartPolicy'] ?? 'Always';
  const byPolicy = (code: unknown): boolean =>
    policy === 'Always' || (policy === 'OnFailure' && code !== 0 && code !== undefined);
  const own = new Map(
    [...itemsOf(spec['containers']), ...itemsOf(spec['initContainers'])].map(
      ([, container]) => [container['name'], container] as const,
    ),
  );
  const restarts = (name: unknown): boolean => !isEmpty(own.get(name)?.['restartPolicy']);
  reportRestarts(now, old, 'containerStatuses', (name, code) => byPolicy(code) || restarts(name), report);
  reportRestarts(now, old, 'initContainerStatuses', (name, code) => byPolicy(code) || restarts(name), report);
  reportRestarts(now, old, 'ephemeralContainerStatuses', () => false, report);
  reportAddresses(now, 'podIPs', report);
  reportAddresses(now, 'hostIPs', report);
  const [first] = itemsOf(now['hostIPs']);
  if (first !== undefined && first[1]['ip'] !== now['hostIP'])
    report.invalid(['status', 'hostIPs', 0, 'ip'], first[1]['ip'], 'must be equal to `hostIP`');
  return problems;
}
