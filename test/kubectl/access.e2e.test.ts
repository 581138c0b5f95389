/** kubectl auth, certificate, --as, and credentials of one's own. */
import { kubectlTest } from './kubectl-trial.ts';

const files = {
  'reader.yaml': `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: default}
rules: [{apiGroups: [""], resources: [pods], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: default}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: jane}]
`,
  request: `openssl req -new -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1/O=dev" 2>/dev/null
cat <<END | kubectl create -f -
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: $1}
spec: {request: $(base64 -w0 < "$1.csr"), signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}
END
`,
};

const forbidden = (verb: string, resource: string, scope: string): string =>
  `Error from server (Forbidden): ${resource} is forbidden: User "jane" cannot ${verb} resource "${resource}" in API group "" ${scope}`;

kubectlTest('kubectl knows who may do what', files, [
  ['kubectl auth can-i create pods', 'yes'],
  ["kubectl auth can-i '*' '*' --all-namespaces", 'yes'],
  ['kubectl auth can-i list pods --as=jane', 'no', 1],
  ['kubectl auth can-i get /healthz --as=jane', 'yes'],
  ['kubectl auth can-i get nodes --as=jane', "no\nWarning: resource 'nodes' is not namespace scoped", 1],
  ['kubectl auth can-i list pods --as=jane -q', '', 1],
  [
    'kubectl auth whoami',
    /^ATTRIBUTE +VALUE\nUsername +berth:admin\nGroups +\[system:masters system:authenticated\]\n/,
  ],
  [
    "kubectl auth whoami --as=jane --as-group=dev -o jsonpath='{.status.userInfo.username} {.status.userInfo.groups}'",
    'jane ["dev","system:authenticated"]',
  ],
  ['kubectl get pods --as=jane', forbidden('list', 'pods', 'in the namespace "default"'), 1],
  ['kubectl get nodes --as=jane', forbidden('list', 'nodes', 'at the cluster scope'), 1],
  ['kubectl get pods -A --as=jane', forbidden('list', 'pods', 'at the cluster scope'), 1],
  [
    'kubectl get secret x --as=jane',
    'Error from server (Forbidden): secrets "x" is forbidden: User "jane" cannot get resource "secrets" in API group "" in the namespace "default"',
    1,
  ],
  [
    'kubectl create cm x --as=jane',
    'error: failed to create configmap: configmaps is forbidden: User "jane" cannot create resource "configmaps" in API group "" in the namespace "default"',
    1,
  ],
  [
    'kubectl create deployment x --image=a --as=jane',
    'error: failed to create deployment: deployments.apps is forbidden: User "jane" cannot create resource "deployments" in API group "apps" in the namespace "default"',
    1,
  ],
  [
    'kubectl get --raw /metrics --as=jane',
    'Error from server (Forbidden): forbidden: User "jane" cannot get path "/metrics"',
    1,
  ],
  ['kubectl get ns --as=jane --as-group=system:masters -o name | head -1', 'namespace/default'],
  [
    'kubectl auth reconcile -f reader.yaml',
    /^role\.rbac\.authorization\.k8s\.io\/reader reconciled\nrolebinding\.rbac\.authorization\.k8s\.io\/reader reconciled\n[^]*missing rules added:\n\t\t\{Verbs:\[get list\] APIGroups:\[\] Resources:\[pods\]/,
  ],
  [
    'kubectl auth reconcile -f reader.yaml',
    'role.rbac.authorization.k8s.io/reader reconciled\nrolebinding.rbac.authorization.k8s.io/reader reconciled',
  ],
  ['kubectl get pods --as=jane', 'No resources found in default namespace.'],
  ['kubectl auth can-i list pods --as=jane', 'yes'],
  ['kubectl auth can-i list pods --subresource=log --as=jane', 'no', 1],
  ['kubectl auth can-i --list --as=jane | grep ^pods', /^pods +\[\] +\[\] +\[get list\]$/],
  [
    'kubectl create role own --verb=delete --resource=pods --as=jane',
    /^Error from server \(Forbidden\): roles\.rbac\.authorization\.k8s\.io is forbidden/,
    1,
  ],
  [
    'kubectl create clusterrole roles --verb=create,update --resource=roles && kubectl create rolebinding roles --clusterrole=roles --user=jane',
    /created\n.*created$/,
  ],
  [
    'kubectl create role own --verb=delete --resource=pods --as=jane',
    /^Error from server \(Forbidden\): roles\.rbac\.authorization\.k8s\.io "own" is forbidden: user "jane" \(groups=\["system:authenticated"\]\) is attempting to grant RBAC permissions not currently held:\n\{APIGroups:\[""\], Resources:\["pods"\], Verbs:\["delete"\]\}$/,
    1,
  ],
  [
    'kubectl create role own --verb=get --resource=pods --as=jane',
    'role.rbac.authorization.k8s.io/own created',
  ],
  [
    "kubectl get rolebindings -o wide | awk '{print $1, $2, $4}'",
    'NAME ROLE USERS\nreader Role/reader jane\nroles ClusterRole/roles jane',
  ],
  ['sh ./request jane', 'certificatesigningrequest.certificates.k8s.io/jane created'],
  ['sh ./request joe', 'certificatesigningrequest.certificates.k8s.io/joe created'],
  [
    'kubectl get csr',
    /^NAME +AGE +SIGNERNAME +REQUESTOR +REQUESTEDDURATION +CONDITION\njane +\d+s +kubernetes\.io\/kube-apiserver-client +berth:admin +<none> +Pending\njoe /,
  ],
  ['kubectl certificate approve jane', 'certificatesigningrequest.certificates.k8s.io/jane approved'],
  ["kubectl wait csr/jane --for=jsonpath='{.status.certificate}' --timeout=10s", /condition met$/],
  ['kubectl get csr jane --no-headers', /Approved,Issued$/],
  [
    "kubectl get csr jane -o jsonpath='{.status.certificate}' | base64 -d > jane.crt && openssl x509 -in jane.crt -noout -subject",
    /^subject=O ?= ?dev, CN ?= ?jane$/,
  ],
  ['kubectl certificate deny joe', 'certificatesigningrequest.certificates.k8s.io/joe denied'],
  ['kubectl get csr joe --no-headers', /Denied$/],
  ['kubectl certificate approve joe', 'error: certificate signing request "joe" is already Denied', 1],
  [
    'kubectl certificate approve none',
    'Error from server (NotFound): certificatesigningrequests.certificates.k8s.io "none" not found',
    1,
  ],
  [
    'kubectl describe csr jane',
    /^Name: +jane\n[^]*Requesting User: +berth:admin\nSigner: +kubernetes\.io\/kube-apiserver-client\nStatus: +Approved,Issued\nSubject:\n\s+Common Name: +jane\n/,
  ],
  [
    'kubectl config set-credentials jane --client-certificate=jane.crt --client-key=jane.key',
    'User "jane" set.',
  ],
  [
    "kubectl auth whoami --user=jane -o jsonpath='{.status.userInfo.username} {.status.userInfo.groups}'",
    'jane ["dev","system:authenticated"]',
  ],
  ['kubectl get pods --user=jane', 'No resources found in default namespace.'],
  ['kubectl get cm --user=jane', forbidden('list', 'configmaps', 'in the namespace "default"'), 1],
  [
    'kubectl get pods --user=jane --as=joe',
    'Error from server (Forbidden): users "joe" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope',
    1,
  ],
  [
    'kubectl create sa bot && kubectl config set-credentials bot --token="$(kubectl create token bot)"',
    'serviceaccount/bot created\nUser "bot" set.',
  ],
  [
    "kubectl auth whoami --user=bot -o jsonpath='{.status.userInfo.username}'",
    'system:serviceaccount:default:bot',
  ],
  [
    'kubectl delete sa bot && kubectl get pods --user=bot',
    'serviceaccount "bot" deleted\nerror: You must be logged in to the server (Unauthorized)',
    1,
  ],
  ['kubectl config set-credentials nobody --token=nonsense', 'User "nobody" set.'],
  ['kubectl get pods --user=nobody', 'error: You must be logged in to the server (Unauthorized)', 1],
  [
    'kubectl create sa x && kubectl create token x --duration=1s',
    /spec\.expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes$/,
    1,
  ],
  [
    'kubectl create token x --audience=vault --duration=20m | cut -d. -f2 | tr _- /+ | base64 -d 2>/dev/null',
    /"aud":\["vault"\]/,
  ],
]);
