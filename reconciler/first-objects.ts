/** What every cluster has from its start, and the Application that the command line named. */
import type { Application } from '../schemas/berth/types.ts';
import type { Namespace } from '../schemas/kubernetes/types/core-v1.ts';
import type { PriorityClass } from '../schemas/kubernetes/types/scheduling-v1.ts';
import { systemPriorityClasses } from './core/admission/priority.ts';
import { kubernetesService } from './core/controllers/api-endpoint.ts';
import { missingDefaults } from './core/authorization/default-objects.ts';
import type { ClusterAccess } from './core/model/access.ts';
import type { KubeObject } from './core/model/object.ts';
import type { Change } from './core/model/plan.ts';
import { localPathClass } from './core/storage/local-path.ts';
import type { ApplicationSettings, Settings } from './settings.ts';

const systemNamespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Writes what is missing. Several reconcilers may do so at once. Rejects where the registry refuses an object. */
export async function ensureFirstObjects(
  cluster: ClusterAccess,
  settings: Settings,
  apiPort: number,
): Promise<void> {
  for (;;) {
    const result = await cluster.submit(firstChanges(cluster, settings, apiPort), { fence: 'none' });
    // A default binding that was bent is deleted first and made anew in the next round.
    if (result.ok && missingDefaults(cluster.view).length === 0) return;
    if (!result.ok && result.problem.code !== 409)
      throw new Error(`the first objects could not be written: ${result.problem.message}`);
  }
}

function firstChanges(cluster: ClusterAccess, settings: Settings, apiPort: number): readonly Change[] {
  const { view } = cluster;
  // Who takes the class away, or makes another one the default, does not get it back with the next start.
  const isFirstStart = view.get<Namespace>('v1', 'Namespace', '', 'kube-system') === undefined;
  const objects: readonly KubeObject[] = [
    ...systemNamespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...Object.entries(systemPriorityClasses).map(priorityClass),
    kubernetesService(settings.network.serviceCidr, apiPort),
    ...(isFirstStart ? [localPathClass] : []),
  ];
  const missing = objects.filter(
    ({ apiVersion, kind, metadata }) =>
      view.get<KubeObject>(apiVersion, kind, metadata.namespace ?? '', metadata.name ?? '') === undefined,
  );
  const { application } = settings;
  return [
    ...missing.map((object): Change => ({ type: 'create', object })),
    ...missingDefaults(view),
    ...(application === undefined ? [] : [applicationChange(cluster, application)]),
  ];
}

function priorityClass([name, value]: readonly [string, number]): PriorityClass {
  const description = `For pods without which ${name === 'system-node-critical' ? 'a node' : 'the cluster'} does not work.`;
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    description,
  };
}

function applicationChange(cluster: ClusterAccess, settings: ApplicationSettings): Change {
  const { name, repository, ref, path, schedule, prune } = settings;
  const spec = {
    repository,
    ref,
    prune,
    ...(path === undefined ? {} : { path }),
    ...(schedule === undefined ? {} : { schedule }),
  };
  const live = cluster.view.get<Application>('berth.dev/v1alpha1', 'Application', '', name);
  if (live !== undefined) return { type: 'update', scope: 'spec', object: { ...live, spec } as Application };
  return {
    type: 'create',
    object: {
      apiVersion: 'berth.dev/v1alpha1',
      kind: 'Application',
      metadata: { name },
      spec,
    } as Application,
  };
}
