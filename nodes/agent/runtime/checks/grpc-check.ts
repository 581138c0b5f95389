/** Asks a container by the gRPC health checking protocol, `grpc.health.v1`. */
import { Client, credentials, Metadata, type ServiceError, status as grpcStatus } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import type { CheckAction } from '../../core/check-action.ts';
import type { CheckResult } from '../../core/ports.ts';

type GrpcAction = Extract<CheckAction, { type: 'grpc' }>;

const healthProto = `
syntax = "proto3";
package grpc.health.v1;

message HealthCheckRequest { string service = 1; }
message HealthCheckResponse {
  enum ServingStatus { UNKNOWN = 0; SERVING = 1; NOT_SERVING = 2; SERVICE_UNKNOWN = 3; }
  ServingStatus status = 1;
}
`;

const health = protobuf.parse(healthProto).root;
const requestType = health.lookupType('grpc.health.v1.HealthCheckRequest');
const responseType = health.lookupType('grpc.health.v1.HealthCheckResponse');

/** Healthy is what answers SERVING in time. The texts of failures are the kubelet's. */
export async function checkGrpc(action: GrpcAction, timeoutMs: number): Promise<CheckResult> {
  const { port, service } = action;
  const host = action.host.includes(':') ? `[${action.host}]` : action.host;
  const address = `${host}:${String(port)}`;
  const deadline = Date.now() + timeoutMs;
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.primary_user_agent': 'kube-probe/berth',
    'grpc.enable_http_proxy': 0,
    'grpc.enable_retries': 0,
    // Every probe finds out by itself whether somebody listens there.
    'grpc.use_local_subchannel_pool': 1,
  });
  try {
    if (!(await isConnected(client, deadline)))
      return failure(
        `timeout: failed to connect service "${address}" within ${durationText(timeoutMs)}: context deadline exceeded`,
      );
    const status = await servingStatus(client, service, deadline);
    return status === 'SERVING'
      ? { ok: true, output: 'service healthy' }
      : failure(`service unhealthy (responded with "${status}")`);
  } catch (error) {
    return failure(callProblem(error as ServiceError, timeoutMs));
  } finally {
    client.close();
  }
}

function isConnected(client: Client, deadline: number): Promise<boolean> {
  return new Promise((resolve) => {
    client.waitForReady(deadline, (error) => resolve(error === undefined));
  });
}

function servingStatus(client: Client, service: string, deadline: number): Promise<string> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      '/grpc.health.v1.Health/Check',
      (request: { readonly service: string }) => Buffer.from(requestType.encode(request).finish()),
      (bytes: Buffer) => responseType.toObject(responseType.decode(bytes), { enums: String, defaults: true }),
      { service },
      new Metadata(),
      { deadline },
      (error, response) => {
        if (error !== null) reject(error);
        else resolve(String(response?.['status']));
      },
    );
  });
}

function callProblem(error: ServiceError, timeoutMs: number): string {
  switch (error.code) {
    case grpcStatus.UNIMPLEMENTED:
      return `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${error.details}`;
    case grpcStatus.DEADLINE_EXCEEDED:
      return `timeout: health rpc did not complete within ${durationText(timeoutMs)}`;
    default: {
      const code = grpcStatus[error.code] ?? String(error.code);
      return `error: health rpc probe failed: rpc error: code = ${code} desc = ${error.details}`;
    }
  }
}

function failure(output: string): CheckResult {
  return { ok: false, output };
}

function durationText(ms: number): string {
  return ms % 1000 === 0 ? `${String(ms / 1000)}s` : `${String(ms)}ms`;
}
