/** kubectl apply in both ways, diff, edit, patch, replace, kustomize. */
import { kubectlTest } from './kubectl-trial.ts';

const manifest = (image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: api, labels: {app: api}}
spec:
  replicas: 1
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: main, image: "${image}", ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {selector: {app: api}, ports: [{port: 80}]}
`;

const files = {
  'one.yaml': manifest('nginx:1'),
  'two.yaml': manifest('nginx:2'),
  'five.yaml': manifest('nginx:5'),
  'map.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: map}\ndata: {a: "1", b: "1"}\n',
  'map-2.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: map}\ndata: {a: "2"}\n',
  negative: 'sed -i "s/replicas: 1/replicas: -1/" "$1"\n',
  collide: 'sed -i "s/^  observedGeneration:/  collisionCount: 4\\n  observedGeneration:/" "$1"\n',
  'kustomization.yaml': 'namePrefix: k-\nresources: [map.yaml]\n',
};

const both = (word: string): string => `deployment.apps/api ${word}\nservice/api ${word}`;
const image = "kubectl get deploy api -o jsonpath='{.spec.template.spec.containers[0].image}'";
const generic = 'The request is invalid: the server rejected our request due to an error in our request';

kubectlTest('kubectl applies, compares, edits, patches and replaces', files, [
  ['kubectl apply -f one.yaml', both('created')],
  ['kubectl apply -f one.yaml', both('unchanged')],
  [
    'kubectl apply -f two.yaml --dry-run=server',
    'deployment.apps/api configured (server dry run)\nservice/api unchanged (server dry run)',
  ],
  [
    'kubectl apply -f two.yaml --dry-run=client',
    'deployment.apps/api configured (dry run)\nservice/api configured (dry run)',
  ],
  ['kubectl diff -f two.yaml', /\n- {6}- image: nginx:1\n\+ {6}- image: nginx:2\n/, 1],
  ['kubectl apply -f two.yaml', 'deployment.apps/api configured\nservice/api unchanged'],
  ['kubectl diff -f two.yaml', ''],
  [image, 'nginx:2'],
  ['kubectl apply view-last-applied -f one.yaml -o yaml', /image: nginx:2/],
  ['kubectl apply set-last-applied -f one.yaml', both('configured')],
  [
    'kubectl apply -f map.yaml && kubectl apply -f map-2.yaml',
    'configmap/map created\nconfigmap/map configured',
  ],
  ["kubectl get cm map -o jsonpath='{.data}'", '{"a":"2"}'],
  [
    'kubectl apply --server-side --field-manager=one -f map.yaml',
    /conflict with "kubectl-client-side-apply" using v1: \.data\.a\n/,
    1,
  ],
  [
    'kubectl apply --server-side --field-manager=one --force-conflicts -f map.yaml',
    'configmap/map serverside-applied',
  ],
  ['kubectl apply --server-side --field-manager=one -f map.yaml', 'configmap/map serverside-applied'],
  [
    'kubectl apply --server-side --field-manager=two -f map-2.yaml',
    /^error: Apply failed with 1 conflict: conflict with "one": \.data\.a\nPlease review/,
    1,
  ],
  [
    'kubectl apply --server-side --field-manager=two --dry-run=server --force-conflicts -f map-2.yaml',
    'configmap/map serverside-applied (server dry run)',
  ],
  [
    'kubectl get cm map --show-managed-fields -o jsonpath=\'{.metadata.managedFields[?(@.manager=="one")].operation}\'',
    'Apply',
  ],
  ["EDITOR='sed -i s/nginx:2/nginx:3/' kubectl edit deploy api", 'deployment.apps/api edited'],
  ['EDITOR=true kubectl edit deploy api', 'Edit cancelled, no changes made.'],
  [
    "EDITOR='sh ./negative' kubectl edit deploy api",
    /error: deployments\.apps "api" is invalid\nA copy of your changes has been stored to .*\nerror: Edit cancelled, no valid changes were saved\./,
    1,
  ],
  ["EDITOR='sh ./collide' kubectl edit deploy api --subresource=status", 'deployment.apps/api edited'],
  ["kubectl get deploy api -o jsonpath='{.status.collisionCount}'", '4'],
  [
    `kubectl patch deploy api --subresource=status --type=merge -p '{"metadata":{"labels":{"by":"status"},"annotations":{"by":"status"}}}' -o jsonpath='{.metadata.labels.by}/{.metadata.annotations.by}'`,
    '/status',
  ],
  [image, 'nginx:3'],
  [`kubectl patch deploy api -p '{"spec":{"replicas":3}}'`, 'deployment.apps/api patched'],
  // Not asked of the Deployment: its status may change between kubectl's two requests.
  [`kubectl patch cm map -p '{"metadata":{"annotations":{"by":"hand"}}}'`, 'configmap/map patched'],
  [
    `kubectl patch cm map -p '{"metadata":{"annotations":{"by":"hand"}}}'`,
    'configmap/map patched (no change)',
  ],
  [
    `kubectl patch deploy api -p '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"side:1"}]}}}}' -o jsonpath='{.spec.template.spec.containers[*].name}'`,
    'side main',
  ],
  [
    `kubectl patch deploy api -p '{"spec":{"template":{"spec":{"containers":[{"name":"side","$patch":"delete"}]}}}}' -o jsonpath='{.spec.template.spec.containers[*].name}'`,
    'main',
  ],
  [
    `kubectl patch deploy api --type=merge -p '{"spec":{"minReadySeconds":5}}'`,
    'deployment.apps/api patched',
  ],
  [
    `kubectl patch deploy api --type=json -p '[{"op":"test","path":"/spec/minReadySeconds","value":5},{"op":"remove","path":"/spec/minReadySeconds"}]'`,
    'deployment.apps/api patched',
  ],
  [
    `kubectl patch deploy api --type=json -p '[{"op":"test","path":"/spec/paused","value":true}]'`,
    generic,
    1,
  ],
  [`kubectl patch deploy api --type=json -p '[{"op":"nope"}]'`, generic, 1],
  [`kubectl patch deploy api --type=json -p '[{"op":"remove","path":"/spec/nope"}]'`, generic, 1],
  [
    `kubectl patch deploy api --subresource=scale --type=merge -p '{"spec":{"replicas":2}}'`,
    'scale.autoscaling/api patched',
  ],
  [
    "kubectl get deploy api --subresource=scale -o jsonpath='{.kind} {.spec.replicas} {.status.selector}'",
    'Scale 2 app=api',
  ],
  [
    `kubectl patch deploy api --subresource=status --type=merge -p '{"status":{"collisionCount":7}}'`,
    'deployment.apps/api patched',
  ],
  [
    `kubectl patch svc api --type=merge -p '{"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}}'`,
    'service/api patched (no change)',
  ],
  [`kubectl patch -f map.yaml --type=merge -p '{"data":null}' --dry-run=server -o jsonpath='{.data}'`, ''],
  [`kubectl patch --local -f map.yaml --type=merge -p '{"data":{"z":"1"}}' -o jsonpath='{.data.z}'`, '1'],
  [`kubectl patch cm nope -p '{}'`, 'Error from server (NotFound): configmaps "nope" not found', 1],
  [
    `kubectl patch cm map -p nope`,
    'Error from server (BadRequest): json: cannot unmarshal string into Go value of type map[string]interface {}',
    1,
  ],
  ['kubectl replace -f two.yaml', both('replaced')],
  [
    'kubectl replace --force -f two.yaml',
    'deployment.apps "api" deleted\nservice "api" deleted\ndeployment.apps/api replaced\nservice/api replaced',
  ],
  [
    'sed s/name:.map/name:_x/ map.yaml | tr _ " " | kubectl replace -f -',
    'Error from server (NotFound): error when replacing "STDIN": configmaps "x" not found',
    1,
  ],
  [
    'kubectl get cm map -o yaml > old && kubectl label cm map a=b && kubectl replace -f old',
    /^configmap\/map labeled\nError from server \(Conflict\): error when replacing "old": Operation cannot be fulfilled on configmaps "map": the object has been modified; please apply your changes to the latest version and try again$/,
    1,
  ],
  ['kubectl apply -k .', 'configmap/k-map created'],
  ['kubectl get -k . -o name', 'configmap/k-map'],
  ['kubectl diff -k .', ''],
  ['kubectl delete -k .', 'configmap "k-map" deleted'],
  ['kubectl kustomize . | head -3', /^apiVersion: v1\ndata:\n/],
  [
    `echo '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"g-"}}' | kubectl apply -f -`,
    'error: from g-: cannot use generate name with apply',
    1,
  ],
  [
    `echo '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"g-"}}' | kubectl create -f -`,
    /^configmap\/g-[a-z0-9]{5} created$/,
  ],
  [
    'kubectl apply -f five.yaml --prune -l app=api --prune-allowlist=core/v1/ConfigMap',
    /deployment\.apps\/api configured/,
  ],
]);
