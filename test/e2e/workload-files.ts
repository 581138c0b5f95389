/** Manifests of one workload of each kind, small enough for two lab hosts. */

const loop = "trap 'exit 0' TERM; while true; do sleep 1 & wait; done";

/** The spec of a pod that runs until it is told to end. */
function podSpec(script: string, more = ''): string {
  return `
      terminationGracePeriodSeconds: 5
      containers:
        - name: main
          image: berth.local/busybox:1
          command: ["/bin/sh", "-c", "${script}"]
          env: [{name: TURN, value: "1"}]
          resources: {requests: {cpu: 10m, memory: 8Mi}}${more}`;
}

function template(app: string, spec: string): string {
  return `
  selector: {matchLabels: {app: ${app}}}
  template:
    metadata: {labels: {app: ${app}}}
    spec:${spec}`;
}

export const workloadFiles: Readonly<Record<string, string>> = {
  'web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3${template('web', podSpec(loop))}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  minAvailable: 1
  selector: {matchLabels: {app: web}}
`,
  'db.yaml': `apiVersion: v1
kind: Service
metadata: {name: db}
spec:
  clusterIP: None
  selector: {app: db}
  ports: [{port: 5432}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 2
  serviceName: db
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Mi}}}${template(
        'db',
        podSpec(
          `hostname >>/data/starts; ${loop}`,
          '\n          volumeMounts: [{name: data, mountPath: /data}]',
        ),
      )}
`,
  'agent.yaml': `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:${template('agent', podSpec(loop))}
`,
  'jobs.yaml': `apiVersion: batch/v1
kind: Job
metadata: {name: index}
spec:
  completions: 3
  parallelism: 2
  completionMode: Indexed
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: main
          image: berth.local/busybox:1
          command: ["/bin/sh", "-c", "echo index $JOB_COMPLETION_INDEX"]
---
apiVersion: batch/v1
kind: Job
metadata: {name: broken}
spec:
  backoffLimit: 1
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: main
          image: berth.local/busybox:1
          command: ["/bin/sh", "-c", "exit 3"]
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: tick}
spec:
  schedule: "0 0 1 1 *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: main
              image: berth.local/busybox:1
              command: ["/bin/echo", "tick"]
`,
  'set.yaml': `apiVersion: v1
kind: ReplicationController
metadata: {name: set}
spec:
  replicas: 1
  selector: {app: set}
  template:
    metadata: {labels: {app: set}}
    spec:${podSpec(loop)}
`,
};
