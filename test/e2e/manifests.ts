/** Manifests of end-to-end tests, as text. */

export interface WebOptions {
  readonly image: string;
  readonly replicas: number;
  readonly page?: string;
  readonly nodePort?: number;
}

/** Namespace, page, Deployment and NodePort Service of a small web site. */
export function webSite(namespace: string, options: WebOptions): string {
  return `apiVersion: v1
kind: Namespace
metadata:
  name: ${namespace}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: page
  namespace: ${namespace}
data:
  index.html: "${options.page ?? 'hello'}"
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: ${namespace}
spec:
  replicas: ${options.replicas}
  strategy:
    rollingUpdate:
      maxUnavailable: 0
      maxSurge: 1
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: nginx
          image: ${options.image}
          ports:
            - containerPort: 80
          resources:
            requests:
              cpu: 10m
              memory: 16Mi
          volumeMounts:
            - name: page
              mountPath: /usr/share/nginx/html
      volumes:
        - name: page
          configMap:
            name: page
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: ${namespace}
spec:
  type: NodePort
  selector:
    app: web
  ports:
    - port: 80
      nodePort: ${options.nodePort ?? 30_080}
`;
}

/** One pod that sleeps until it is told to end. */
export function sleeper(namespace: string, name: string, image: string): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: main
      image: ${image}
      command: ["/bin/sh", "-c", "trap 'exit 0' TERM; while true; do sleep 1 & wait; done"]
`;
}
