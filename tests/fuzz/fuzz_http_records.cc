// What clients of the HTTP interface send: whatever becomes an append can be taken apart or is refused with a
// reason, and is what protobuf's own JSON says; ids and targets that are taken are those that we write.

#include <google/protobuf/util/message_differencer.h>

#include "base/error.h"
#include "base/http/target.h"
#include "replog/v1/replication_log.pb.h"
#include "server/core/append_request.h"
#include "server/http/json.h"
#include "server/http/new_records.h"
#include "server/http/query.h"
#include "server/http/resume_id.h"
#include "tests/fuzz/input.h"

using namespace replog;
using testing::Require;

namespace {

void CheckAppend(const absl::StatusOr<std::string>& encoded) {
  if (!encoded.ok()) return Require(ReasonOf(encoded.status()).has_value(), "a refusal has a reason");
  v1::AppendRequest message;
  Require(message.ParseFromString(*encoded), "what is encoded is an AppendRequest");
  Require(message.log() == "default", "it is of the log of the path");
  const auto request = ParseAppendRequest(*encoded, Limits());
  if (!request.ok()) return Require(ReasonOf(request.status()).has_value(), "a refusal has a reason");
  v1::AppendRequest again;
  Require(FromJson(ToJson(message), again).ok(), "what we write we read");
  Require(google::protobuf::util::MessageDifferencer::Equals(again, message), "and it is the same");
}

void CheckTarget(std::string_view text) {
  const auto target = http::ParseTarget(text);
  if (!target) return;
  QueryReader query(*target);
  (void)query.Number("from");
  (void)query.Flag("backward");
  const auto status = query.status();
  Require(status.ok() || ReasonOf(status).has_value(), "a refusal has a reason");
}

void CheckResumeId(std::string_view text) {
  const auto position = FromResumeId(text);
  if (position.ok())
    Require(*FromResumeId(ToResumeId(*position)) == *position, "an id is read as it was written");
}

}  // namespace

// The first byte says what the rest is.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view rest = testing::AsText(data + 1, size - 1);
  switch (data[0]) {
    case 'B':
      CheckAppend(EncodeBatch("default", rest));
      break;
    case 'L':
      CheckAppend(EncodeLines("default", rest));
      break;
    case 'J':
      CheckAppend(EncodeMessage("default", "c", "application/json", rest));
      break;
    case 'T':
      CheckAppend(EncodeMessage("default", "c", "text/plain", rest));
      break;
    case 'G':
      CheckTarget(rest);
      break;
    case 'I':
      CheckResumeId(rest);
      break;
    default:
      break;
  }
  return 0;
}
