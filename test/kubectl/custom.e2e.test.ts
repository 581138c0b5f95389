/** kubectl with custom resources: made, read, explained, refused, scaled, removed. */
import { kubectlTest } from './kubectl-trial.ts';

const object = (name: string, spec: string): string =>
  `apiVersion: stable.example.com/v1\nkind: CronTab\nmetadata: {name: ${name}}\nspec: {${spec}}\n`;

const files = {
  'crd.yaml': `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: crontabs.stable.example.com}
spec:
  group: stable.example.com
  scope: Namespaced
  names: {plural: crontabs, singular: crontab, kind: CronTab, shortNames: [ct], categories: [all]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}}
    additionalPrinterColumns:
    - {name: Spec, type: string, jsonPath: .spec.cronSpec, description: when}
    - {name: Replicas, type: integer, jsonPath: .spec.replicas, priority: 1}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
    schema:
      openAPIV3Schema:
        type: object
        description: Runs things on time.
        properties:
          spec:
            type: object
            required: [cronSpec]
            properties:
              cronSpec: {type: string, description: The schedule.}
              image: {type: string, default: busybox}
              replicas: {type: integer, minimum: 1, maximum: 10}
          status: {type: object, properties: {replicas: {type: integer}}}
`,
  'mine.yaml': object('mine', 'cronSpec: "* * * * */5", replicas: 2'),
  'many.yaml': object('bad', 'cronSpec: a, replicas: 20'),
  'unknown.yaml': object('bad', 'cronSpec: a, nope: 1'),
  'missing.yaml': object('bad', 'replicas: 1'),
  'type.yaml': object('bad', 'cronSpec: 5'),
};

const gone =
  'Error from server (NotFound): Unable to list "stable.example.com/v1, Resource=crontabs": the server could not find the requested resource';

