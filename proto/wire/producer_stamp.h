#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/wire/fields.h"

namespace replog::wire {

// Field numbers of replog.v1.ProducerStamp. tests/proto compares them with the generated descriptors.
namespace stamp_field {
inline constexpr uint32_t kId = 1, kEpoch = 2, kFirstSequence = 3, kCount = 4, kOutcomes = 5;
}  // namespace stamp_field

// `producer` of AppendRequest.
inline constexpr uint32_t kRequestProducerField = 4;

// A producer's stamp: on an append it says which batch this is; on the batch's first record in the log it
// also says how many records the batch has and which of them were not written. See ProducerStamp in
// record.proto.
struct ProducerStamp {
  uint64_t id = 0;
  uint64_t epoch = 0;
  uint64_t first_sequence = 0;  // the producer's own
  uint32_t count = 0;           // 0 on an append
  std::string outcomes;         // two bits for each record; empty: all were written

  bool operator==(const ProducerStamp&) const = default;
};

// Appends the field `number` with the stamp in it.
void AppendProducerStamp(std::string& out, uint32_t number, const ProducerStamp& stamp);

// Reads a stamp as it stands in a record. Nullopt when it is malformed or lacks a field that it must have
// there.
std::optional<ProducerStamp> DecodeProducerStamp(std::string_view encoded);

}  // namespace replog::wire
