/** kubectl cordon, uncordon, taint, drain, top, and what the cluster says of itself. */
import { kubectlTest } from './kubectl-trial.ts';

const files = {
  'node.yaml': `apiVersion: v1
kind: Node
metadata: {name: n1, labels: {kubernetes.io/hostname: n1, node-role.kubernetes.io/worker: ""}}
status:
  addresses: [{type: InternalIP, address: 192.0.2.7}, {type: Hostname, address: n1}]
  capacity: {cpu: "4", memory: 8Gi, pods: "110"}
  nodeInfo: {kubeletVersion: v1.36.0, osImage: Debian, kernelVersion: 6.1.0, containerRuntimeVersion: "containerd://2.0.0", architecture: amd64, bootID: "", kubeProxyVersion: "", machineID: "", operatingSystem: linux, systemUUID: ""}
`,
  'pods.yaml': `apiVersion: v1
kind: Pod
metadata: {name: bound, labels: {app: bound}}
spec: {nodeName: n1, containers: [{name: main, image: "web:1"}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: bound}
spec: {minAvailable: 1, selector: {matchLabels: {app: bound}}}
`,
};

const notReady = 'Unknown';

kubectlTest('kubectl manages nodes and asks what the cluster serves', files, [
  ['kubectl create -f node.yaml', 'node/n1 created'],
  [
    'kubectl get nodes',
    new RegExp(String.raw`^NAME +STATUS +ROLES +AGE +VERSION\nn1 +${notReady} +worker +\d+s +v1\.36\.0$`),
  ],
  [
    'kubectl get nodes -o wide',
    /^NAME +STATUS +ROLES +AGE +VERSION +INTERNAL-IP +EXTERNAL-IP +OS-IMAGE +KERNEL-VERSION +CONTAINER-RUNTIME\nn1 +Unknown +worker +\d+s +v1\.36\.0 +192\.0\.2\.7 +<none> +Debian +6\.1\.0 +containerd:\/\/2\.0\.0$/,
  ],
  ['kubectl cordon n1', 'node/n1 cordoned'],
  ['kubectl cordon n1', 'node/n1 already cordoned'],
  ['kubectl get node n1 --no-headers', /^n1 +Unknown,SchedulingDisabled +worker /],
  ['kubectl uncordon n1', 'node/n1 uncordoned'],
  ['kubectl uncordon n1', 'node/n1 already uncordoned'],
  ['kubectl cordon none', 'Error from server (NotFound): nodes "none" not found', 1],
  ['kubectl taint node n1 dedicated=db:NoSchedule', 'node/n1 tainted'],
  [
    'kubectl taint node n1 dedicated=db:NoSchedule',
    'error: node n1 already has dedicated taint(s) with same effect(s) and --overwrite is false',
    1,
  ],
  ['kubectl taint node n1 dedicated=web:NoSchedule --overwrite', 'node/n1 modified'],
  ['kubectl get node n1 -o jsonpath=\'{.spec.taints[?(@.key=="dedicated")].value}\'', 'web'],
  ['kubectl taint node n1 dedicated-', 'node/n1 untainted'],
  ['kubectl taint node n1 dedicated-', 'error: taint "dedicated" not found', 1],
  ['kubectl taint node n1 a=b:Never', /^error: invalid taint effect: Never, unsupported taint effect/, 1],
  ['kubectl label node n1 zone=a', 'node/n1 labeled'],
  [
    `kubectl patch node n1 -p '{"spec":{"podCIDR":"10.9.0.0/24"}}'`,
    /spec\.podCIDR|node updates may not change/,
    1,
  ],
  [
    'kubectl describe node n1',
    /^Name: +n1\nRoles: +worker\nLabels: +kubernetes\.io\/hostname=n1\n[^]*Unschedulable: +false\n[^]*Addresses:\n {2}InternalIP: +192\.0\.2\.7\n {2}Hostname: +n1\nCapacity:\n {2}cpu: +4\n[^]*Kubelet Version: +v1\.36\.0\n/,
  ],
  ['kubectl create -f pods.yaml', 'pod/bound created\npoddisruptionbudget.policy/bound created'],
  [
    `kubectl patch pod bound --subresource=status --type=merge -p '{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}'`,
    'pod/bound patched',
  ],
  ["kubectl get pod bound -o jsonpath='{.spec.nodeName}'", 'n1'],
  [
    'kubectl drain n1',
    /^node\/n1 cordoned\nerror: unable to drain node "n1" due to error: cannot delete (cannot delete )?Pods that declare no controller \(use --force to override\): default\/bound, continuing command\.\.\.\nThere are pending nodes to be drained:\n n1\ncannot delete (cannot delete )?Pods that declare no controller \(use --force to override\): default\/bound$/,
    1,
  ],
  [
    "kubectl wait pdb/bound --for=jsonpath='{.status.expectedPods}'=1 --timeout=10s; kubectl drain n1 --force --timeout=3s",
    /error when evicting pods\/"bound" -n "default" \(will retry after 5s\): Cannot evict pod as it would violate the pod's disruption budget\./,
    1,
  ],
  ['kubectl delete pdb bound', 'poddisruptionbudget.policy "bound" deleted'],
  [
    'kubectl drain n1 --force --grace-period=0 --timeout=30s',
    /^node\/n1 already cordoned\nevicting pod default\/bound\npod\/bound evicted\nnode\/n1 drained\nWarning: deleting Pods that declare no controller: default\/bound$/,
  ],
  ['kubectl get pods', 'No resources found in default namespace.'],
  ['kubectl drain none', 'Error from server (NotFound): nodes "none" not found', 1],
  ['kubectl top nodes', 'error: metrics not available yet', 1],
  ['kubectl top pods', 'No resources found in default namespace.'],
  [
    'kubectl api-versions',
    /^admissionregistration\.k8s\.io\/v1\napiextensions\.k8s\.io\/v1\napiregistration\.k8s\.io\/v1\napps\/v1\n[^]*\nstorage\.k8s\.io\/v1\nv1$/,
  ],
  [
    'kubectl api-resources',
    /^NAME +SHORTNAMES +APIVERSION +NAMESPACED +KIND\nbindings +v1 +true +Binding\n[^]*\npods +po +v1 +true +Pod\n[^]*\ndeployments +deploy +apps\/v1 +true +Deployment\n/,
  ],
  [
    'kubectl api-resources --api-group=apps -o name',
    'controllerrevisions.apps\ndaemonsets.apps\ndeployments.apps\nreplicasets.apps\nstatefulsets.apps',
  ],
  [
    'kubectl api-resources --namespaced=false --api-group= -o name',
    'componentstatuses\nnamespaces\nnodes\npersistentvolumes',
  ],
  [
    'kubectl api-resources --verbs=create --api-group=authorization.k8s.io -o name',
    'localsubjectaccessreviews.authorization.k8s.io\nselfsubjectaccessreviews.authorization.k8s.io\nselfsubjectrulesreviews.authorization.k8s.io\nsubjectaccessreviews.authorization.k8s.io',
  ],
  [
    'kubectl api-resources --categories=all -o name',
    /^pods\nreplicationcontrollers\nservices\ndaemonsets\.apps\ndeployments\.apps\nreplicasets\.apps\nstatefulsets\.apps\nhorizontalpodautoscalers\.autoscaling\ncronjobs\.batch\njobs\.batch$/,
  ],
  ['kubectl cluster-info', /^.*Kubernetes control plane.* is running at .*https:\/\/127\.0\.0\.1:\d+/],
  ['kubectl cluster-info dump | grep -c NodeList', '1'],
  [
    'kubectl version 2>/dev/null',
    /^Client Version: v1\.32.*\nKustomize Version: .*\nServer Version: v1\.36\.0\+berth-/,
  ],
  [
    'kubectl get svc kubernetes',
    /^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE\nkubernetes +ClusterIP +10\.43\.0\.1 +<none> +443\/TCP +\d+s$/,
  ],
  [
    'kubectl get ns',
    /^NAME +STATUS +AGE\ndefault +Active +\d+s\nkube-node-lease +Active +\d+s\nkube-public +Active +\d+s\nkube-system +Active +\d+s$/,
  ],
  ['kubectl delete node n1', 'node "n1" deleted'],
]);
