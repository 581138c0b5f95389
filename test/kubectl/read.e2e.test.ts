/** kubectl get in every output, wait, explain, describe, events, raw paths. */
import { kubectlTest } from './kubectl-trial.ts';

const files = {
  'web.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: one, labels: {app: web, tier: back}}
data: {color: red}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: two, labels: {app: web}}
data: {color: blue, size: xl}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: zero, labels: {app: blog}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: main, image: "web:1"}, {name: side, image: "side:1"}]}
`,
};

const maps = 'kubectl get cm -l app';

kubectlTest('kubectl reads in every form', files, [
  [
    'kubectl create -f web.yaml',
    /^configmap\/one created\nconfigmap\/two created\nconfigmap\/zero created\npod\/web created$/,
  ],
  [maps, /^NAME +DATA +AGE\none +1 +\d+s\ntwo +2 +\d+s\nzero +0 +\d+s$/],
  [`${maps} -o wide`, /^NAME +DATA +AGE\none +1/],
  [`${maps} --no-headers | awk '{print $1, $2}'`, 'one 1\ntwo 2\nzero 0'],
  [`${maps} -o name`, 'configmap/one\nconfigmap/two\nconfigmap/zero'],
  [`${maps} -o json | head -4`, '{\n    "apiVersion": "v1",\n    "items": [\n        {'],
  [
    'kubectl get cm one -o yaml',
    /^apiVersion: v1\ndata:\n {2}color: red\nkind: ConfigMap\nmetadata:\n {2}creationTimestamp: ".*Z"\n {2}labels:\n {4}app: web\n {4}tier: back\n {2}name: one\n {2}namespace: default\n {2}resourceVersion: "\d+"\n {2}uid: [0-9a-f-]{36}$/,
  ],
  [
    'kubectl get cm one -o yaml --show-managed-fields',
    /managedFields:\n {2}- apiVersion: v1\n {4}fieldsType: FieldsV1\n[^]*manager: kubectl-create\n {4}operation: Update\n/,
  ],
  [`${maps} -o jsonpath='{.items[*].metadata.name}'`, 'one two zero'],
  [`${maps} -o jsonpath='{range .items[?(@.data.size)]}{.metadata.name}={.data.size}{end}'`, 'two=xl'],
  ["kubectl get cm one -o jsonpath-as-json='{.data}'", '[\n    {\n        "color": "red"\n    }\n]'],
  [`${maps} -o go-template='{{range .items}}{{.metadata.name}};{{end}}'`, 'one;two;zero;'],
  [
    `${maps} -o custom-columns=NAME:.metadata.name,COLOR:.data.color`,
    'NAME   COLOR\none    red\ntwo    blue\nzero   <none>',
  ],
  ['kubectl get cm -l app=web,tier!=back -o name', 'configmap/two'],
  ["kubectl get cm -l 'app in (blog, other)' -o name", 'configmap/zero'],
  ["kubectl get cm -l 'app,!tier' -o name", 'configmap/two\nconfigmap/zero'],
  ['kubectl get cm --field-selector metadata.name=two -o name', 'configmap/two'],
  ['kubectl get pods --field-selector status.phase=Pending,spec.nodeName= -o name', 'pod/web'],
  ['kubectl get pods --field-selector status.phase!=Pending', 'No resources found in default namespace.'],
  [`${maps} --sort-by=.data.color -o name`, 'configmap/zero\nconfigmap/two\nconfigmap/one'],
  [`${maps} --chunk-size=1 -o name`, 'configmap/one\nconfigmap/two\nconfigmap/zero'],
  [
    `${maps}=web --show-labels`,
    /^NAME +DATA +AGE +LABELS\none +1 +\d+s +app=web,tier=back\ntwo +2 +\d+s +app=web$/,
  ],
  [`${maps} -L tier`, /^NAME +DATA +AGE +TIER\none +1 +\d+s +back\ntwo +2 +\d+s *\nzero +0 +\d+s$/],
  [
    'kubectl get cm -A -l app --label-columns app',
    /^NAMESPACE +NAME +DATA +AGE +APP\ndefault +one +1 +\d+s +web\n/,
  ],
  [`${maps}=web --server-print=false`, /^NAME +AGE\none +\d+s\ntwo +\d+s$/],
  [
    'kubectl get cm/one pod/web',
    /^NAME +DATA +AGE\nconfigmap\/one +1 +\d+s\n\nNAME +READY +STATUS +RESTARTS +AGE\npod\/web +0\/2 +Pending +0 +\d+s$/,
  ],
  ['kubectl get -f web.yaml -o name', 'configmap/one\nconfigmap/two\nconfigmap/zero\npod/web'],
  [
    'kubectl get pods -o wide',
    /^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\nweb +0\/2 +Pending +0 +\d+s +<none> +<none> +<none> +<none>$/,
  ],
  [
    `(sleep 1; kubectl label cm one seen=yes >/dev/null; sleep 1; kubectl delete cm zero >/dev/null) & timeout 4 ${maps} -w --no-headers | awk '{print $1, $2}'; wait`,
    'one 1\ntwo 2\nzero 0\none 1\nzero 0',
  ],
  [
    `(sleep 1; kubectl create cm four >/dev/null) & timeout 3 kubectl get cm --watch-only -o name; wait`,
    'configmap/four',
  ],
  [
    `(sleep 1; kubectl label cm one seen=no --overwrite >/dev/null) & timeout 3 kubectl get cm --field-selector metadata.name=one --watch-only --output-watch-events; wait`,
    /^EVENT +NAME +DATA +AGE\nMODIFIED +one +1 +\d+s$/,
  ],
  ["kubectl wait --for=jsonpath='{.status.phase}'=Pending pod/web --timeout=5s", 'pod/web condition met'],
  ['kubectl wait --for=condition=PodScheduled=False pod/web --timeout=10s', 'pod/web condition met'],
  [
    'kubectl wait --for=condition=Ready pod/web --timeout=1s',
    'error: timed out waiting for the condition on pods/web',
    1,
  ],
  ['kubectl wait --for=create cm/two --timeout=1s', 'configmap/two condition met'],
  [
    '(sleep 1; kubectl delete cm four >/dev/null) & kubectl wait --for=delete cm/four --timeout=10s; wait',
    'configmap/four condition met',
  ],
  [
    'kubectl wait --for=condition=Ready pod/none --timeout=1s',
    'Error from server (NotFound): pods "none" not found',
    1,
  ],
  [
    'kubectl explain deployments.spec.replicas',
    /^GROUP: +apps\nKIND: +Deployment\nVERSION: +v1\n\nFIELD: replicas <integer>\n\n\nDESCRIPTION:\n {4}\S/,
  ],
  [
    'kubectl explain pods',
    /^KIND: +Pod\nVERSION: +v1\n\nDESCRIPTION:\n[^]*\nFIELDS:\n {2}apiVersion\t<string>\n/,
  ],
  [
    'kubectl explain pod.spec.containers.livenessProbe --recursive',
    /FIELD: livenessProbe <Probe>\n[^]*\n {2}exec\t<ExecAction>\n {4}command\t<\[\]string>\n[^]*\n {2}timeoutSeconds\t<integer>/,
  ],
  [
    'kubectl explain hpa --api-version=autoscaling/v1',
    /^GROUP: +autoscaling\nKIND: +HorizontalPodAutoscaler\nVERSION: +v1\n/,
  ],
  ['kubectl explain deploy.spec.nope', /error: field "nope" does not exist$/, 1],
  ['kubectl explain nope', `the server doesn't have a resource type "nope"`, 1],
  ['kubectl get horizontalpodautoscalers.v1.autoscaling', 'No resources found in default namespace.'],
  ['kubectl get hpa.v2.autoscaling', 'No resources found in default namespace.'],
  ['kubectl get --raw /version', /^\{"major":"1","minor":"36","gitVersion":"v1\.36\.0\+berth-/],
  ['kubectl get --raw /healthz', 'ok'],
  ["kubectl get --raw '/readyz?verbose'", /^\[\+\]ping ok\n[^]*readyz check passed$/],
  [
    'kubectl get --raw /api/v1/namespaces/default/configmaps/none',
    'Error from server (NotFound): configmaps "none" not found',
    1,
  ],
  [
    'kubectl get --raw /nowhere',
    'Error from server (NotFound): the server could not find the requested resource',
    1,
  ],
  [
    '(timeout 3 kubectl proxy --port=0 > port &) ; sleep 1; curl -s "http://$(grep -oE "[0-9.]+:[0-9]+" port)/api/v1/namespaces/default/configmaps/one"',
    /"kind":"ConfigMap"/,
  ],
  [
    'kubectl get events --field-selector involvedObject.name=web,reason=FailedScheduling',
    /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n\d+s +Warning +FailedScheduling +pod\/web +no nodes available to schedule pods$/,
  ],
  [
    'kubectl events --for pod/web',
    /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n\d+s +Warning +FailedScheduling +Pod\/web +no nodes available to schedule pods$/,
  ],
  [
    'kubectl describe cm one',
    /^Name: +one\nNamespace: +default\nLabels: +app=web\n[^]*\n\nData\n====\ncolor:\n----\nred\n\n\nBinaryData\n====\n\nEvents: +<none>$/,
  ],
  [
    'kubectl describe pod web',
    /^Name: +web\nNamespace: +default\nPriority: +0\nService Account: +default\nNode: +<none>\nLabels: +app=web\n[^]*QoS Class: +BestEffort\n[^]*Warning +FailedScheduling +\d+s +default-scheduler +no nodes available to schedule pods$/,
  ],
  [
    'kubectl describe ns default',
    /^Name: +default\nLabels: +kubernetes\.io\/metadata\.name=default\nAnnotations: +<none>\nStatus: +Active\n\nNo resource quota\.\n\nNo LimitRange resource\.$/,
  ],
  ['kubectl describe pod none', 'Error from server (NotFound): pods "none" not found', 1],
  [
    'kubectl logs web',
    /(a container name must be specified|Defaulted container "main" out of: main, side)/,
    1,
  ],
  ['kubectl get pods none --ignore-not-found', ''],
  [
    'kubectl get endpoints none --ignore-not-found',
    'Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  ],
  ['kubectl get cs', 'Warning: v1 ComponentStatus is deprecated in v1.19+\nNo resources found'],
  ["kubectl get pod web -o jsonpath='{.nothing}'", ''],
  ["kubectl get pods -o jsonpath='{.items[*'", /^error: error parsing jsonpath/, 1],
]);
