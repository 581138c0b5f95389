/**
 * Every kind of workload on two real hosts, and kubectl as people run a cluster with it: rolled out and back, scaled,
 * drained, deleted in all three ways.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkedLine, type Row } from '../kubectl/kubectl-trial.ts';
import { tryCommand } from '../../fixtures/lab/command.ts';
import { startCluster, type TestCluster } from './cluster.ts';
import { workloadFiles } from './workload-files.ts';

let cluster: TestCluster;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-workloads-'));
  cluster = await startCluster({ name: 'e2ework', hosts: 2, images: ['busybox:1'] });
  await writeFile(join(folder, 'kubeconfig'), await cluster.berth.run('kubeconfig'), { mode: 0o600 });
  for (const [name, text] of Object.entries(workloadFiles)) await writeFile(join(folder, name), text);
});
after(async () => {
  await cluster.down();
  await rm(folder, { recursive: true });
});

/** Runs the rows one after another, each a line for the shell. */
function workloadTest(name: string, rows: readonly Row[]): void {
  const env = (): NodeJS.ProcessEnv => ({
    ...process.env,
    HOME: folder,
    KUBECONFIG: join(folder, 'kubeconfig'),
    KUBECTL_KUBERC: 'false',
  });
  test(name, async (context) => {
    for (const [line, says, code = 0] of rows)
      await context.test(line, () =>
        checkedLine(
          () => tryCommand('/bin/sh', ['-c', line], { cwd: folder, env: env(), timeoutMs: 150_000 }),
          says,
          code,
        ),
      );
  });
}

const rolledOut = /successfully rolled out$/;
const setsOf = (count: number): string =>
  `kubectl wait deployment/web --for=jsonpath='{.metadata.annotations.deployment\\.kubernetes\\.io/revision}'=${count} --timeout=60s`;

workloadTest('a Deployment is rolled out and back, paused, restarted and scaled', [
  ['kubectl apply -f web.yaml', 'deployment.apps/web created\npoddisruptionbudget.policy/web created'],
  ['kubectl rollout status deployment/web --timeout=120s', rolledOut],
  ['kubectl set env deployment/web TURN=2', 'deployment.apps/web env updated'],
  ['kubectl rollout status deployment/web --timeout=120s', rolledOut],
  ['kubectl rollout history deployment/web', /REVISION {2}CHANGE-CAUSE\n1 +<none>\n2 +<none>$/],
  ['kubectl exec deployment/web -- sh -c "echo \\$TURN"', '2'],
  ['kubectl rollout undo deployment/web', 'deployment.apps/web rolled back'],
  ['kubectl rollout status deployment/web --timeout=120s', rolledOut],
  ['kubectl exec deployment/web -- sh -c "echo \\$TURN"', '1'],
  ['kubectl rollout history deployment/web', /\n2 +<none>\n3 +<none>$/],
  ['kubectl rollout pause deployment/web', 'deployment.apps/web paused'],
  ['kubectl set env deployment/web TURN=4', 'deployment.apps/web env updated'],
  ['kubectl exec deployment/web -- sh -c "echo \\$TURN"', '1'],
  ['kubectl rollout resume deployment/web', 'deployment.apps/web resumed'],
  [setsOf(4), /condition met$/],
  ['kubectl rollout status deployment/web --timeout=120s', rolledOut],
  ['kubectl rollout restart deployment/web', 'deployment.apps/web restarted'],
  ['kubectl rollout status deployment/web --timeout=120s', rolledOut],
  ['kubectl scale deployment/web --replicas=4', 'deployment.apps/web scaled'],
  [
    "kubectl wait deployment/web --for=jsonpath='{.status.readyReplicas}'=4 --timeout=120s",
    'deployment.apps/web condition met',
  ],
]);

