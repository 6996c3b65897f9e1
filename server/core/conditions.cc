#include "server/core/conditions.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "proto/wire/lease_token.h"
#include "server/core/canonical_fields.h"
#include "server/core/names.h"

namespace replog {
namespace {

namespace conditions_field {
constexpr uint32_t kExpectedEnd = 1, kKeys = 2, kNewerVersionOnly = 3, kLease = 4;
}
namespace key_field {
constexpr uint32_t kChannel = 1, kKey = 2, kSequence = 3, kAbsent = 4;
}

absl::Status Twice(const std::string& path) {
  return MakeError(Reason::kDuplicateField, absl::StrCat(path, ": is given twice"), {{"field", path}});
}

absl::Status Unknown(const std::string& path, uint32_t number) {
  return MakeError(Reason::kUnknownField, absl::StrCat(path, ": has the unknown field number ", number),
                   {{"field", path}});
}

absl::StatusOr<KeyCondition> ParseKey(std::string_view encoded, const std::string& path,
                                      const Limits& limits) {
  KeyCondition condition;
  uint32_t seen = 0;
  CanonicalFields fields(encoded);
  wire::Field field;
  while (fields.Next(field)) {
    // `sequence` and `absent` are one oneof.
    const uint32_t once = field.number == key_field::kAbsent ? key_field::kSequence : field.number;
    if (field.number > key_field::kAbsent) return Unknown(path, field.number);
    if ((seen & 1u << once) != 0) return Twice(path);
    seen |= 1u << once;
    const bool text = field.number <= key_field::kKey;
    if (auto status = text ? ExpectBytes(field, path) : ExpectVarint(field, path); !status.ok())
      return status;
    if (field.number == key_field::kChannel) condition.channel = field.bytes;
    if (field.number == key_field::kKey) condition.key = field.bytes;
    if (field.number == key_field::kSequence) condition.sequence = field.value;
    if (field.number == key_field::kAbsent && field.value != 1) {
      return MakeError(Reason::kInvalidField, absl::StrCat(path, ".absent: only `true` is legal"),
                       {{"field", absl::StrCat(path, ".absent")}});
    }
  }
  if (fields.malformed()) return MakeError(Reason::kMalformed, absl::StrCat(path, ": is not well-formed"));
  if ((seen & 1u << key_field::kSequence) == 0) {
    return MakeError(Reason::kInvalidField, absl::StrCat(path, ": needs `sequence` or `absent`"),
                     {{"field", path}});
  }
  if (auto status = CheckChannelName(condition.channel, path + ".channel", limits); !status.ok())
    return status;
  if (auto status = CheckKey(condition.key, path + ".key", limits); !status.ok()) return status;
  return condition;
}

absl::StatusOr<LeaseToken> ParseLease(std::string_view encoded) {
  const std::string path = "conditions.lease";
  LeaseToken token;
  uint32_t seen = 0;
  CanonicalFields fields(encoded);
  wire::Field field;
  while (fields.Next(field)) {
    if (field.number > wire::lease_token_field::kSequence) return Unknown(path, field.number);
    if ((seen & 1u << field.number) != 0) return Twice(path);
    seen |= 1u << field.number;
    const bool text = field.number == wire::lease_token_field::kName;
    if (auto status = text ? ExpectBytes(field, path) : ExpectVarint(field, path); !status.ok())
      return status;
    if (text) token.name = field.bytes;
    if (field.number == wire::lease_token_field::kLineage) token.fencing.lineage = field.value;
    if (field.number == wire::lease_token_field::kSequence) token.fencing.sequence = field.value;
  }
  if (fields.malformed()) return MakeError(Reason::kMalformed, path + ": is not well-formed");
  if (auto status = CheckLeaseName(token.name, path + ".name"); !status.ok()) return status;
  if ((seen & 1u << wire::lease_token_field::kSequence) != 0) return token;
  return MakeError(Reason::kInvalidField, path + ".sequence: is required", {{"field", path + ".sequence"}});
}

absl::Status TakeLease(std::string_view encoded, AppendConditions& conditions) {
  auto lease = ParseLease(encoded);
  if (!lease.ok()) return lease.status();
  conditions.lease = *std::move(lease);
  return absl::OkStatus();
}

absl::Status TakeKey(std::string_view encoded, const Limits& limits, AppendConditions& conditions) {
  // Each may be a read of the disk on the one thread that commits.
  if (conditions.keys.size() == kMaxKeyConditions) {
    return TooLarge("conditions.keys", "entries", kMaxKeyConditions, kMaxKeyConditions + 1);
  }
  const std::string path = absl::StrCat("conditions.keys[", conditions.keys.size(), "]");
  auto condition = ParseKey(encoded, path, limits);
  if (!condition.ok()) return condition.status();
  conditions.keys.push_back(*std::move(condition));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AppendConditions> ParseConditions(std::string_view encoded, const Limits& limits) {
  AppendConditions conditions;
  uint32_t seen = 0;
  CanonicalFields fields(encoded);
  wire::Field field;
  while (fields.Next(field)) {
    if (field.number > conditions_field::kLease) return Unknown("conditions", field.number);
    if (field.number != conditions_field::kKeys && (seen & 1u << field.number) != 0)
      return Twice("conditions");
    seen |= 1u << field.number;
    absl::Status status;
    switch (field.number) {
      case conditions_field::kExpectedEnd:
        status = ExpectVarint(field, "conditions.expected_end");
        conditions.expected_end = field.value;
        break;
      case conditions_field::kKeys:
        status = ExpectBytes(field, "conditions.keys");
        if (status.ok()) status = TakeKey(field.bytes, limits, conditions);
        break;
      case conditions_field::kNewerVersionOnly:
        status = ExpectVarint(field, "conditions.newer_version_only");
        conditions.newer_version_only = field.value != 0;
        break;
      default:
        status = ExpectBytes(field, "conditions.lease");
        if (status.ok()) status = TakeLease(field.bytes, conditions);
    }
    if (!status.ok()) return status;
  }
  if (fields.malformed()) return MakeError(Reason::kMalformed, "conditions: is not well-formed");
  return conditions;
}

}  // namespace replog
