#include "server/core/expiry_round.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace replog {
namespace {

std::string EncodeTombstone(const Expiry& expiry, std::optional<uint64_t> version) {
  std::string record;
  wire::AppendBytesField(record, wire::record_field::kChannel, expiry.place.channel);
  wire::AppendBytesField(record, wire::record_field::kKey, expiry.place.key);
  wire::AppendVarintField(record, wire::record_field::kDeleted, 1);
  // So that a write of an older version stays too old.
  if (version) wire::AppendVarintField(record, wire::record_field::kVersion, *version);
  return record;
}

}  // namespace

ExpiryRound ExpiryRound::Find(LogStore& store, ExpirySchedule& schedule, int64_t now_us, size_t max_entries) {
  ExpiryRound round;
  while (max_entries > 0) {
    auto log = schedule.TakeDue(now_us);
    if (!log) break;
    --max_entries;
    Share& share =
        round.shares_.emplace_back(Share{std::move(log->log), std::move(log->from), {}, {}, false});
    auto due = store.Expiries(share.log->number(), {share.from, now_us, max_entries + 1});
    if (!due.ok()) {
      round.Fail(share, due.status());
      continue;
    }
    share.due = *std::move(due);
    max_entries -= std::min(max_entries, share.due.entries.size());
    round.Judge(store, round.shares_.size() - 1);
  }
  return round;
}

void ExpiryRound::Judge(LogStore& store, size_t share) {
  for (const Expiry& expiry : shares_[share].due.entries) {
    if (const auto status = JudgeEntry(store, share, expiry); !status.ok()) Fail(shares_[share], status);
  }
}

absl::Status ExpiryRound::JudgeEntry(LogStore& store, size_t share, const Expiry& expiry) {
  const LogNumber log = shares_[share].log->number();
  const auto newest = store.TableRecord(log, expiry.place.channel, expiry.place.key);
  if (!newest.ok()) return newest.status();
  const auto record = newest->has_value() ? DecodeEntry(**newest) : std::nullopt;
  if (!record) {
    return MakeError(Reason::kCorruptChunk,
                     absl::StrCat("its table has not the record ", expiry.sequence, ", which expires"));
  }
  if (record->sequence == expiry.sequence) {
    tombstones_.push_back({share, expiry, record->version});
  } else {
    shares_[share].settled.push_back(expiry);
  }
  return absl::OkStatus();
}

void ExpiryRound::Fail(Share& share, const absl::Status& status) {
  share.failed = true;
  if (ReasonOf(status) == Reason::kCorruptChunk) damage_.emplace_back(share.log, status);
}

std::pair<LogPtr, AppendRequest> ExpiryRound::MakeAppend(size_t index) const {
  const Tombstone& tombstone = tombstones_[index];
  const Expiry& expiry = tombstone.expiry;
  AppendRequest request;
  const LogPtr& log = shares_[tombstone.share].log;
  request.log = log->name();
  wire::AppendBytesField(request.encoded, wire::kNewRecordsField, EncodeTombstone(expiry, tombstone.version));
  request.count = 1;
  request.keyed = true;
  request.conditions.emplace();
  request.conditions->keys.push_back({expiry.place.channel, expiry.place.key, expiry.sequence});
  return {log, std::move(request)};
}

void ExpiryRound::Answer(size_t index, const absl::Status& status) {
  const Tombstone& tombstone = tombstones_[index];
  Share& share = shares_[tombstone.share];
  // A condition that does not hold: the key was rewritten or deleted meanwhile.
  if (status.ok() || ReasonOf(status) == Reason::kConditionFailed) {
    share.settled.push_back(tombstone.expiry);
  } else {
    Fail(share, status);
  }
}

bool ExpiryRound::anything_settled() const {
  return std::any_of(shares_.begin(), shares_.end(),
                     [](const Share& share) { return !share.settled.empty(); });
}

void ExpiryRound::DropSettled(LogStore& store) {
  for (Share& share : shares_) {
    if (share.settled.empty()) continue;
    if (const auto status = store.DropExpiries(share.log->number(), share.settled); !status.ok())
      Fail(share, status);
  }
}

void ExpiryRound::PutBack(ExpirySchedule& schedule, int64_t retry_us) const {
  for (const Share& share : shares_) {
    if (share.failed) {
      schedule.Add(share.log, share.from, retry_us);
    } else if (share.due.next) {
      schedule.Add(share.log, *share.due.next, share.due.next->expires_us);
    }
  }
}

}  // namespace replog