workloadTest('a StatefulSet keeps names and volumes', [
  ['kubectl apply -f db.yaml', 'service/db created\nstatefulset.apps/db created'],
  ['kubectl rollout status statefulset/db --timeout=120s', /2 new pods have been updated\.\.\.$/],
  ['kubectl get pvc -o name', 'persistentvolumeclaim/data-db-0\npersistentvolumeclaim/data-db-1'],
  ['kubectl exec db-1 -- cat /data/starts', 'db-1'],
  ['kubectl delete pod db-1', 'pod "db-1" deleted'],
  ['kubectl wait --for=create pod/db-1 --timeout=60s', /condition met$/],
  ['kubectl wait --for=condition=Ready pod/db-1 --timeout=60s', 'pod/db-1 condition met'],
  ['kubectl exec db-1 -- cat /data/starts', 'db-1\ndb-1'],
  ['kubectl rollout restart statefulset/db', 'statefulset.apps/db restarted'],
  ['kubectl rollout status statefulset/db --timeout=120s', /2 new pods have been updated\.\.\.$/],
  ['kubectl scale statefulset/db --replicas=1', 'statefulset.apps/db scaled'],
  ['kubectl wait --for=delete pod/db-1 --timeout=60s', /condition met$|^$/],
  ['kubectl delete statefulset/db --cascade=foreground', 'statefulset.apps "db" deleted'],
  ['kubectl get pods -l app=db', 'No resources found in default namespace.'],
  ['kubectl delete pvc data-db-0 data-db-1', /data-db-1" deleted$/],
  ['kubectl wait --for=delete pv --all --timeout=60s', /^$|condition met|no matching resources/],
  ['kubectl get pv', 'No resources found'],
]);

workloadTest('a DaemonSet has a pod on every host', [
  ['kubectl apply -f agent.yaml', 'daemonset.apps/agent created'],
  ['kubectl rollout status daemonset/agent --timeout=120s', rolledOut],
  [
    "kubectl get daemonset agent -o jsonpath='{.status.desiredNumberScheduled} {.status.numberAvailable}'",
    '2 2',
  ],
  ['kubectl set env daemonset/agent TURN=2', 'daemonset.apps/agent env updated'],
  ['kubectl rollout status daemonset/agent --timeout=120s', rolledOut],
  ['kubectl rollout undo daemonset/agent', 'daemonset.apps/agent rolled back'],
  ['kubectl rollout status daemonset/agent --timeout=120s', rolledOut],
  ['kubectl exec daemonset/agent -- sh -c "echo \\$TURN"', '1'],
]);

workloadTest('Jobs end, and CronJobs make them', [
  [
    'kubectl apply -f jobs.yaml',
    /job\.batch\/index created\njob\.batch\/broken created\ncronjob\.batch\/tick created/,
  ],
  ['kubectl wait --for=condition=complete job/index --timeout=120s', 'job.batch/index condition met'],
  ['kubectl get job index -o jsonpath="{.status.succeeded} {.status.completedIndexes}"', '3 0-2'],
  ['kubectl logs -l job-name=index --tail=-1 | sort', 'index 0\nindex 1\nindex 2'],
  ['kubectl wait --for=condition=failed job/broken --timeout=120s', 'job.batch/broken condition met'],
  [
    `kubectl get job broken -o jsonpath='{.status.conditions[?(@.type=="Failed")].reason} {.status.failed}'`,
    'BackoffLimitExceeded 2',
  ],
  ['kubectl create job --from=cronjob/tick once', 'job.batch/once created'],
  ['kubectl wait --for=condition=complete job/once --timeout=120s', 'job.batch/once condition met'],
  ['kubectl logs job/once', 'tick'],
  ['kubectl delete job index broken once', /"once" deleted$/],
  ['kubectl delete cronjob tick', 'cronjob.batch "tick" deleted'],
]);

workloadTest('an autoscaler reads what the hosts report', [
  [
    'kubectl autoscale deployment/web --min=2 --max=5 --cpu-percent=80',
    /horizontalpodautoscaler.autoscaling\/web autoscaled$/,
  ],
  ['kubectl wait hpa/web --for=condition=ScalingActive --timeout=120s', /condition met$/],
  ['kubectl top pods -l app=web --no-headers', /^web-\S+ +\d+m +\d+Mi/m],
  ['kubectl top nodes --no-headers', /^\S+ +\d+m +\d+% +\d+Mi +\d+%/m],
  ['kubectl delete hpa web', /"web" deleted$/],
  ['kubectl scale deployment/web --replicas=4', 'deployment.apps/web scaled'],
  ['kubectl rollout status deployment/web --timeout=120s', rolledOut],
]);

workloadTest('owners go alone, before or after what they own', [
  ['kubectl apply -f set.yaml', 'replicationcontroller/set created'],
  ["kubectl wait rc/set --for=jsonpath='{.status.readyReplicas}'=1 --timeout=60s", /condition met$/],
  ['kubectl delete rc/set --cascade=orphan', 'replicationcontroller "set" deleted'],
  ['kubectl get pods -l app=set --no-headers | wc -l', '1'],
  ['kubectl apply -f set.yaml', 'replicationcontroller/set created'],
  ["kubectl wait rc/set --for=jsonpath='{.status.readyReplicas}'=1 --timeout=60s", /condition met$/],
  ['kubectl get pods -l app=set --no-headers | wc -l', '1'],
  ['kubectl delete rc/set --cascade=foreground', 'replicationcontroller "set" deleted'],
  ['kubectl get pods -l app=set', 'No resources found in default namespace.'],
  ['kubectl apply -f set.yaml', 'replicationcontroller/set created'],
  ["kubectl wait rc/set --for=jsonpath='{.status.readyReplicas}'=1 --timeout=60s", /condition met$/],
  ['kubectl delete rc/set --cascade=background', 'replicationcontroller "set" deleted'],
  ['kubectl wait --for=delete pod -l app=set --timeout=60s', /condition met$|^$/],
]);

const firstHost = '$(kubectl get nodes -o jsonpath="{.items[0].metadata.name}")';

workloadTest('a host is drained as budgets allow, and taken back', [
  [
    `kubectl patch pdb web --type=merge -p '{"spec":{"minAvailable":4}}'`,
    'poddisruptionbudget.policy/web patched',
  ],
  ["kubectl wait pdb/web --for=jsonpath='{.status.disruptionsAllowed}'=0 --timeout=30s", /condition met$/],
  [
    `kubectl drain ${firstHost} --ignore-daemonsets --timeout=3s`,
    /Cannot evict pod as it would violate the pod's disruption budget/,
    1,
  ],
  [`kubectl get pods -l app=web --field-selector=status.phase=Running --no-headers | wc -l`, '4'],
  [
    `kubectl patch pdb web --type=merge -p '{"spec":{"minAvailable":3}}'`,
    'poddisruptionbudget.policy/web patched',
  ],
  [`kubectl drain ${firstHost} --ignore-daemonsets --timeout=120s`, /node\/\S+ drained/],
  ['kubectl rollout status deployment/web --timeout=120s', rolledOut],
  [`kubectl get pods -l app=web -o wide --no-headers | grep -c " ${firstHost} "`, '0', 1],
  [`kubectl uncordon ${firstHost}`, /uncordoned$/],
  [`kubectl cordon ${firstHost}`, /cordoned$/],
  [`kubectl get node ${firstHost} --no-headers`, /Ready,SchedulingDisabled/],
  [`kubectl uncordon ${firstHost}`, /uncordoned$/],
]);
