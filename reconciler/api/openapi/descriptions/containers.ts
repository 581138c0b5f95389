/** Containers: what runs, how it is looked after, what it may use. */
import { core } from '../../../../schemas/validation/definition-names.ts';
import type { Descriptions } from './texts.ts';

const container = {
  args: 'Arguments of the command; the image’s own unless given.',
  command: 'What is run; the image’s own unless given.',
  env: 'Environment variables.',
  envFrom: 'Config maps and secrets whose entries become environment variables.',
  image: 'Image that the container is made of.',
  imagePullPolicy: 'When the image is pulled: Always, IfNotPresent or Never.',
  lifecycle: 'What is done after the start and before the end.',
  livenessProbe: 'When it fails, the container is started again.',
  name: 'Name of the container, unique in its pod.',
  ports: 'Ports that the container listens on.',
  readinessProbe: 'While it fails, services leave the pod out.',
  resizePolicy: 'What a change of resources means for the container.',
  resources: 'Resources that the container asks for, and may use at most.',
  restartPolicy: 'Always makes an init container a sidecar.',
  restartPolicyRules: 'Which exits are restarted.',
  securityContext: 'Security settings of the container.',
  startupProbe: 'Until it succeeds, the other probes wait.',
  stdin: 'Whether there is standard input.',
  stdinOnce: 'Whether standard input ends with the first session.',
  terminationMessagePath: 'File that a message about the end is read from.',
  terminationMessagePolicy: 'Whether the log serves where that file is empty.',
  tty: 'Whether there is a terminal.',
  volumeDevices: 'Block devices that the container sees.',
  volumeMounts: 'Volumes that the container sees.',
  workingDir: 'Directory that the command starts in; the image’s own unless given.',
};

export const containerDescriptions: Descriptions = {
  [core('Container')]: { self: 'One container of a pod.', fields: container },
  [core('EphemeralContainer')]: {
    self: 'A container that is added to a running pod to look into it.',
    fields: { ...container, targetContainerName: 'Container whose processes it sees.' },
  },
  [core('ContainerPort')]: {
    self: 'A port of a container.',
    fields: {
      containerPort: 'Number of the port.',
      hostIP: 'Address of the node that hostPort is bound to.',
      hostPort: 'Port of the node that leads to this one.',
      name: 'Name that services may call the port by.',
      protocol: 'TCP, UDP or SCTP; TCP unless given.',
    },
  },
  [core('EnvVar')]: {
    self: 'An environment variable.',
    fields: {
      name: 'Name of the variable.',
      value: 'Its value; $(OTHER) stands for another variable.',
      valueFrom: 'Where the value comes from instead.',
    },
  },
  [core('EnvVarSource')]: {
    self: 'Where the value of an environment variable comes from.',
    fields: {
      configMapKeyRef: 'An entry of a config map.',
      fieldRef: 'A field of the pod.',
      fileKeyRef: 'An entry of a file in a volume.',
      resourceFieldRef: 'A resource of a container.',
      secretKeyRef: 'An entry of a secret.',
    },
  },
  [core('Probe')]: {
    self: 'How a container is looked after.',
    fields: {
      exec: 'Succeeds when the command does.',
      failureThreshold: 'Failures in a row that count.',
      grpc: 'Asks gRPC’s health service.',
      httpGet: 'Succeeds with a status of 200 to 399.',
      initialDelaySeconds: 'Seconds before the first probe.',
      periodSeconds: 'Seconds between probes.',
      successThreshold: 'Successes in a row that count.',
      tcpSocket: 'Succeeds when the port opens.',
      terminationGracePeriodSeconds: 'Seconds that the container has to end when the probe fails.',
      timeoutSeconds: 'Seconds after which a probe fails.',
    },
  },
  [core('HTTPGetAction')]: {
    self: 'An HTTP request.',
    fields: {
      host: 'Host; the pod’s address unless given.',
      httpHeaders: 'Headers of the request.',
      path: 'Path of the request.',
      port: 'Number or name of the port.',
      scheme: 'HTTP or HTTPS.',
    },
  },
  [core('Lifecycle')]: {
    self: 'What is done after the start and before the end of a container.',
    fields: {
      postStart: 'Done right after the start.',
      preStop: 'Done before the signal to end.',
      stopSignal: 'Signal that ends the container.',
    },
  },
  [core('ResourceRequirements')]: {
    self: 'Resources of a container.',
    fields: {
      claims: 'Devices of the pod that the container uses.',
      limits: 'What the container may use at most.',
      requests: 'What the container is sure to get; the limits unless given.',
    },
  },
  [core('SecurityContext')]: {
    self: 'Security settings of a container.',
    fields: {
      allowPrivilegeEscalation: 'Whether a process may gain more rights than its parent.',
      capabilities: 'Linux capabilities that are added and dropped.',
      privileged: 'Whether the container may do what root on the node may.',
      procMount: 'How /proc is mounted.',
      readOnlyRootFilesystem: 'Whether the root file system is read-only.',
      runAsGroup: 'Group that the container runs as.',
      runAsNonRoot: 'Whether running as root is refused.',
      runAsUser: 'User that the container runs as.',
      seccompProfile: 'System calls that are allowed.',
    },
  },
  [core('VolumeMount')]: {
    self: 'A volume in a container.',
    fields: {
      mountPath: 'Where the volume is seen.',
      mountPropagation: 'Whether later mounts are seen on both sides.',
      name: 'Name of the volume.',
      readOnly: 'Whether it can only be read.',
      subPath: 'Part of the volume that is mounted; its root unless given.',
      subPathExpr: 'As subPath, with environment variables in it.',
    },
  },
  [core('ContainerStatus')]: {
    self: 'How a container is doing.',
    fields: {
      containerID: 'Identity at the runtime.',
      imageID: 'Identity of the image.',
      lastState: 'How the former run ended.',
      ready: 'Whether the container is ready.',
      restartCount: 'How often the container was restarted.',
      started: 'Whether the container has started.',
      state: 'Waiting, running or terminated.',
    },
  },
};
