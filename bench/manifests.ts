/** Manifests of the size and shape that real repositories hold. */

export type BenchKind = 'Deployment' | 'Service' | 'ConfigMap';

/** One YAML document of a kind; `index` makes its name unique. */
export function manifestFor(kind: BenchKind, index: number): string {
  switch (kind) {
    case 'Deployment':
      return deployment(`web-${index}`, index);
    case 'Service':
      return service(`web-${index}`);
    case 'ConfigMap':
      return configMap(`settings-${index}`);
  }
}

function metadata(name: string): string {
  return `metadata:
  name: ${name}
  namespace: shop
  labels:
    app.kubernetes.io/name: ${name}
    app.kubernetes.io/part-of: shop
  annotations:
    example.com/owner: "team-a"`;
}

function deployment(name: string, index: number): string {
  return `# ${name}: three replicas behind a service
apiVersion: apps/v1
kind: Deployment
${metadata(name)}
spec:
  replicas: 3
  revisionHistoryLimit: 5
  selector:
    matchLabels:
      app: ${name}
  strategy:
    type: RollingUpdate
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }
  template:
    metadata:
      labels:
        app: ${name}
        tier: frontend
    spec:
      terminationGracePeriodSeconds: 30
      containers:
        - name: web
          image: registry.example.com/shop/web:1.${index}.0
          imagePullPolicy: IfNotPresent
          args: ["--listen", ":8080", "--log-level=info"]
          ports:
            - name: http
              containerPort: 8080
          env:
            - name: DATABASE_URL
              valueFrom:
                secretKeyRef: { name: database, key: url }
            - name: CACHE
              value: redis://cache:6379
          resources:
            requests: { cpu: 100m, memory: 128Mi }
            limits: { memory: 256Mi }
          readinessProbe:
            httpGet: { path: /ready, port: http }
            periodSeconds: 5
          livenessProbe:
            httpGet: { path: /live, port: http }
            initialDelaySeconds: 10
          volumeMounts:
            - name: settings
              mountPath: /etc/web
              readOnly: true
            - name: scratch
              mountPath: /tmp
      volumes:
        - name: settings
          configMap: { name: settings-${index} }
        - name: scratch
          emptyDir: {}
      nodeSelector:
        kubernetes.io/os: linux
      tolerations:
        - key: dedicated
          operator: Equal
          value: web
          effect: NoSchedule
`;
}

function service(name: string): string {
  return `apiVersion: v1
kind: Service
${metadata(name)}
spec:
  type: NodePort
  selector:
    app: ${name}
  ports:
    - name: http
      port: 80
      targetPort: http
      nodePort: 30080
    - name: metrics
      port: 9100
      targetPort: 9100
`;
}

function configMap(name: string): string {
  return `apiVersion: v1
kind: ConfigMap
${metadata(name)}
data:
  LOG_LEVEL: info
  FEATURES: "search,checkout"
  nginx.conf: |
    server {
      listen 8080;
      location / {
        proxy_pass http://backend:8080;
        proxy_set_header Host $host;
      }
      location /static/ {
        root /srv;
        expires 1h;
      }
    }
`;
}
