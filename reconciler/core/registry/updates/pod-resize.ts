/** Kubernetes' rules of resizing a pod in place: cpu and memory of containers and sidecars, within its QoS class. */
import type { FieldProblem } from '../../../../schemas/validation/field-problem.ts';
import { type Fields, fieldsOf, isFields, itemsOf, listOf } from '../../../../schemas/validation/loose.ts';
import { Reporter } from '../../../../schemas/validation/rule.ts';
import { qosClassOf } from '../qos.ts';
import { semanticallyEqual } from './semantic-equal.ts';

const mirrorAnnotation = 'kubernetes.io/config.mirror';
const resizable = ['cpu', 'memory'];

/** Pods that cannot be resized at all. */
function refusal(after: Fields, before: Fields): string | undefined {
  const own = (pod: Fields): boolean => {
    const { requests, limits } = fieldsOf(fieldsOf(pod['spec'])['resources']);
    return Object.keys({ ...fieldsOf(requests), ...fieldsOf(limits) }).length > 0;
  };
  if (own(before) || own(after)) return 'pods with pod-level resources cannot be resized';
  if (fieldsOf(fieldsOf(before['metadata'])['annotations'])[mirrorAnnotation] !== undefined)
    return 'static pods cannot be resized';
  if (fieldsOf(fieldsOf(before['spec'])['os'])['name'] === 'windows') return 'windows pods cannot be resized';
  return undefined;
}

export function resizeProblems(after: Fields, before: Fields): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const report = new Reporter(problems, []);
  const refused = refusal(after, before);
  if (refused !== undefined) {
    report.forbidden([], refused);
    return problems;
  }
  const [now, old] = [fieldsOf(after['spec']), fieldsOf(before['spec'])];
  const next = qosClassOf(after);
  if ((fieldsOf(before['status'])['qosClass'] ?? qosClassOf(before)) !== next)
    report.invalid(['spec'], next, 'Pod QOS Class may not change as a result of resizing');
  if (!runsWithResize(before)) report.forbidden(['spec'], 'Pod running on node without support for resize');
  for (const list of ['initContainers', 'containers']) reportContainers(now, old, list, report);
  if (problems.length === 0 && !semanticallyEqual(withOldAmounts(now, old), old))
    report.forbidden(['spec'], 'only cpu and memory resources are mutable');
  return problems;
}

/** A running container whose status tells its resources is on a node that can change them. */
function runsWithResize(pod: Fields): boolean {
  const running = itemsOf(fieldsOf(pod['status'])['containerStatuses']).find(([, status]) =>
    isFields(fieldsOf(status['state'])['running']),
  );
  return running === undefined || isFields(running[1]['resources']);
}

function isSidecar(container: Fields): boolean {
  return container['restartPolicy'] === 'Always';
}

function reportContainers(after: Fields, before: Fields, list: string, report: Reporter): void {
  const now = listOf(after[list]);
  for (const [index, old] of itemsOf(before[list])) {
    const container = fieldsOf(now[index]);
    const init = list === 'initContainers';
    if (init && !isSidecar(old)) {
      if (!semanticallyEqual(container, old))
        report.forbidden(['spec'], 'resources for non-sidecar init containers are immutable');
      continue;
    }
    for (const kind of ['requests', 'limits']) {
      const kept = fieldsOf(fieldsOf(container['resources'])[kind]);
      const lost = Object.keys(fieldsOf(fieldsOf(old['resources'])[kind])).some(
        (name) => kept[name] === undefined,
      );
      if (lost) {
        const path = ['spec', list, index, 'resources', kind];
        report.forbidden(path, `resource ${kind} cannot be removed`);
      }
    }
    if (!semanticallyEqual(withOldResources(container, old), old)) {
      const which = init ? 'resources for sidecar containers are' : 'resources are';
      report.forbidden(['spec'], `only cpu and memory ${which} mutable`);
    }
  }
}

/** A container with its old cpu and memory. */
function withOldResources(container: Fields, old: Fields): Fields {
  const [now, before] = [fieldsOf(container['resources']), fieldsOf(old['resources'])];
  const resources: Record<string, unknown> = { ...now };
  for (const kind of ['requests', 'limits']) {
    const amounts = { ...fieldsOf(now[kind]) };
    const kept = fieldsOf(before[kind]);
    for (const name of resizable) {
      delete amounts[name];
      if (kept[name] !== undefined) amounts[name] = kept[name];
    }
    resources[kind] = Object.keys(amounts).length === 0 ? before[kind] : amounts;
  }
  return { ...container, resources, resizePolicy: old['resizePolicy'] };
}

function withOldAmounts(after: Fields, before: Fields): Fields {
  const restored = (list: string): unknown =>
    Array.isArray(after[list])
      ? listOf(after[list]).map((item, index) =>
          withOldResources(fieldsOf(item), fieldsOf(listOf(before[list])[index])),
        )
      : after[list];
  return { ...after, containers: restored('containers'), initContainers: restored('initContainers') };
}
