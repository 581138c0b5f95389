/** Errors that people make, and what kubectl tells them. */
import { kubectlTest } from './kubectl-trial.ts';

const create = (json: string, flags = ''): string => `echo '${json}' | kubectl create ${flags} -f -`;
const map = (rest: string): string => `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}${rest}}`;
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

kubectlTest('kubectl tells what is wrong', {}, [
  [
    create('{"apiVersion":"v1","kind":"Nope","metadata":{"name":"a"}}'),
    'error: resource mapping not found for name: "a" namespace: "" from "STDIN": no matches for kind "Nope" in version "v1"\nensure CRDs are installed first',
    1,
  ],
  [create('{"kind":"ConfigMap"}'), /apiVersion not set/, 1],
  [
    create(map('').replace('"a"', '"Bad_Name"')),
    `The ConfigMap "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": ${subdomain}`,
    1,
  ],
  [
    create(map(',"dat":{}')),
    'Error from server (BadRequest): error when creating "STDIN": ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dat"',
    1,
  ],
  [
    create(map(',"data":{"a":1}')),
    'Error from server (BadRequest): error when creating "STDIN": ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    1,
  ],
  [
    create(map(',"dat":{}'), '--validate=warn --dry-run=server'),
    'configmap/a created (server dry run)\nWarning: unknown field "dat"',
  ],
  [create(map(',"dat":{}'), '--validate=ignore --dry-run=server'), 'configmap/a created (server dry run)'],
  [
    create(map(',"data":{"a/b":""}')),
    /data\[a\/b\]: Invalid value: "a\/b": a valid config key must consist of alphanumeric characters/,
    1,
  ],
  [
    create(map('').replace('"a"', '"a","namespace":"nope"')),
    'Error from server (NotFound): error when creating "STDIN": namespaces "nope" not found',
    1,
  ],
  [
    create(map('').replace('"a"', '"a","namespace":"kube-public"'), '-n default'),
    /the namespace from the provided object "kube-public" does not match the namespace "default"/,
    1,
  ],
  [
    'kubectl create deployment Bad --image=x',
    `error: failed to create deployment: Deployment.apps "Bad" is invalid: metadata.name: Invalid value: "Bad": ${subdomain}`,
    1,
  ],
  [
    "kubectl create ns 'a b'",
    /metadata\.name: Invalid value: "a b": a lowercase RFC 1123 label must consist of/,
    1,
  ],
  ['kubectl create cm a -n nope', 'error: failed to create configmap: namespaces "nope" not found', 1],
  [
    'kubectl create quota z --hard=foo=1',
    /spec\.hard\[foo\]: Invalid value: "foo": must be a standard resource for quota/,
    1,
  ],
  [
    'kubectl create secret generic s --type=kubernetes.io/tls --from-literal=a=b',
    /data\[tls\.crt\]: Required value/,
    1,
  ],
  [
    'kubectl create service nodeport x --tcp=80 --node-port=80',
    /spec\.ports\[0\]\.nodePort: Invalid value: 80: provided port is not in the valid range\. The range of valid ports is 30000-32767$/,
    1,
  ],
  ['kubectl create ingress x --rule=a.b', /^error: rule a\.b is invalid/, 1],
  [
    "kubectl create cronjob x --image=a --schedule='every day'",
    /spec\.schedule: Invalid value: "every day":/,
    1,
  ],
  ["kubectl run x --image=' a'", 'error: Invalid image name " a": invalid reference format', 1],
  [
    'kubectl run x --image=a --overrides=\'{"spec":{"restartPolicy":"Once"}}\'',
    /spec\.restartPolicy: Unsupported value: "Once": supported values: "Always", "OnFailure", "Never"$/,
    1,
  ],
  ['kubectl get pods none', 'Error from server (NotFound): pods "none" not found', 1],
  ['kubectl get nopes', `error: the server doesn't have a resource type "nopes"`, 1],
  ['kubectl get pods -n nope', 'No resources found in nope namespace.'],
  ['kubectl get pod/a/b', 'error: arguments in resource/name form may not have more than one slash', 1],
  [
    'kubectl get pods --field-selector nope=1',
    'Error from server (BadRequest): Unable to find "/v1, Resource=pods" that match label selector "", field selector "nope=1": field label not supported: nope',
    1,
  ],
  [
    "kubectl get pods -l 'a b'",
    `Error from server (BadRequest): Unable to find "/v1, Resource=pods" that match label selector "a b", field selector "": unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt`,
    1,
  ],
  [
    'kubectl delete ns default',
    'Error from server (Forbidden): namespaces "default" is forbidden: this namespace may not be deleted',
    1,
  ],
  ['kubectl delete deploy none', 'Error from server (NotFound): deployments.apps "none" not found', 1],
  ['kubectl delete', /^error: You must provide one or more resources by argument or filename/, 1],
  ['kubectl scale deploy x --replicas=-1', /COUNT must be greater than or equal to 0/, 1],
  ['kubectl label pod none a=b', 'Error from server (NotFound): pods "none" not found', 1],
  [
    'kubectl rollout status deploy/none',
    'Error from server (NotFound): deployments.apps "none" not found',
    1,
  ],
  [
    'kubectl create deployment web --image=a && kubectl create svc clusterip web --tcp=80',
    'deployment.apps/web created\nservice/web created',
  ],
  [
    `kubectl patch deploy web -p '{"spec":{"selector":{"matchLabels":{"app":"x"}}}}'`,
    /\* spec\.selector: Invalid value: .*: field is immutable/,
    1,
  ],
  [
    `kubectl patch svc web -p '{"spec":{"clusterIP":"10.43.9.9"}}'`,
    /spec\.clusterIPs\[0\]: Invalid value: \["10\.43\.9\.9"\]: may not change once set$/,
    1,
  ],
  [create(map(',"immutable":true,"data":{"a":"b"}')), 'configmap/a created'],
  [
    `kubectl patch cm a -p '{"data":{"a":"c"}}'`,
    'The ConfigMap "a" is invalid: data: Forbidden: field is immutable when `immutable` is set',
    1,
  ],
  [
    `kubectl patch cm a -p '{"immutable":false}'`,
    'The ConfigMap "a" is invalid: immutable: Forbidden: field is immutable when `immutable` is set',
    1,
  ],
  ['kubectl create secret generic s --from-literal=a=b', 'secret/s created'],
  [
    `kubectl patch secret s -p '{"type":"x"}'`,
    'The Secret "s" is invalid: type: Invalid value: "x": field is immutable',
    1,
  ],
  ['kubectl create job j --image=a', 'job.batch/j created'],
  [
    `kubectl patch job j -p '{"spec":{"completions":3}}'`,
    /spec\.completions: Invalid value: 3: field is immutable/,
    1,
  ],
  [
    `kubectl patch deploy web -p '{"spec":{"replicas":"many"}}'`,
    'The request is invalid: patch: Invalid value: "map[spec:map[replicas:many]]": unrecognized type: int32',
    1,
  ],
  [
    `kubectl patch deploy web -p '{"spec":{"template":{"spec":"none"}}}'`,
    'The request is invalid: patch: Invalid value: "map[spec:map[template:map[spec:none]]]": cannot restore struct from: string',
    1,
  ],
  [
    `kubectl patch deploy web --type=merge -p '{"spec":{"replicas":"many"}}'`,
    /^The request is invalid: patch: Invalid value: "\{.*\}": json: cannot unmarshal string into Go struct field DeploymentSpec\.spec\.replicas of type int32$/,
    1,
  ],
  [`kubectl patch pod none -p '{}'`, 'Error from server (NotFound): pods "none" not found', 1],
  ['kubectl run p --image=a', 'pod/p created'],
  ['kubectl exec p -- ls', /^(Error from server|error: )/, 1],
  ['kubectl exec none -- ls', 'Error from server (NotFound): pods "none" not found', 1],
  ['kubectl cp p:/a ./a', /^(Error from server|error: )/, 1],
  ['kubectl cp ./none p:/a', "error: ./none doesn't exist in local filesystem", 1],
  [
    'kubectl port-forward p 8080:80',
    'error: unable to forward port because pod is not running. Current status=Pending',
    1,
  ],
  [
    'kubectl logs none',
    'error: error from server (NotFound): pods "none" not found in namespace "default"',
    1,
  ],
  ['kubectl logs p', /./, 1],
  ['kubectl get pods --server=https://127.0.0.1:1', /connection refused|was refused/, 1],
  ['kubectl get pods --insecure-skip-tls-verify --certificate-authority= --user=none', /./, 1],
]);
