#include "server/core/lookup.h"

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

absl::Status ReadPage(const LookupQuery& query, const Log& log, LogStore& store, LookupAnswer& answer) {
  TableScan scan;
  scan.filter = ChannelFilter({query.channel});
  scan.after = {!query.after_key.empty(), query.channel, query.after_key};
  scan.max_records = query.max_records;
  scan.max_bytes = kDefaultPageBytes;
  // A slice may be short, or empty, where much was deleted.
  for (bool complete = false; !complete;) {
    const auto slice = store.ReadTable(log.number(), scan);
    if (!slice.ok()) return slice.status();
    answer.records += slice->records;
    scan.after = slice->end;
    scan.max_records -= slice->count;
    complete = slice->complete;
    if (complete || (scan.max_records > 0 && answer.records.size() < kDefaultPageBytes)) continue;
    answer.next_after_key = slice->end.key;
    break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LookupAnswer> Lookup(const LookupQuery& query, const Log& log, LogStore& store) {
  LookupAnswer answer;
  answer.as_of = log.tail().committed_end();
  const auto status =
      query.keys.empty() ? ReadPage(query, log, store, answer) : ReadKeys(query, log, store, answer);
  if (!status.ok()) return status;
  return answer;
}

}  // namespace replog
