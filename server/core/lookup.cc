#include "server/core/lookup.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/core/limits.h"

namespace replog {
namespace {

absl::Status ReadKeys(const LookupQuery& query, const Log& log, LogStore& store, LookupAnswer& answer) {
  for (const std::string& key : query.keys) {
    const auto entry = store.TableRecord(log.number(), query.channel, key);
    if (!entry.ok()) return entry.status();
    if (!entry->has_value()) continue;
    const auto record = DecodeEntry(**entry);
    if (!record) return MakeError(Reason::kCorruptChunk, "the log's table is damaged");
    if (record->deleted) continue;
    if (!answer.records.empty() && answer.records.size() + (*entry)->size() > kMaxPageBytes) {
      return MakeError(
          Reason::kTooLarge,
          absl::StrCat("keys: their records have more than ", kMaxPageBytes, " bytes; ask for fewer"),
          {{"field", "keys"}, {"limit", std::to_string(kMaxPageBytes)}});
    }
    answer.records += **entry;
  }
  return absl::OkStatus();
}

absl::Status CheckAnswer(const LookupAnswer& answer, const Log& log, LogStore& store) {
  // The store has nothing of a deleted log, which must not look like keys that do not exist.
  if (log.deleted) return MakeError(Reason::kLogNotFound, "the log was deleted");
  Sequence end = 0;
  ForEachEntry(answer.records, [&](const wire::RecordView& record, std::string_view) {
    end = std::max(end, record.sequence + 1);
  });
  return CheckShown(end, log, store);
}

absl::Status ReadPage(const LookupQuery& query, const Log& log, LogStore& store, LookupAnswer& answer) {
  TableScan scan;
  scan.filter = ChannelFilter({query.channel});
  scan.after = {!query.after_key.empty(), query.channel, query.after_key};
  scan.max_records = query.max_records;
  scan.max_bytes = kDefaultPageBytes;
  // A slice may be empty where much was deleted.
  for (;;) {
    auto slice = store.ReadTable(log.number(), scan);
    if (!slice.ok()) return slice.status();
    scan.after = slice->end;
    if (!slice->complete && slice->count == 0) continue;
    answer.records = std::move(slice->records);
    if (!slice->complete) answer.next_after_key = slice->end.key;
    return absl::OkStatus();
  }
}

}  // namespace

absl::Status CheckShown(Sequence end, const Log& log, LogStore& store) {
  if (end <= log.tail().committed_end() || !store.NeedsRecovery()) return absl::OkStatus();
  return MakeError(Reason::kRecovering, "the store is being recovered after a failed write");
}

absl::StatusOr<LookupAnswer> Lookup(const LookupQuery& query, const Log& log, LogStore& store) {
  LookupAnswer answer;
  answer.as_of = log.tail().committed_end();
  const auto status =
      query.keys.empty() ? ReadPage(query, log, store, answer) : ReadKeys(query, log, store, answer);
  if (!status.ok()) return status;
  if (auto shown = CheckAnswer(answer, log, store); !shown.ok()) return shown;
  return answer;
}

}  // namespace replog
