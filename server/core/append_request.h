#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "proto/wire/fields.h"
#include "proto/wire/producer_stamp.h"
#include "server/core/conditions.h"
#include "server/core/expires_field.h"
#include "server/core/limits.h"

namespace replog {

// An encoded AppendRequest that was found good in every part.
struct AppendRequest {
  std::string log;                      // never empty
  std::string encoded;                  // what the client sent
  uint32_t count = 0;                   // records
  bool keyed = false;                   // some record has a key
  bool identified = false;              // some record has an id
  std::optional<ExpiryBounds> expires;  // of the records that expire
  std::optional<AppendConditions> conditions;
  std::optional<wire::ProducerStamp> producer;

  // Calls `add` with each encoded NewRecord, in order.
  template <typename Add>
  void ForEachRecord(const Add& add) const {
    wire::FieldReader fields(encoded);
    wire::Field field;
    while (fields.Next(field)) {
      if (field.number == wire::kNewRecordsField) add(field.bytes);
    }
  }
};

// Takes an AppendRequest apart and checks every record, in one pass.
absl::StatusOr<AppendRequest> ParseAppendRequest(std::string encoded, const Limits& limits);

}  // namespace replog
