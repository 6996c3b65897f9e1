#include "client/internal/ask_history.h"

#include "base/error.h"
#include "client/internal/conversion.h"
#include "replog/v1/replication_log.grpc.pb.h"

namespace replog::client::internal {

Status AskHistory(Transport& transport, const std::string& log, const Position& position) {
  v1::ReadRequest request;
  request.set_log(log);
  *request.mutable_from_position() = ToProto(position);
  request.set_max_records(1);
  Status status = transport.Call(Transport::Repeat::kSafe, &v1::ReplicationLog::Stub::Read, request).status();
  // The history is looked at before what of it is kept.
  return status.reason() == ReasonName(Reason::kBelowFirstKept) ? Status() : status;
}

}  // namespace replog::client::internal
