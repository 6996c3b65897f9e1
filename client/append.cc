#include "client/append.h"

namespace replog::client {
namespace {

// Codes that the server gives only when nothing was written, and gRPC itself only when it did not deliver the
// call.
bool IsDefiniteRefusal(StatusCode code) {
  switch (code) {
    case StatusCode::kInvalidArgument:
    case StatusCode::kNotFound:
    case StatusCode::kAlreadyExists:
    case StatusCode::kPermissionDenied:
    case StatusCode::kUnauthenticated:
    case StatusCode::kFailedPrecondition:
    case StatusCode::kUnimplemented:
      return true;
    default:
      return false;
  }
}

}  // namespace

AppendFate FateOf(const Status& status) {
  if (status.ok()) return AppendFate::kAcknowledged;
  if (IsDefiniteRefusal(status.code())) return AppendFate::kRejected;
  // gRPC gives RESOURCE_EXHAUSTED on its own too, for example for an answer that is too large, and then
  // without a reason: the records may be in the log.
  if (status.code() == StatusCode::kResourceExhausted && !status.reason().empty())
    return AppendFate::kRejected;
  const bool not_written = status.reason() == "SHUTTING_DOWN" || status.reason() == "STORE_RECOVERING" ||
                           status.reason() == reason::kUnreachable || status.reason() == reason::kNotSent;
  return not_written ? AppendFate::kRejected : AppendFate::kUnknown;
}

const char* FateName(AppendFate fate) {
  switch (fate) {
    case AppendFate::kAcknowledged:
      return "acknowledged";
    case AppendFate::kRejected:
      return "rejected";
    case AppendFate::kUnknown:
      break;
  }
  return "unknown";
}

}  // namespace replog::client
