/** etcd's messages as the store sends and reads them. Revisions are numbers: they stay far below 2^53. */

export interface Header {
  readonly revision: number;
}

export interface KeyValue {
  readonly key: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  readonly value: Uint8Array;
  readonly lease: number;
}

/** etcd's Event.EventType. */
export const deleteEvent = 1;

export interface Event {
  readonly type: number;
  readonly kv: KeyValue;
  readonly prevKv: KeyValue | null;
}

export interface RangeRequest {
  readonly key: Uint8Array;
  readonly rangeEnd?: Uint8Array;
  readonly limit?: number;
  readonly revision?: number;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
}

export interface RangeResponse {
  readonly header: Header;
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
}

export type RequestOp =
  | { readonly requestRange: RangeRequest }
  | {
      readonly requestPut: { readonly key: Uint8Array; readonly value: Uint8Array; readonly lease?: number };
    }
  | { readonly requestDeleteRange: { readonly key: Uint8Array } };

/** etcd's Compare.CompareTarget; the result is EQUAL, which is 0. */
const modTarget = 2;

export interface Compare {
  readonly target: number;
  readonly key: Uint8Array;
  readonly modRevision: number;
}

/** "The mod revision of `key` is `modRevision`"; 0 for a key that does not exist. */
export function modRevisionIs(key: Uint8Array, modRevision: number): Compare {
  return { target: modTarget, key, modRevision };
}

export interface TxnRequest {
  readonly compare: readonly Compare[];
  readonly success: readonly RequestOp[];
  readonly failure: readonly RequestOp[];
}

export interface TxnResponse {
  readonly header: Header;
  readonly succeeded: boolean;
  readonly responses: readonly { readonly responseRange?: RangeResponse }[];
}

export type WatchRequest =
  | {
      readonly createRequest: {
        readonly key: Uint8Array;
        readonly rangeEnd?: Uint8Array;
        readonly startRevision: number;
        readonly progressNotify: boolean;
        readonly prevKv: boolean;
        readonly fragment: boolean;
      };
    }
  | { readonly progressRequest: Readonly<Record<string, never>> };

export interface WatchResponse {
  readonly header: Header;
  readonly created: boolean;
  readonly canceled: boolean;
  readonly compactRevision: number;
  readonly cancelReason: string;
  /** More of this response follows in the next message. */
  readonly fragment: boolean;
  readonly events: readonly Event[];
}

/** Method to service and messages: what a call needs to be sent. */
export const etcdMethods = {
  Range: { service: 'KV', request: 'RangeRequest', response: 'RangeResponse' },
  Txn: { service: 'KV', request: 'TxnRequest', response: 'TxnResponse' },
  Compact: { service: 'KV', request: 'CompactionRequest', response: 'CompactionResponse' },
  LeaseGrant: { service: 'Lease', request: 'LeaseGrantRequest', response: 'LeaseGrantResponse' },
  LeaseRevoke: { service: 'Lease', request: 'LeaseRevokeRequest', response: 'LeaseRevokeResponse' },
  Authenticate: { service: 'Auth', request: 'AuthenticateRequest', response: 'AuthenticateResponse' },
  Status: { service: 'Maintenance', request: 'StatusRequest', response: 'StatusResponse' },
} as const;

export type EtcdMethod = keyof typeof etcdMethods;

export interface EtcdRequests {
  readonly Range: RangeRequest;
  readonly Txn: TxnRequest;
  readonly Compact: { readonly revision: number };
  readonly LeaseGrant: { readonly ttl: number; readonly id: number };
  readonly LeaseRevoke: { readonly id: number };
  readonly Authenticate: { readonly name: string; readonly password: string };
  readonly Status: Readonly<Record<string, never>>;
}

export interface EtcdResponses {
  readonly Range: RangeResponse;
  readonly Txn: TxnResponse;
  readonly Compact: { readonly header: Header };
  readonly LeaseGrant: { readonly id: number; readonly ttl: number; readonly error: string };
  readonly LeaseRevoke: Readonly<Record<string, never>>;
  readonly Authenticate: { readonly token: string };
  readonly Status: { readonly version: string };
}

export const etcdStreams = {
  Watch: { service: 'Watch', request: 'WatchRequest', response: 'WatchResponse' },
  LeaseKeepAlive: { service: 'Lease', request: 'LeaseKeepAliveRequest', response: 'LeaseKeepAliveResponse' },
} as const;

export interface EtcdStreams {
  readonly Watch: { readonly sends: WatchRequest; readonly gets: WatchResponse };
  readonly LeaseKeepAlive: {
    readonly sends: { readonly id: number };
    readonly gets: { readonly id: number; readonly ttl: number };
  };
}
