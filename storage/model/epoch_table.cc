#include "storage/model/epoch_table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace replog {
namespace {

constexpr int kOriginShift = 32;
// A step of less than 2^24 leaves room for hundreds of restores of restored copies.
constexpr uint32_t kMaxOriginStep = 1 << 24;

// A second in microseconds.
constexpr uint32_t kMaxLineageStep = 1'000'000;

Epoch OriginOf(Epoch epoch) { return epoch >> kOriginShift; }

}  // namespace

Epoch NextOrigin(Epoch current, uint32_t random) {
  return (OriginOf(current) + 1 + random % kMaxOriginStep) << kOriginShift;
}

Epoch FirstOfOrigin(Epoch epoch) { return OriginOf(epoch) << kOriginShift; }

uint64_t NextLineage(uint64_t current, int64_t now_us, uint32_t random) {
  const uint64_t now = now_us > 0 ? static_cast<uint64_t>(now_us) : 0;
  return std::max(current, now) + 1 + random % kMaxLineageStep;
}

void EpochTable::Begin(Epoch epoch, Sequence first) {
  if (!entries_.empty() && entries_.back().first == first) entries_.pop_back();
  entries_.push_back({epoch, first});
}

Epoch EpochTable::EpochOf(Sequence sequence) const {
  const auto after = std::upper_bound(entries_.begin(), entries_.end(), sequence,
                                      [](Sequence s, const Entry& entry) { return s < entry.first; });
  return after == entries_.begin() ? 0 : std::prev(after)->epoch;
}

Sequence EpochTable::EndOfEpoch(Epoch epoch, Sequence end) const {
  for (const Entry& entry : entries_) {
    if (entry.epoch > epoch) return entry.first;
  }
  return end;
}

bool EpochTable::KnowsOriginOf(Epoch epoch) const {
  return std::ranges::any_of(entries_,
                             [&](const Entry& entry) { return OriginOf(entry.epoch) == OriginOf(epoch); });
}

absl::Status EpochTable::Check(Epoch epoch, Sequence next, Sequence end) const {
  if (next <= end && EpochBefore(next) == epoch) return absl::OkStatus();
  // Of an epoch that is yet to come here, or of another copy, nothing is known, not even where it began.
  const bool unknown = epoch > current() || !KnowsOriginOf(epoch);
  const Sequence fork = unknown ? 0 : std::min(EndOfEpoch(epoch, end), next);
  if (fork < end || epoch != current()) {
    return MakeError(Reason::kForked,
                     absl::StrCat("from_position: record ", next, " of epoch ", epoch,
                                  " is of another history; this log's agrees up to sequence ", fork),
                     {{"fork_sequence", std::to_string(fork)}});
  }
  return MakeError(
      Reason::kPastTheEnd, absl::StrCat("from_position: sequence ", next, " is past the log's end ", end),
      {{"field", "from_position"}, {"value", std::to_string(next)}, {"end_sequence", std::to_string(end)}});
}

}  // namespace replog
