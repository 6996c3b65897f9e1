#include "server/core/sync_target.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"
#include "proto/wire/record_view.h"
#include "server/core/lookup.h"
#include "server/core/page.h"

namespace replog {
namespace {

absl::StatusOr<SyncRecord> FindKey(const SyncKey& key, const Log& log, LogStore& store) {
  const auto entry = store.TableRecord(log.number(), key.channel, key.key);
  if (!entry.ok()) return entry.status();
  const auto record = entry->has_value() ? DecodeEntry(**entry) : std::nullopt;
  if (record) {
    // One that is written and not committed yet will be, and then the nodes get it; unless its write failed.
    if (auto status = CheckShown(record->sequence + 1, log, store); !status.ok()) return status;
    return SyncRecord{record->sequence, key.channel};
  }
  return MakeError(
      Reason::kKeyNotFound,
      absl::StrCat("key: channel \"", Excerpt(key.channel), "\" has no key \"", Excerpt(key.key), "\""),
      {{"channel", key.channel}, {"key", key.key}});
}

absl::StatusOr<SyncRecord> FindSequence(Sequence sequence, const Log& log, LogStore& store) {
  const Sequence end = log.tail().committed_end();
  if (sequence >= end) {
    return MakeError(
        Reason::kPastTheEnd, absl::StrCat("sequence: ", sequence, " is not below the log's end ", end),
        {{"field", "sequence"}, {"value", std::to_string(sequence)}, {"end_sequence", std::to_string(end)}});
  }
  const PageRequest request{.start = Start(FromSequence{sequence}), .max_records = 1, .max_bytes = 1};
  const auto page = ReadPage(request, log, store);
  if (ReasonOf(page.status()) == Reason::kBelowFirstKept) return SyncRecord{sequence, std::nullopt};
  if (!page.ok()) return page.status();
  wire::RecordsReader records(page->records);
  std::string_view encoded;
  if (!records.Next(encoded)) return SyncRecord{sequence, std::nullopt};
  return SyncRecord{sequence, std::string(wire::ChannelOf(encoded))};
}

}  // namespace

absl::StatusOr<SyncRecord> FindSyncTarget(const SyncTarget& target, const Log& log, LogStore& store) {
  const auto* key = std::get_if<SyncKey>(&target);
  return key != nullptr ? FindKey(*key, log, store) : FindSequence(std::get<Sequence>(target), log, store);
}

}  // namespace replog
