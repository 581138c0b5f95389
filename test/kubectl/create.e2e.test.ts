/** kubectl create and run: every generator. */
import { kubectlTest } from './kubectl-trial.ts';

const created = (resource: string): string => `${resource} created`;

kubectlTest('kubectl makes objects of every kind that it has a generator for', {}, [
  ['kubectl create ns shop', created('namespace/shop')],
  ['kubectl config set-context --current --namespace=shop', /modified\.$/],
  ['kubectl create deployment web --image=nginx:1 --replicas=2 --port=80', created('deployment.apps/web')],
  ['kubectl create deployment two --image=a --image=b', created('deployment.apps/two')],
  ['kubectl create configmap web --from-literal=color=blue', created('configmap/web')],
  ['kubectl create cm file --from-file=berth.yaml', created('configmap/file')],
  ['printf "A=1\\nB=2\\n" > env && kubectl create cm env --from-env-file=env', created('configmap/env')],
  ["kubectl get cm web file env -o jsonpath='{.items[*].data}'", /"color":"blue".*listen: .*"A":"1","B":"2"/],
  ['kubectl create secret generic opaque --from-literal=a=b', created('secret/opaque')],
  [
    'openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=web -days 2 2>&- && kubectl create secret tls tls --cert=cert.pem --key=key.pem',
    created('secret/tls'),
  ],
  [
    'kubectl create secret docker-registry pull --docker-username=u --docker-password=p',
    created('secret/pull'),
  ],
  [
    'kubectl get secrets -o jsonpath=\'{range .items[*]}{.metadata.name} {.type}{"\\n"}{end}\'',
    'opaque Opaque\npull kubernetes.io/dockerconfigjson\ntls kubernetes.io/tls',
  ],
  ['kubectl create sa bot', created('serviceaccount/bot')],
  [
    'kubectl create role reader --verb=get,list --resource=pods',
    created('role.rbac.authorization.k8s.io/reader'),
  ],
  [
    'kubectl create clusterrole nodes --verb=get --resource=nodes',
    created('clusterrole.rbac.authorization.k8s.io/nodes'),
  ],
  [
    'kubectl create rolebinding reader --role=reader --serviceaccount=shop:bot',
    created('rolebinding.rbac.authorization.k8s.io/reader'),
  ],
  [
    'kubectl create clusterrolebinding nodes --clusterrole=nodes --user=jane --group=dev',
    created('clusterrolebinding.rbac.authorization.k8s.io/nodes'),
  ],
  ['kubectl create quota small --hard=pods=10,count/secrets=20', created('resourcequota/small')],
  ['kubectl create pdb web --selector=app=web --min-available=1', created('poddisruptionbudget.policy/web')],
  ['kubectl create job once --image=busybox -- date', created('job.batch/once')],
  [
    "kubectl create cronjob often --image=busybox --schedule='*/5 * * * *' -- date",
    created('cronjob.batch/often'),
  ],
  ['kubectl create job now --from=cronjob/often', created('job.batch/now')],
  [
    "kubectl get job now -o jsonpath='{.metadata.annotations} {.metadata.ownerReferences[0].name}'",
    '{"cronjob.kubernetes.io/instantiate":"manual"} often',
  ],
  [
    "kubectl create ingress web --class=nginx --rule='a.example/x*=web:80,tls=tls'",
    created('ingress.networking.k8s.io/web'),
  ],
  ['kubectl get ingress', /^NAME +CLASS +HOSTS +ADDRESS +PORTS +AGE\nweb +nginx +a\.example +80, 443 +\d+s$/],
  [
    'kubectl create priorityclass high --value=1000 --description=first',
    created('priorityclass.scheduling.k8s.io/high'),
  ],
  ['kubectl create service clusterip inner --tcp=80:8080', created('service/inner')],
  ['kubectl create service clusterip headless --clusterip=None', created('service/headless')],
  ['kubectl create service nodeport outer --tcp=80 --node-port=30080', created('service/outer')],
  ['kubectl create service externalname far --external-name=far.example', created('service/far')],
  ['kubectl create service loadbalancer front --tcp=443:8443', created('service/front')],
  [
    'kubectl get services',
    new RegExp(
      [
        String.raw`^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE`,
        String.raw`far +ExternalName +<none> +far\.example +<none> +\d+s`,
        String.raw`front +LoadBalancer +10\.43\.\d+\.\d+ +<pending> +443:3\d{4}/TCP +\d+s`,
        String.raw`headless +ClusterIP +None +<none> +<none> +\d+s`,
        String.raw`inner +ClusterIP +10\.43\.\d+\.\d+ +<none> +80/TCP +\d+s`,
        String.raw`outer +NodePort +10\.43\.\d+\.\d+ +<none> +80:30080/TCP +\d+s$`,
      ].join('\n'),
    ),
  ],
  ['kubectl create token bot --duration=1h | grep -cE "^[^.]+[.][^.]+[.][^.]+$"', '1'],
  [
    'kubectl create token bot --bound-object-kind=Secret --bound-object-name=none',
    'error: failed to create token: secrets "none" not found',
    1,
  ],
  [
    'kubectl run box --image=busybox --labels=app=box --env=A=B --restart=Never -- sleep 9',
    created('pod/box'),
  ],
  [
    "kubectl get pod box -o jsonpath='{.spec.restartPolicy} {.spec.containers[0].args} {.spec.containers[0].env[0]} {.status.phase} {.status.qosClass} {.spec.serviceAccountName}'",
    'Never ["sleep","9"] {"name":"A","value":"B"} Pending BestEffort default',
  ],
  ['kubectl run web --image=nginx --port=80 --expose', 'service/web created\npod/web created'],
  ['kubectl create deployment dry --image=nginx --dry-run=client -o name', 'deployment.apps/dry'],
  [
    'kubectl create deployment dry --image=nginx --dry-run=server',
    'deployment.apps/dry created (server dry run)',
  ],
  [
    "kubectl create deployment dry --image=nginx --dry-run=server -o jsonpath='{.spec.strategy.type} {.metadata.generation}'",
    'RollingUpdate 1',
  ],
  ['kubectl get deployment dry', 'Error from server (NotFound): deployments.apps "dry" not found', 1],
  ['kubectl create ns shop', 'Error from server (AlreadyExists): namespaces "shop" already exists', 1],
  ['kubectl create cm web', 'error: failed to create configmap: configmaps "web" already exists', 1],
  ['kubectl create token nobody', 'error: failed to create token: serviceaccounts "nobody" not found', 1],
]);
