/** The CRI messages as decoded: absent fields have their defaults, 64-bit integers are numbers, maps are records. */

export interface PodSandboxMetadata {
  readonly name: string;
  readonly uid: string;
  readonly namespace: string;
  readonly attempt: number;
}

export interface PodSandboxStatus {
  readonly id: string;
  readonly metadata: PodSandboxMetadata | null;
  readonly state: number;
  readonly createdAt: number;
  readonly network: {
    readonly ip: string;
    readonly additionalIps: readonly { readonly ip: string }[];
  } | null;
  readonly linux: {
    readonly namespaces: { readonly options: { readonly network: number } | null } | null;
  } | null;
  readonly labels: Readonly<Record<string, string>>;
}

export interface PodSandboxItem {
  readonly id: string;
  readonly metadata: PodSandboxMetadata | null;
  readonly state: number;
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
}

interface ContainerBase {
  readonly id: string;
  readonly metadata: { readonly name: string; readonly attempt: number } | null;
  readonly state: number;
  readonly createdAt: number;
  readonly image: { readonly image: string } | null;
  readonly imageRef: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ContainerItem extends ContainerBase {
  readonly podSandboxId: string;
}

export interface ContainerStatus extends ContainerBase {
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
}

/** Without amounts where the container does not run. Times are nanoseconds since the Unix epoch. */
export interface ContainerStats {
  readonly attributes: { readonly id: string; readonly labels: Readonly<Record<string, string>> } | null;
  readonly cpu: {
    readonly timestamp: number;
    readonly usageCoreNanoSeconds: { readonly value: number } | null;
  } | null;
  readonly memory: { readonly workingSetBytes: { readonly value: number } | null } | null;
}

export interface ImageItem {
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly size: number;
  readonly uid: { readonly value: number } | null;
  readonly username: string;
}

/** What each call answers. */
export interface CriResponses {
  readonly Version: { readonly runtimeName: string; readonly runtimeVersion: string };
  readonly Status: { readonly status: { readonly conditions: readonly RuntimeCondition[] } | null };
  readonly RunPodSandbox: { readonly podSandboxId: string };
  readonly StopPodSandbox: unknown;
  readonly RemovePodSandbox: unknown;
  readonly PodSandboxStatus: { readonly status: PodSandboxStatus | null };
  readonly ListPodSandbox: { readonly items: readonly PodSandboxItem[] };
  readonly CreateContainer: { readonly containerId: string };
  readonly StartContainer: unknown;
  readonly StopContainer: unknown;
  readonly RemoveContainer: unknown;
  readonly ListContainers: { readonly containers: readonly ContainerItem[] };
  readonly ContainerStatus: { readonly status: ContainerStatus | null };
  readonly ListContainerStats: { readonly stats: readonly ContainerStats[] };
  readonly ReopenContainerLog: unknown;
  readonly ExecSync: { readonly stdout: Uint8Array; readonly stderr: Uint8Array; readonly exitCode: number };
  readonly Exec: SessionResponse;
  readonly Attach: SessionResponse;
  readonly PortForward: SessionResponse;
  readonly ListImages: { readonly images: readonly ImageItem[] };
  readonly ImageStatus: { readonly image: ImageItem | null };
  readonly PullImage: { readonly imageRef: string };
}

/** Where the runtime's streaming server takes the session up, once and soon. */
interface SessionResponse {
  readonly url: string;
}

export interface RuntimeCondition {
  readonly type: string;
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
}

export type CriMethod = keyof CriResponses;

interface MethodInfo {
  readonly service: 'RuntimeService' | 'ImageService';
  readonly request: string;
  readonly response: string;
}

function runtime(request: string, response = 'Empty'): MethodInfo {
  return { service: 'RuntimeService', request, response };
}

/** Which messages each call takes and gives. Messages that are alike on the wire share one definition. */
export const criMethods: Readonly<Record<CriMethod, MethodInfo>> = {
  Version: runtime('VersionRequest', 'VersionResponse'),
  Status: runtime('StatusRequest', 'StatusResponse'),
  RunPodSandbox: runtime('RunPodSandboxRequest', 'RunPodSandboxResponse'),
  StopPodSandbox: runtime('PodSandboxIdRequest'),
  RemovePodSandbox: runtime('PodSandboxIdRequest'),
  PodSandboxStatus: runtime('PodSandboxIdRequest', 'PodSandboxStatusResponse'),
  ListPodSandbox: runtime('Empty', 'ListPodSandboxResponse'),
  CreateContainer: runtime('CreateContainerRequest', 'CreateContainerResponse'),
  StartContainer: runtime('ContainerIdRequest'),
  StopContainer: runtime('StopContainerRequest'),
  RemoveContainer: runtime('ContainerIdRequest'),
  ListContainers: runtime('ListContainersRequest', 'ListContainersResponse'),
  ContainerStatus: runtime('ContainerIdRequest', 'ContainerStatusResponse'),
  ListContainerStats: runtime('Empty', 'ListContainerStatsResponse'),
  ReopenContainerLog: runtime('ContainerIdRequest'),
  ExecSync: runtime('ExecSyncRequest', 'ExecSyncResponse'),
  Exec: runtime('ExecRequest', 'SessionResponse'),
  Attach: runtime('AttachRequest', 'SessionResponse'),
  PortForward: runtime('PortForwardRequest', 'SessionResponse'),
  ListImages: { service: 'ImageService', request: 'Empty', response: 'ListImagesResponse' },
  ImageStatus: { service: 'ImageService', request: 'ImageRequest', response: 'ImageStatusResponse' },
  PullImage: { service: 'ImageService', request: 'ImageRequest', response: 'PullImageResponse' },
};
