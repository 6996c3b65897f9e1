#include "server/core/system_log.h"

#include "base/error.h"
#include "proto/wire/fields.h"

namespace replog {
namespace {

std::string EncodeRecord(const SystemLog::Change& change) {
  std::string record;
  wire::AppendBytesField(record, wire::record_field::kChannel, change.channel);
  wire::AppendBytesField(record, wire::record_field::kKey, change.key);
  if (change.text) {
    wire::AppendBytesField(record, wire::record_field::kText, *change.text);
  } else {
    wire::AppendVarintField(record, wire::record_field::kDeleted, 1);
  }
  return record;
}

AppendRequest MakeRequest(const SystemLog::Change& change) {
  AppendRequest request;
  request.log = kSystemLog;
  wire::AppendBytesField(request.encoded, wire::kNewRecordsField, EncodeRecord(change));
  request.count = 1;
  request.keyed = true;
  if (change.expected) {
    request.conditions.emplace();
    request.conditions->keys.push_back({change.channel, change.key, change.expected->sequence});
  }
  return request;
}

}  // namespace

std::string KeyOf(std::string_view log_uuid, std::string_view name) {
  return std::string(log_uuid) + "/" + std::string(name);
}

std::string_view LogUuidOf(std::string_view key) { return key.substr(0, key.find('/')); }

void SystemLog::Remove(std::string_view channel, std::string_view key) {
  Write({std::string(channel), std::string(key), std::nullopt, {}}, [](const auto&) {});
}

void SystemLog::Write(const Change& change, Done done) {
  PendingAppend append{log_, MakeRequest(change),
                       [done = std::move(done)](absl::StatusOr<Appended> outcome) mutable {
                         if (!outcome.ok()) return done(outcome.status());
                         done(outcome->first);
                       }};
  switch (queue_.TryPut(append, nullptr)) {
    case AppendQueue::Offer::kTaken:
      break;
    case AppendQueue::Offer::kFull:
      append.done(MakeError(Reason::kBusy, "the system log's queue is full; nothing was written"));
      break;
    case AppendQueue::Offer::kClosed:
      append.done(MakeError(Reason::kShuttingDown, "the server is stopping; nothing was written"));
  }
}

absl::StatusOr<std::vector<SystemRecord>> SystemLog::Load(const std::string& channel) const {
  std::vector<SystemRecord> records;
  TableScan scan;
  scan.filter = ChannelFilter({channel});
  for (;;) {
    const auto slice = store_.ReadTable(log_->number(), scan);
    if (!slice.ok()) return slice.status();
    const bool whole = ForEachEntry(slice->records, [&](const wire::RecordView& record, std::string_view) {
      records.push_back({std::string(record.key), std::string(record.body), record.sequence});
    });
    if (!whole) return MakeError(Reason::kCorruptChunk, "the table of log \"_system\" is damaged");
    if (slice->complete) return records;
    scan.after = slice->end;
  }
}

}  // namespace replog
