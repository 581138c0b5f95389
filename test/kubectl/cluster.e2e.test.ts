/** kubectl on what the cluster's own controllers keep: endpoints, autoscalers, addresses, usage, namespaces. */
import { kubectlTest } from './kubectl-trial.ts';

const legacy = `apiVersion: v1
kind: Service
metadata: {name: legacy}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Endpoints
metadata: {name: legacy}
subsets: [{addresses: [{ip: 192.0.2.1}], ports: [{port: 8080}]}]
`;

kubectlTest('endpoints, mirrored and selected', { 'legacy.yaml': legacy }, [
  ['kubectl create deployment web --image=web:1', 'deployment.apps/web created'],
  ['kubectl expose deployment web --port=80', 'service/web exposed'],
  ['sleep 1; kubectl get endpoints web --no-headers', /web +<none>/],
  [
    'kubectl get endpointslices -l kubernetes.io/service-name=web --no-headers',
    /web-\w+ +IPv4 +<unset> +<unset>/,
  ],
  ['kubectl apply -f legacy.yaml 2>/dev/null', /service\/legacy created\nendpoints\/legacy created/],
  [
    'sleep 1; kubectl get endpointslices -l kubernetes.io/service-name=legacy --no-headers',
    /legacy-\w+ +IPv4 +8080 +192\.0\.2\.1/,
  ],
  ['kubectl delete service legacy web', /"legacy" deleted/],
  ['sleep 1; kubectl get endpoints,endpointslices 2>/dev/null | grep -cE "legacy|web"', '0', 1],
]);

kubectlTest('addresses of services', {}, [
  ['kubectl get servicecidr kubernetes -o jsonpath={.spec.cidrs[0]}', '10.43.0.0/16'],
  ['kubectl delete service kubernetes', /"kubernetes" deleted/],
  [
    'sleep 1; kubectl get service kubernetes --no-headers',
    /^kubernetes +ClusterIP +10\.43\.0\.1 .* 443\/TCP/,
  ],
  [
    `kubectl get servicecidr kubernetes -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'`,
    'True',
  ],
  ['kubectl create service clusterip web --tcp=80 --clusterip=10.43.7.7', 'service/web created'],
  ['sleep 1; kubectl get ipaddress 10.43.7.7 --no-headers', /10\.43\.7\.7 +services\/default\/web/],
  ['kubectl delete service web', /"web" deleted/],
  ['sleep 1; kubectl get ipaddress 10.43.7.7', /not found/, 1],
]);

kubectlTest('autoscalers and usage without hosts', {}, [
  ['kubectl create deployment web --image=web:1', 'deployment.apps/web created'],
  [
    'kubectl autoscale deployment web --min=2 --max=5 --cpu-percent=50',
    'horizontalpodautoscaler.autoscaling/web autoscaled',
  ],
  ['sleep 1; kubectl get deployment web -o jsonpath={.spec.replicas}', '2'],
  [
    'kubectl describe hpa web',
    /SuccessfulRescale.*New size: 2; reason: Current number of replicas below Spec.MinReplicas/,
  ],
  ['kubectl get --raw /apis/metrics.k8s.io/v1beta1/pods', /"kind":"PodMetricsList".*"items":\[\]/],
  ['kubectl top pods', 'error: metrics not available yet', 1],
  [
    'kubectl api-resources --api-group=metrics.k8s.io --no-headers',
    /nodes +metrics.k8s.io\/v1beta1 +false +NodeMetrics/,
  ],
]);

kubectlTest('a namespace tells what holds it up', {}, [
  ['kubectl create namespace shop', 'namespace/shop created'],
  ['kubectl -n shop create configmap kept', 'configmap/kept created'],
  [
    `kubectl -n shop patch configmap kept -p '{"metadata":{"finalizers":["example.org/guard"]}}'`,
    'configmap/kept patched',
  ],
  ['kubectl delete namespace shop --wait=false', /"shop" deleted/],
  [
    `sleep 1; kubectl get namespace shop -o 'jsonpath={.status.conditions[?(@.type=="NamespaceFinalizersRemaining")].message}'`,
    'Some content in the namespace has finalizers remaining: example.org/guard in 1 resource instances',
  ],
  [`kubectl -n shop patch configmap kept -p '{"metadata":{"finalizers":null}}'`, /^configmap\/kept patched/],
  ['kubectl wait --for=delete namespace/shop --timeout=10s', /^$|shop/],
]);
