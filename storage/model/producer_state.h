#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/wire/producer_stamp.h"
#include "storage/model/types.h"

namespace replog {

// A producer's number in its log: random, never 0 and never given to another producer.
using ProducerId = uint64_t;

// What became of a record of a stamped batch; on disk and on the wire (ProducerStamp.outcomes), two bits
// each.
enum class BatchOutcome : uint8_t { kWritten = 0, kStale = 1, kDuplicate = 2 };

// Outcomes of a batch's records, in their order. Empty when all were written.
std::string PackOutcomes(const std::vector<BatchOutcome>& outcomes);
// Of the record at `index`.
BatchOutcome UnpackOutcome(std::string_view packed, size_t index);

// What a log remembers of a producer: a function of the stamped records alone, so that whoever has these has
// it too. A value; not thread-safe.
//
// A producer counts its records from 0 (those that were not written because they were stale or duplicates
// too, if something of their batch was written). The log remembers where the newest of them are: a run for
// each batch, batches that lie directly behind each other being one run.
struct ProducerState {
  // At least this many batches are remembered, and as many as kRunBytes of outcomes hold, but always the
  // newest.
  static constexpr size_t kMaxRuns = 32;
  static constexpr size_t kMaxOutcomeBytes = 64 << 10;

  struct Run {
    uint64_t first = 0;  // the producer's number of the first record
    uint64_t count = 0;
    Sequence log_first = 0;  // of the first record that was written
    std::string outcomes;    // packed; empty: all were written

    bool operator==(const Run&) const = default;
  };

  uint64_t epoch = 0;     // of the newest batch
  uint64_t next = 0;      // the number of the producer's next record
  int64_t time_us = 0;    // of the newest batch
  std::vector<Run> runs;  // oldest first; each begins where the one before ends, and the last ends at `next`

  // The first number whose record is remembered.
  uint64_t oldest() const { return runs.empty() ? next : runs.front().first; }

  // A batch whose stamp is `stamp`, and which begins at `next`, was written from `log_first` on.
  void Apply(const wire::ProducerStamp& stamp, Sequence log_first, int64_t batch_time_us);

  // What became of the `count` records from `first` on, which must be remembered, in their order; of those
  // that were written, with their sequences.
  struct Outcome {
    BatchOutcome kind = BatchOutcome::kWritten;
    Sequence sequence = 0;
  };
  std::vector<Outcome> OutcomesOf(uint64_t first, uint64_t count) const;

  bool operator==(const ProducerState&) const = default;
};

// As the store keeps it.
std::string EncodeProducerState(const ProducerState& state);
std::optional<ProducerState> DecodeProducerState(std::string_view encoded);

}  // namespace replog
