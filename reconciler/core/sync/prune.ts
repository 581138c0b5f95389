/** What an application owns and its repository no longer holds. */
import { allObjects } from '../model/all-objects.ts';
import { type KubeObject, refOf } from '../model/object.ts';
import type { ClusterView } from '../model/view.ts';
import { identityOf } from './identity.ts';
import { applicationsOf } from './ownership.ts';

/** `disabled` keeps an object that left the repository. */
const pruneAnnotation = 'berth.dev/prune';

type PruneVerdict =
  | { readonly object: KubeObject; readonly prune: true }
  /** Kept, and why; the application goes on owning it. */
  | { readonly object: KubeObject; readonly prune: false; readonly reason: string };

/** Objects named in a reason; the rest is counted. */
const namedMax = 3;

/** One verdict per object that is owned and not in `desired` (identities). What is being deleted already is not among them. */
export function pruneVerdicts(
  application: string,
  desired: ReadonlySet<string>,
  view: ClusterView,
): readonly PruneVerdict[] {
  const objects = allObjects(view);
  const left = objects.filter(
    (object) =>
      object.metadata.deletionTimestamp === undefined &&
      applicationsOf(object).includes(application) &&
      !desired.has(identityOf(refOf(object))),
  );
  const going = new Set(left.filter((object) => keptBecause(object, application) === undefined));
  return left.map((object) => {
    const reason = keptBecause(object, application) ?? namespaceHolds(object, objects, going);
    return reason === undefined ? { object, prune: true } : { object, prune: false, reason };
  });
}

function keptBecause(object: KubeObject, application: string): string | undefined {
  if (object.metadata.annotations?.[pruneAnnotation] === 'disabled')
    return `annotated ${pruneAnnotation}: disabled`;
  if (object.kind === 'Application' && object.metadata.name === application)
    return 'an application does not delete itself';
  return undefined;
}

/**
 * A namespace takes everything in it along, so it goes only once nothing is left in it but what goes with this
 * plan, what controllers made, and what Kubernetes itself puts into every namespace.
 */
function namespaceHolds(
  object: KubeObject,
  objects: readonly KubeObject[],
  going: ReadonlySet<KubeObject>,
): string | undefined {
  if (object.apiVersion !== 'v1' || object.kind !== 'Namespace') return undefined;
  const inside = objects.filter((one) => one.metadata.namespace === object.metadata.name);
  const foreign = inside.filter((one) => !going.has(one) && !isMadeByCluster(one));
  if (foreign.length === 0) return undefined;
  const named = foreign.slice(0, namedMax).map((one) => `${one.kind} ${one.metadata.name ?? ''}`);
  const others = foreign.length > namedMax ? [`${foreign.length - namedMax} more`] : [];
  return `it holds what this application does not own: ${[...named, ...others].join(', ')}`;
}

function isMadeByCluster(object: KubeObject): boolean {
  const { name, ownerReferences = [] } = object.metadata;
  if (ownerReferences.length > 0 || object.kind === 'Event') return true;
  return (
    (object.kind === 'ServiceAccount' && name === 'default') ||
    (object.kind === 'ConfigMap' && name === 'kube-root-ca.crt')
  );
}
