/** kubectl on jobs and cron jobs, as far as no host is needed: their pods stay Pending. */
import { kubectlTest } from './kubectl-trial.ts';

const nothing = `
apiVersion: batch/v1
kind: Job
metadata: {name: NAME}
spec:
  completions: 0
  template: {spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}}
`;

const files = {
  'nothing.yaml': nothing.replace('NAME', 'nothing'),
  'brief.yaml': `${nothing.replace('NAME', 'brief')}  ttlSecondsAfterFinished: 0\n`,
  'indexed.yaml': nothing
    .replace('NAME', 'indexed')
    .replace('completions: 0', 'completions: 3\n  parallelism: 2\n  completionMode: Indexed'),
};

kubectlTest('kubectl creates, shows and changes jobs', files, [
  ['kubectl create job once --image=busybox -- date', 'job.batch/once created'],
  ['kubectl wait --for=create pod -l job-name=once --timeout=20s', /condition met$/],
  ['kubectl get jobs once', /^NAME +STATUS +COMPLETIONS +DURATION +AGE\nonce +Running +0\/1 +\d+s +\d+s$/],
  [
    "kubectl get job once -o jsonpath='{.status.active} {.status.ready} {.status.terminating} {.status.uncountedTerminatedPods}'",
    '1 0 0 {}',
  ],
  [
    "kubectl get pods -l job-name=once -o jsonpath='{.items[0].metadata.finalizers} {.items[0].metadata.ownerReferences[0].kind}'",
    '["batch.kubernetes.io/job-tracking"] Job',
  ],
  [
    'kubectl describe job once',
    /Parallelism: +1\nCompletions: +1\nCompletion Mode: +NonIndexed\n(.*\n)*Pods Statuses: +1 Active \(0 Ready\) \/ 0 Succeeded \/ 0 Failed\n/,
  ],
  ['kubectl events --for job/once | grep -c SuccessfulCreate', '1'],
  [`kubectl patch job once -p '{"spec":{"suspend":true}}'`, 'job.batch/once patched'],
  ['kubectl wait --for=condition=Suspended job/once --timeout=20s', 'job.batch/once condition met'],
  ['kubectl wait --for=delete pod -l job-name=once --timeout=20s', ''],
  ['kubectl get jobs once --no-headers', /^once +Suspended +0\/1 +\d+s +\d+s$/],
  [`kubectl patch job once -p '{"spec":{"suspend":false,"parallelism":0}}'`, 'job.batch/once patched'],
  [
    `kubectl wait --for=jsonpath='{.status.conditions[?(@.type=="Suspended")].status}'=False job/once --timeout=20s`,
    'job.batch/once condition met',
  ],
  ['kubectl delete job once', 'job.batch "once" deleted'],
  ['kubectl apply -f nothing.yaml', 'job.batch/nothing created'],
  ['kubectl wait --for=condition=Complete job/nothing --timeout=20s', 'job.batch/nothing condition met'],
  ['kubectl get jobs nothing --no-headers', /^nothing +Complete +0\/0 +\d+s +\d+s$/],
  ['kubectl apply -f brief.yaml', 'job.batch/brief created'],
  ['kubectl wait --for=delete job/brief --timeout=20s', ''],
  ['kubectl apply -f indexed.yaml', 'job.batch/indexed created'],
  ["kubectl wait --for=jsonpath='{.status.active}'=2 job/indexed --timeout=20s", /condition met$/],
  [
    "kubectl get pods -l batch.kubernetes.io/job-name=indexed -o jsonpath='{.items[*].spec.hostname}'",
    'indexed-0 indexed-1',
  ],
  ['kubectl delete job indexed --cascade=foreground --timeout=20s', 'job.batch "indexed" deleted'],
  ['kubectl get pods', 'No resources found in default namespace.'],
]);

kubectlTest('kubectl creates, runs and shows cron jobs', {}, [
  [
    "kubectl create cronjob yearly --image=busybox --schedule='0 0 1 1 *' -- date",
    'cronjob.batch/yearly created',
  ],
  [
    'kubectl get cronjobs',
    /^NAME +SCHEDULE +TIMEZONE +SUSPEND +ACTIVE +LAST SCHEDULE +AGE\nyearly +0 0 1 1 \* +<none> +False +0 +<none> +\d+s$/,
  ],
  ['kubectl create job now --from=cronjob/yearly', 'job.batch/now created'],
  ["kubectl get job now -o jsonpath='{.metadata.ownerReferences}'", /"kind":"CronJob","name":"yearly"/],
  ['kubectl wait --for=create pod -l job-name=now --timeout=20s', /condition met$/],
  [
    'kubectl describe cronjob yearly',
    /Schedule: +0 0 1 1 \*\nConcurrency Policy: +Allow\nSuspend: +False\nSuccessful Job History Limit: +3\nFailed Job History Limit: +1\n/,
  ],
  [
    "kubectl create cronjob soon --image=busybox --schedule='@every 1s' -- date",
    'cronjob.batch/soon created',
  ],
  ["kubectl wait --for=jsonpath='{.status.lastScheduleTime}' cronjob/soon --timeout=20s", /condition met$/],
  ['kubectl events --for cronjob/soon | grep -c SuccessfulCreate', /^[1-9]/],
  [
    'kubectl get jobs -o jsonpath=\'{.items[?(@.metadata.ownerReferences[0].name=="soon")].metadata.annotations}\'',
    /"batch\.kubernetes\.io\/cronjob-scheduled-timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/,
  ],
  [
    'kubectl delete cronjob soon yearly --timeout=20s',
    'cronjob.batch "soon" deleted\ncronjob.batch "yearly" deleted',
  ],
  [
    'kubectl wait --for=delete job --all --timeout=20s && kubectl get pods',
    /No resources found in default namespace\.$/,
  ],
  [
    "kubectl create cronjob wrong --image=busybox --schedule='61 * * * *'",
    /spec\.schedule: Invalid value: "61 \* \* \* \*": end of range \(61\) above maximum \(59\): 61$/,
    1,
  ],
]);
