#include "server/core/producer_stamp.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/core/canonical_fields.h"

namespace replog {
namespace {

namespace sf = wire::stamp_field;

constexpr const char* kNames[] = {"", "id", "epoch", "first_sequence", "count", "outcomes"};
// Numbers beyond it could not be counted on.
constexpr uint64_t kMaxFirstSequence = std::numeric_limits<int64_t>::max();

std::string Path(uint32_t number) { return absl::StrCat("producer.", kNames[number]); }

absl::Status Invalid(uint32_t number, std::string_view why, Metadata metadata = {}) {
  metadata.emplace_back("field", Path(number));
  return MakeError(Reason::kInvalidField, absl::StrCat(Path(number), ": ", std::string(why)), metadata);
}

absl::Status CheckField(const wire::Field& field, uint32_t& seen) {
  if (field.number > sf::kOutcomes) {
    return MakeError(Reason::kUnknownField,
                     absl::StrCat("producer: has the unknown field number ", field.number),
                     {{"field", "producer"}});
  }
  if (field.number > sf::kFirstSequence) {
    return MakeError(Reason::kServerOwnedField,
                     absl::StrCat(Path(field.number), ": only the server sets this field"),
                     {{"field", Path(field.number)}});
  }
  if ((seen & 1u << field.number) != 0) {
    return MakeError(Reason::kDuplicateField, absl::StrCat(Path(field.number), ": is given twice"),
                     {{"field", Path(field.number)}});
  }
  seen |= 1u << field.number;
  return ExpectVarint(field, Path(field.number));
}

}  // namespace

absl::StatusOr<wire::ProducerStamp> ParseProducerStamp(std::string_view encoded) {
  wire::ProducerStamp stamp;
  uint32_t seen = 0;
  CanonicalFields fields(encoded);
  wire::Field field;
  while (fields.Next(field)) {
    if (auto status = CheckField(field, seen); !status.ok()) return status;
    if (field.number == sf::kId) stamp.id = field.value;
    if (field.number == sf::kEpoch) stamp.epoch = field.value;
    if (field.number == sf::kFirstSequence) stamp.first_sequence = field.value;
  }
  if (fields.malformed()) return MakeError(Reason::kMalformed, "producer: is not well-formed");
  if (stamp.id == 0) return Invalid(sf::kId, "is required; RegisterProducer gives it");
  if (stamp.epoch == 0) return Invalid(sf::kEpoch, "is required; RegisterProducer gives it");
  if ((seen & 1u << sf::kFirstSequence) == 0)
    return Invalid(sf::kFirstSequence, "is required; a producer's first is 0");
  if (stamp.first_sequence > kMaxFirstSequence) {
    return Invalid(
        sf::kFirstSequence, absl::StrCat("is ", stamp.first_sequence, ", the limit is ", kMaxFirstSequence),
        {{"limit", std::to_string(kMaxFirstSequence)}, {"value", std::to_string(stamp.first_sequence)}});
  }
  return stamp;
}

absl::Status CheckStampedCount(uint32_t count) {
  if (count <= kMaxStampedRecords) return absl::OkStatus();
  return TooLarge("records", "entries, in a producer's batch", kMaxStampedRecords, count);
}

}  // namespace replog
