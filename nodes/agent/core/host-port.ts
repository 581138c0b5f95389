/** A port of the host that leads to a pod. */
export interface HostPort {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly hostPort: number;
  /** Absent: every address of the host. */
  readonly hostIP?: string;
  readonly podIP: string;
  readonly containerPort: number;
}
