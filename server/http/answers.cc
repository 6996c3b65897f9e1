#include "server/http/answers.h"

#include "base/error.h"
#include "server/api/error_status.h"
#include "server/http/json.h"

namespace replog {
namespace {

http::StatusCode HttpCode(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return http::StatusCode::ok;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return http::StatusCode::bad_request;
    case absl::StatusCode::kUnauthenticated:
      return http::StatusCode::unauthorized;
    case absl::StatusCode::kPermissionDenied:
      return http::StatusCode::forbidden;
    case absl::StatusCode::kNotFound:
      return http::StatusCode::not_found;
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kAlreadyExists:
      return http::StatusCode::conflict;
    case absl::StatusCode::kResourceExhausted:
      return http::StatusCode::too_many_requests;
    case absl::StatusCode::kUnimplemented:
      return http::StatusCode::not_implemented;
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kUnavailable:
      return http::StatusCode::service_unavailable;
    case absl::StatusCode::kDeadlineExceeded:
      return http::StatusCode::gateway_timeout;
    default:
      return http::StatusCode::internal_server_error;
  }
}

}  // namespace

http::Response ErrorAnswer(const absl::Status& status) {
  const auto reason = ReasonOf(status);
  const absl::StatusCode code = reason ? status.code() : absl::StatusCode::kInternal;
  http::ErrorDetails details{{"code", absl::StatusCodeToString(code)}};
  for (auto& [name, value] : MetadataOf(status)) details.emplace_back(name, value);
  auto response =
      http::ErrorResponse(reason == Reason::kTooLarge ? http::StatusCode::payload_too_large : HttpCode(code),
                          reason ? ReasonName(*reason) : "INTERNAL", std::string(status.message()), details);
  if (reason && WorthRetrying(*reason)) response.fields.emplace_back("Retry-After", "1");
  if (code == absl::StatusCode::kUnauthenticated) response.fields.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

http::Response JsonAnswer(const google::protobuf::Message& message) {
  http::Response response;
  response.body = ToJson(message);
  response.body += '\n';
  // What is in a log is not for a browser's disk.
  response.fields.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace replog
