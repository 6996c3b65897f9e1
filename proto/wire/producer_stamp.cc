#include "proto/wire/producer_stamp.h"

namespace replog::wire {

void AppendProducerStamp(std::string& out, uint32_t number, const ProducerStamp& stamp) {
  std::string encoded;
  AppendVarintField(encoded, stamp_field::kId, stamp.id);
  AppendVarintField(encoded, stamp_field::kEpoch, stamp.epoch);
  // Optional in the contract, so written also when it is 0.
  AppendVarintField(encoded, stamp_field::kFirstSequence, stamp.first_sequence);
  if (stamp.count != 0) AppendVarintField(encoded, stamp_field::kCount, stamp.count);
  if (!stamp.outcomes.empty()) AppendBytesField(encoded, stamp_field::kOutcomes, stamp.outcomes);
  AppendBytesField(out, number, encoded);
}

std::optional<ProducerStamp> DecodeProducerStamp(std::string_view encoded) {
  ProducerStamp stamp;
  FieldReader fields(encoded);
  Field field;
  while (fields.Next(field)) {
    switch (Tag(field.number, field.type)) {
      case Tag(stamp_field::kId, WireType::kVarint):
        stamp.id = field.value;
        break;
      case Tag(stamp_field::kEpoch, WireType::kVarint):
        stamp.epoch = field.value;
        break;
      case Tag(stamp_field::kFirstSequence, WireType::kVarint):
        stamp.first_sequence = field.value;
        break;
      case Tag(stamp_field::kCount, WireType::kVarint):
        stamp.count = static_cast<uint32_t>(field.value);
        break;
      case Tag(stamp_field::kOutcomes, WireType::kBytes):
        stamp.outcomes = field.bytes;
        break;
      default:
        break;
    }
  }
  if (fields.malformed() || stamp.id == 0 || stamp.epoch == 0 || stamp.count == 0) return std::nullopt;
  return stamp;
}

}  // namespace replog::wire
