#include "server/core/append_request.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"
#include "server/core/canonical_fields.h"
#include "server/core/names.h"
#include "server/core/producer_stamp.h"
#include "server/core/record_validator.h"

namespace replog {
namespace {

constexpr uint32_t kLogField = 1;
constexpr uint32_t kConditionsField = 3;

absl::Status TakeLog(const wire::Field& field, AppendRequest& request, bool& seen) {
  if (auto status = ExpectBytes(field, "log"); !status.ok()) return status;
  if (seen) return MakeError(Reason::kDuplicateField, "log: is given twice", {{"field", "log"}});
  if (!IsUtf8(field.bytes)) return NotUtf8("log");
  seen = true;
  request.log = field.bytes;
  return absl::OkStatus();
}

absl::Status TakeConditions(const wire::Field& field, const Limits& limits, AppendRequest& request) {
  if (auto status = ExpectBytes(field, "conditions"); !status.ok()) return status;
  if (request.conditions)
    return MakeError(Reason::kDuplicateField, "conditions: is given twice", {{"field", "conditions"}});
  auto conditions = ParseConditions(field.bytes, limits);
  if (!conditions.ok()) return conditions.status();
  request.conditions = *std::move(conditions);
  return absl::OkStatus();
}

absl::Status TakeProducer(const wire::Field& field, AppendRequest& request) {
  if (auto status = ExpectBytes(field, "producer"); !status.ok()) return status;
  if (request.producer)
    return MakeError(Reason::kDuplicateField, "producer: is given twice", {{"field", "producer"}});
  auto stamp = ParseProducerStamp(field.bytes);
  if (!stamp.ok()) return stamp.status();
  request.producer = *std::move(stamp);
  return absl::OkStatus();
}

// What the conditions and the producer's stamp need of the records.
absl::Status CheckTogether(const AppendRequest& request, const RecordValidator& records) {
  if (request.producer) {
    if (auto status = CheckStampedCount(request.count); !status.ok()) return status;
  }
  if (!request.conditions || !request.conditions->newer_version_only) return absl::OkStatus();
  if (records.keyed() && records.versioned()) return absl::OkStatus();
  return MakeError(
      Reason::kInvalidField,
      "conditions.newer_version_only: every record with a key needs a version, and one must have a key",
      {{"field", "conditions.newer_version_only"}});
}

}  // namespace

absl::StatusOr<AppendRequest> ParseAppendRequest(std::string encoded, const Limits& limits) {
  if (encoded.size() > limits.request_bytes)
    return TooLarge("request", "bytes", limits.request_bytes, encoded.size());
  AppendRequest request;
  request.encoded = std::move(encoded);
  RecordValidator validator(limits);
  wire::FieldReader fields(request.encoded);
  wire::Field field;
  bool log_seen = false;
  while (fields.Next(field)) {
    absl::Status status;
    switch (field.number) {
      case kLogField:
        status = TakeLog(field, request, log_seen);
        break;
      case wire::kNewRecordsField:
        status = ExpectBytes(field, "records");
        if (status.ok()) status = validator.Check(field.bytes, request.count++);
        break;
      case kConditionsField:
        status = TakeConditions(field, limits, request);
        break;
      case wire::kRequestProducerField:
        status = TakeProducer(field, request);
        break;
      default:
        return MakeError(Reason::kUnknownField,
                         absl::StrCat("request: has the unknown field number ", field.number));
    }
    if (!status.ok()) return status;
  }
  if (fields.malformed()) return MakeError(Reason::kMalformed, "request: is not a well-formed AppendRequest");
  if (request.count == 0)
    return MakeError(Reason::kEmptyBatch, "records: an append needs at least one", {{"field", "records"}});
  if (auto status = CheckTogether(request, validator); !status.ok()) return status;
  request.keyed = validator.keyed();
  request.identified = validator.identified();
  request.expires = validator.expires();
  request.log = LogNameOrDefault(request.log);
  return request;
}

}  // namespace replog
