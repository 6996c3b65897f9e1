#include "server/logging/operation_log.h"

#include "server/logging/logging.h"

namespace replog {
namespace {

constexpr int kLinesPerSecond = 10;

bool IsFault(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss || code == absl::StatusCode::kUnavailable;
}

bool IsDenied(absl::StatusCode code) {
  return code == absl::StatusCode::kUnauthenticated || code == absl::StatusCode::kPermissionDenied;
}

LogFields FieldsOf(const EndedCall& call) {
  LogFields fields{{"method", call.method}, {"code", absl::StatusCodeToString(call.status.code())}};
  if (!call.status.ok()) fields["why"] = call.status.message();
  fields["took_us"] = call.took_us;
  fields["request_id"] = call.origin.request_id;
  fields["peer"] = call.origin.peer;
  return fields;
}

LogFields FieldsOf(const GroupReport& group) {
  uint64_t records = 0;
  uint64_t bytes = 0;
  for (const PendingAppend& append : group.appends) {
    records += append.request.count;
    bytes += append.request.encoded.size();
  }
  const PendingAppend& oldest = group.appends.front();
  LogFields fields{{"log", oldest.log->name()},
                   {"appends", group.appends.size()},
                   {"records", records},
                   {"bytes", bytes},
                   {"took_us", group.total_us()},
                   {"queue_us", group.queue_us},
                   {"encode_us", group.encode_us},
                   {"write_us", group.write_us},
                   {"publish_us", group.publish_us}};
  if (!group.status.ok()) fields["why"] = group.status.message();
  if (oldest.origin != nullptr) {
    fields["request_id"] = oldest.origin->request_id;
    fields["peer"] = oldest.origin->peer;
  }
  return fields;
}

}  // namespace

OperationLog::OperationLog(Clock& clock, int64_t slow_us)
    : slow_us_(slow_us),
      failed_(clock, kLinesPerSecond),
      denied_(clock, kLinesPerSecond),
      slow_(clock, kLinesPerSecond) {}

bool OperationLog::Wants(absl::StatusCode code, int64_t took_us) const {
  return IsFault(code) || IsDenied(code) || IsSlow(took_us) || spdlog::should_log(spdlog::level::debug);
}

void OperationLog::OnEnded(const EndedCall& call) {
  if (IsFault(call.status.code())) {
    LogLimited(failed_, spdlog::level::err, "call failed", FieldsOf(call));
  } else if (IsDenied(call.status.code())) {
    LogLimited(denied_, spdlog::level::warn, "call denied", FieldsOf(call));
  } else if (IsSlow(call.took_us)) {
    LogLimited(slow_, spdlog::level::warn, "slow call", FieldsOf(call));
  } else {
    LogWith(spdlog::level::debug, "call", FieldsOf(call));
  }
}

void OperationLog::OnGroup(const GroupReport& group) {
  if (!group.status.ok()) {
    LogLimited(failed_, spdlog::level::err, "appends failed", FieldsOf(group));
  } else if (IsSlow(group.total_us())) {
    LogLimited(slow_, spdlog::level::warn, "slow appends", FieldsOf(group));
  }
}

}  // namespace replog
