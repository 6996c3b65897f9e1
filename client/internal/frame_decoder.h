#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "client/internal/conversion.h"
#include "client/position.h"
#include "client/record.h"
#include "proto/wire/fields.h"
#include "proto/wire/record_view.h"

namespace replog::client::internal {

// What a SubscribeResponse says besides its records.
struct FrameTrailer {
  uint64_t next_sequence = 0;
  uint64_t committed_end = 0;
  bool caught_up = false;
  bool acknowledge = false;
  bool table_complete = false;
  std::optional<Position> position;
  std::optional<uint64_t> digest_checkpoint;
};

// How the walk over a frame ended.
enum class FrameWalk : uint8_t {
  kDone,
  kStopped,    // by on_record
  kMalformed,  // not a well-formed SubscribeResponse
};

// Takes a field that is not a record. False when it is malformed.
bool TakeTrailerField(const wire::Field& field, FrameTrailer& trailer);

// Walks an encoded SubscribeResponse in place: no message, no allocation for a record. `on_record` takes each
// RecordView and returns whether to go on.
template <typename OnRecord>
FrameWalk WalkFrame(std::string_view frame, FrameTrailer& trailer, OnRecord&& on_record) {
  wire::FieldReader fields(frame);
  wire::Field field;
  while (fields.Next(field)) {
    if (field.number != wire::kRecordsField) {
      if (!TakeTrailerField(field, trailer)) return FrameWalk::kMalformed;
      continue;
    }
    if (field.type != wire::WireType::kBytes) return FrameWalk::kMalformed;
    const auto record = wire::DecodeRecord(field.bytes);
    if (!record) return FrameWalk::kMalformed;
    if (!on_record(FromWire(*record))) return FrameWalk::kStopped;
  }
  return fields.malformed() ? FrameWalk::kMalformed : FrameWalk::kDone;
}

}  // namespace replog::client::internal
