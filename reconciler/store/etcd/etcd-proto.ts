/**
 * The part of etcd's API v3 that the store speaks, with the API's public message and field numbers. Fields that are
 * neither sent nor read are left out: protobuf skips what it does not know.
 */
export const etcdProto = `
syntax = "proto3";
package etcdserverpb;

message ResponseHeader { uint64 cluster_id = 1; uint64 member_id = 2; int64 revision = 3; }
message KeyValue {
  bytes key = 1;
  int64 create_revision = 2;
  int64 mod_revision = 3;
  int64 version = 4;
  bytes value = 5;
  int64 lease = 6;
}
message Event { int32 type = 1; KeyValue kv = 2; KeyValue prev_kv = 3; }

message RangeRequest {
  bytes key = 1;
  bytes range_end = 2;
  int64 limit = 3;
  int64 revision = 4;
  bool keys_only = 8;
  bool count_only = 9;
}
message RangeResponse { ResponseHeader header = 1; repeated KeyValue kvs = 2; bool more = 3; }
message PutRequest { bytes key = 1; bytes value = 2; int64 lease = 3; }
message PutResponse {}
message DeleteRangeRequest { bytes key = 1; }
message DeleteRangeResponse {}
message RequestOp {
  oneof request {
    RangeRequest request_range = 1;
    PutRequest request_put = 2;
    DeleteRangeRequest request_delete_range = 3;
  }
}
message ResponseOp {
  oneof response {
    RangeResponse response_range = 1;
    PutResponse response_put = 2;
    DeleteRangeResponse response_delete_range = 3;
  }
}
message Compare {
  int32 result = 1;
  int32 target = 2;
  bytes key = 3;
  oneof target_union { int64 mod_revision = 6; }
}
message TxnRequest { repeated Compare compare = 1; repeated RequestOp success = 2; repeated RequestOp failure = 3; }
message TxnResponse { ResponseHeader header = 1; bool succeeded = 2; repeated ResponseOp responses = 3; }
message CompactionRequest { int64 revision = 1; }
message CompactionResponse { ResponseHeader header = 1; }

message WatchRequest {
  oneof request_union {
    WatchCreateRequest create_request = 1;
    WatchProgressRequest progress_request = 3;
  }
}
message WatchCreateRequest {
  bytes key = 1;
  bytes range_end = 2;
  int64 start_revision = 3;
  bool progress_notify = 4;
  bool prev_kv = 6;
  bool fragment = 8;
}
message WatchProgressRequest {}
message WatchResponse {
  ResponseHeader header = 1;
  bool created = 3;
  bool canceled = 4;
  int64 compact_revision = 5;
  string cancel_reason = 6;
  bool fragment = 7;
  repeated Event events = 11;
}

message LeaseGrantRequest { int64 ttl = 1; int64 id = 2; }
message LeaseGrantResponse { int64 id = 2; int64 ttl = 3; string error = 4; }
message LeaseRevokeRequest { int64 id = 1; }
message LeaseRevokeResponse {}
message LeaseKeepAliveRequest { int64 id = 1; }
message LeaseKeepAliveResponse { int64 id = 2; int64 ttl = 3; }

message AuthenticateRequest { string name = 1; string password = 2; }
message AuthenticateResponse { string token = 2; }
message StatusRequest {}
message StatusResponse { string version = 2; }
`;