kubectlTest('kubectl works with custom resources', files, [
  ['kubectl get ct', `error: the server doesn't have a resource type "ct"`, 1],
  [
    'kubectl apply -f mine.yaml',
    /no matches for kind "CronTab" in version "stable\.example\.com\/v1"\nensure CRDs are installed first$/,
    1,
  ],
  [
    'kubectl apply -f crd.yaml',
    'customresourcedefinition.apiextensions.k8s.io/crontabs.stable.example.com created',
  ],
  [
    'kubectl wait --for=condition=Established crd/crontabs.stable.example.com --timeout=10s',
    'customresourcedefinition.apiextensions.k8s.io/crontabs.stable.example.com condition met',
  ],
  ['kubectl apply -f mine.yaml', 'crontab.stable.example.com/mine created'],
  ['kubectl get ct', /^NAME +SPEC +AGE\nmine +\* \* \* \* \*\/5 +\d+s$/],
  ['kubectl get crontab mine -o wide', /^NAME +SPEC +REPLICAS +AGE\nmine +\* \* \* \* \*\/5 +2 +\d+s$/],
  ["kubectl get crontabs.v1.stable.example.com mine -o jsonpath='{.spec.image}'", 'busybox'],
  ['kubectl get all -o name', 'service/kubernetes\ncrontab.stable.example.com/mine'],
  [
    'kubectl api-resources --api-group=stable.example.com',
    /^NAME +SHORTNAMES +APIVERSION +NAMESPACED +KIND\ncrontabs +ct +stable\.example\.com\/v1 +true +CronTab$/,
  ],
  [
    'kubectl explain ct',
    /^GROUP: +stable\.example\.com\nKIND: +CronTab\nVERSION: +v1\n\nDESCRIPTION:\n {4}Runs things on time\.\n/,
  ],
  ['kubectl explain ct.spec.cronSpec', /FIELD: cronSpec <string>\n\n\nDESCRIPTION:\n {4}The schedule\.$/],
  [
    'kubectl apply -f many.yaml',
    'The CronTab "bad" is invalid: spec.replicas: Invalid value: 20: spec.replicas in body should be less than or equal to 10',
    1,
  ],
  ['kubectl apply -f missing.yaml', 'The CronTab "bad" is invalid: spec.cronSpec: Required value', 1],
  [
    'kubectl apply -f type.yaml',
    'The CronTab "bad" is invalid: spec.cronSpec: Invalid value: "integer": spec.cronSpec in body must be of type string: "integer"',
    1,
  ],
  [
    'kubectl apply -f unknown.yaml',
    'Error from server (BadRequest): error when creating "unknown.yaml": CronTab in version "v1" cannot be handled as a CronTab: strict decoding error: unknown field "spec.nope"',
    1,
  ],
  [
    'kubectl apply -f unknown.yaml --validate=warn --dry-run=server',
    'crontab.stable.example.com/bad created (server dry run)\nWarning: unknown field "spec.nope"',
  ],
  ['kubectl apply -f unknown.yaml --validate=ignore', 'crontab.stable.example.com/bad created'],
  ["kubectl get ct bad -o jsonpath='{.spec}'", '{"cronSpec":"a","image":"busybox"}'],
  ['kubectl scale ct mine --replicas=3', 'crontab.stable.example.com/mine scaled'],
  [
    `kubectl patch ct mine --type=merge -p '{"spec":{"replicas":4}}'`,
    'crontab.stable.example.com/mine patched',
  ],
  [
    `kubectl patch ct mine --type=json -p '[{"op":"replace","path":"/spec/replicas","value":5}]'`,
    'crontab.stable.example.com/mine patched',
  ],
  [
    `kubectl patch ct mine -p '{"spec":{"replicas":4}}'`,
    /application\/strategic-merge-patch\+json is not supported by stable\.example\.com\/v1, Kind=CronTab/,
    1,
  ],
  [
    `kubectl patch ct mine --subresource=status --type=merge -p '{"status":{"replicas":5},"spec":{"replicas":1}}'`,
    'crontab.stable.example.com/mine patched',
  ],
  ["kubectl get ct mine -o jsonpath='{.spec.replicas} {.status.replicas} {.metadata.generation}'", '5 5 4'],
  ['kubectl apply --server-side --field-manager=other -f mine.yaml', /conflicts?: conflict/, 1],
  [
    'kubectl apply --server-side --field-manager=other --force-conflicts -f mine.yaml',
    'crontab.stable.example.com/mine serverside-applied',
  ],
  ['kubectl label ct mine a=b', 'crontab.stable.example.com/mine labeled'],
  ["EDITOR='sed -i s/busybox/alpine/' kubectl edit ct mine", 'crontab.stable.example.com/mine edited'],
  [
    'kubectl describe ct mine',
    /^Name: +mine\nNamespace: +default\nLabels: +a=b\n[^]*API Version: +stable\.example\.com\/v1\nKind: +CronTab\n[^]*Spec:\n {2}Cron Spec: +\* \* \* \* \*\/5\n {2}Image: +alpine\n {2}Replicas: +2\n/,
  ],
  ['kubectl get crd', /^NAME +CREATED AT\ncrontabs\.stable\.example\.com +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/],
  [
    'sed s/crontabs.stable/x.stable/ crd.yaml | kubectl apply -f -',
    /metadata\.name: Invalid value: "x\.stable\.example\.com": must be spec\.names\.plural\+"\."\+spec\.group/,
    1,
  ],
  ['kubectl delete ct bad', 'crontab.stable.example.com "bad" deleted'],
  [
    'kubectl delete crd crontabs.stable.example.com',
    'customresourcedefinition.apiextensions.k8s.io "crontabs.stable.example.com" deleted',
  ],
  ['kubectl get crontabs', gone, 1],
  [
    'kubectl get --raw /apis/stable.example.com/v1',
    'Error from server (NotFound): the server could not find the requested resource',
    1,
  ],
]);
