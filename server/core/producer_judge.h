#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "proto/wire/producer_stamp.h"
#include "server/core/producer_cache.h"
#include "storage/model/log_store.h"

namespace replog {

// What a stamp means to what is known of its producer.
enum class StampVerdict : uint8_t {
  kNext,             // the batch follows the producer's last one: judge its records
  kRepeated,         // all of its records are known: answer what became of them
  kUnknownProducer,  // not registered, or not with this epoch: refuse
  kFenced,           // a newer epoch was registered: refuse
  kGap,              // batches before it are missing: refuse
  kForgotten,        // older than what is remembered: say that its fate is not known
  kOverlaps,         // begins with known records and goes on with new ones: refuse
};

// `registered`: the newest epoch of the producer that was given out; nullopt: it is not registered.
StampVerdict JudgeStamp(const ProducerState& state, std::optional<uint64_t> registered,
                        const wire::ProducerStamp& stamp, uint32_t count);

// Judges the stamps of a group's appends, each with what those before it will have written. For one group;
// only the committer's thread.
class ProducerJudge {
 public:
  explicit ProducerJudge(ProducerCache& cache) : cache_(cache) {}

  // kNext or kRepeated; else the error of the verdict.
  absl::StatusOr<StampVerdict> Judge(LogNumber log, const wire::ProducerStamp& stamp, uint32_t count,
                                     std::optional<uint64_t> registered);
  // What became of the records of a repeated batch.
  std::vector<ProducerState::Outcome> Repeated(LogNumber log, const wire::ProducerStamp& stamp,
                                               uint32_t count) const;
  // The batch is written from `first` on; its stamp is complete.
  void Apply(LogNumber log, const wire::ProducerStamp& stamp, Sequence first, int64_t time_us);

  // What the group makes of the producers of a log.
  std::vector<ProducerUpdate> Updates(LogNumber log) const;

 private:
  struct Known {
    ProducerState state;
    bool changed = false;
  };

  ProducerCache& cache_;
  absl::flat_hash_map<std::pair<LogNumber, ProducerId>, Known> known_;
};

}  // namespace replog
