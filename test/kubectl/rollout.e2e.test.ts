/** kubectl rollout of StatefulSets and DaemonSets: history, undo, restart, status; of a ReplicationController, scale. */
import { kubectlTest } from './kubectl-trial.ts';

const template = `
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers: [{name: main, image: 'db:1'}]
`;
const files = {
  'sts.yaml': `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, annotations: {kubernetes.io/change-cause: first}}
spec:
  replicas: 0
  serviceName: db${template}`,
  'ds.yaml': `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: db, annotations: {kubernetes.io/change-cause: first}}
spec:${template}`,
  'rc.yaml': `apiVersion: v1
kind: ReplicationController
metadata: {name: web}
spec:
  replicas: 1
  selector: {app: web}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: 'web:1'}]}
`,
};

const revisions = (count: number): string =>
  `for turn in 1 2 3 4 5 6 7 8 9; do [ "$(kubectl get controllerrevisions -o name | wc -l)" -eq ${count} ] && break; sleep 0.3; done; kubectl get controllerrevisions -o name | wc -l`;

function rolloutTest(kind: 'statefulset' | 'daemonset', file: string, done: string): void {
  const name = `${kind}.apps/db`;
  kubectlTest(`kubectl rolls a ${kind} out and back`, files, [
    [`kubectl apply -f ${file}`, `${name} created`],
    [revisions(1), '1'],
    [`kubectl rollout status ${kind}/db --timeout=10s`, done],
    [`kubectl rollout history ${kind}/db`, `${name} \nREVISION  CHANGE-CAUSE\n1         first`],
    [`kubectl set image ${kind}/db main=db:2`, `${name} image updated`],
    [`kubectl annotate ${kind} db kubernetes.io/change-cause=second --overwrite`, `${name} annotated`],
    [revisions(2), '2'],
    [
      `kubectl rollout history ${kind}/db --revision=1`,
      /^.*with revision #1\nPod Template:\n {2}Labels:\tapp=db\n {2}Containers:\n {3}main:\n {4}Image:\tdb:1\n/,
    ],
    [`kubectl rollout history ${kind}/db --revision=9`, 'error: unable to find the specified revision', 1],
    [`kubectl rollout undo ${kind}/db`, `${name} rolled back`],
    [`kubectl get ${kind} db -o jsonpath='{.spec.template.spec.containers[0].image}'`, 'db:1'],
    [
      `for turn in 1 2 3 4 5 6 7 8 9; do kubectl rollout history ${kind}/db | grep -q ^3 && break; sleep 0.3; done; kubectl rollout history ${kind}/db | cut -c1-9`,
      /REVISION \n2 +\n3 *$/,
    ],
    [`kubectl rollout undo ${kind}/db --to-revision=2`, `${name} rolled back`],
    [`kubectl get ${kind} db -o jsonpath='{.spec.template.spec.containers[0].image}'`, 'db:2'],
    [
      `kubectl rollout undo ${kind}/db --to-revision=9`,
      'error: unable to find specified revision 9 in history',
      1,
    ],
    [`kubectl rollout restart ${kind}/db`, `${name} restarted`],
    [revisions(3), '3'],
    [`kubectl rollout status ${kind}/db --timeout=10s`, done],
    [`kubectl rollout pause ${kind}/db`, new RegExp(`pausing is not supported`), 1],
    [`kubectl delete ${kind} db`, `${kind}.apps "db" deleted`],
    [revisions(0), '0'],
  ]);
}

rolloutTest('statefulset', 'sts.yaml', 'partitioned roll out complete: 0 new pods have been updated...');
rolloutTest('daemonset', 'ds.yaml', 'daemon set "db" successfully rolled out');

kubectlTest('kubectl scales what is not a Deployment', files, [
  ['kubectl apply -f sts.yaml -f rc.yaml', 'statefulset.apps/db created\nreplicationcontroller/web created'],
  ['kubectl scale sts db --replicas=2', 'statefulset.apps/db scaled'],
  [
    "kubectl wait sts/db --for=jsonpath='{.status.replicas}'=1 --timeout=10s",
    'statefulset.apps/db condition met',
  ],
  ['kubectl get pods -l app=db -o name', 'pod/db-0'],
  [
    'kubectl rollout status sts/db --timeout=1s',
    /^Waiting for 2 pods to be ready\.\.\.\nerror: timed out waiting for the condition$/,
    1,
  ],
  ['kubectl scale rc web --replicas=3', 'replicationcontroller/web scaled'],
  [
    "kubectl wait rc/web --for=jsonpath='{.status.replicas}'=3 --timeout=10s",
    'replicationcontroller/web condition met',
  ],
  ['kubectl get rc', /^NAME +DESIRED +CURRENT +READY +AGE\nweb +3 +3 +0 +\d+s$/],
  ['kubectl get sts', /^NAME +READY +AGE\ndb +0\/2 +\d+s$/],
  ['kubectl delete rc web --cascade=orphan', 'replicationcontroller "web" deleted'],
  ['kubectl get pods -l app=web -o name | wc -l', '3'],
  ['kubectl delete sts db --cascade=foreground', 'statefulset.apps "db" deleted'],
  ['kubectl get pods -l app=db', 'No resources found in default namespace.'],
]);

kubectlTest('kubectl tells why a ReplicationController lacks pods', files, [
  ['kubectl create quota few --hard=pods=0', 'resourcequota/few created'],
  ['kubectl apply -f rc.yaml', 'replicationcontroller/web created'],
  [
    'kubectl wait rc/web --for=condition=ReplicaFailure --timeout=10s',
    'replicationcontroller/web condition met',
  ],
  [
    "kubectl get rc web -o jsonpath='{.status.conditions[0].reason}: {.status.conditions[0].message}'",
    /^FailedCreate: pods "web-\w{5}" is forbidden: exceeded quota: few, requested: pods=1, used: pods=0, limited: pods=0$/,
  ],
  [
    'kubectl describe rc web | tail -2',
    /Warning +FailedCreate +.* +replication-controller +Error creating: pods "web-\w{5}" is forbidden: exceeded quota/,
  ],
  ['kubectl scale rc web --replicas=0', 'replicationcontroller/web scaled'],
  [
    "kubectl wait rc/web --for=jsonpath='{.status.observedGeneration}'=2 --timeout=10s && kubectl get rc web -o jsonpath='{.status.conditions}'",
    'replicationcontroller/web condition met',
  ],
]);
