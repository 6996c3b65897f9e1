#include "server/core/admission.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"

namespace replog {
namespace {

absl::Status ConditionFailed(const std::string& field, std::string_view what, Metadata metadata) {
  metadata.emplace_back("field", field);
  return MakeError(Reason::kConditionFailed, field + ": " + std::string(what) + "; nothing was written",
                   metadata);
}

// A failed read says nothing of the append but that it was not written; STORE_FAILED would leave its fate
// open.
absl::Status CannotRead(const absl::Status& status) {
  if (ReasonOf(status) == Reason::kCorruptChunk) return status;
  return MakeError(Reason::kRecovering,
                   absl::StrCat("the table cannot be read; nothing was written: ", status.message()));
}

}  // namespace

absl::StatusOr<std::vector<RecordOutcome>> Admission::Judge(LogNumber log, const AppendRequest& request,
                                                            Sequence next) {
  std::vector<RecordOutcome> outcomes;
  if (!conditional_) return outcomes;
  judged_.clear();
  if (request.conditions) {
    if (auto status = CheckConditions(log, *request.conditions, next); !status.ok()) return status;
  }
  const bool newer_version_only = request.conditions && request.conditions->newer_version_only;
  absl::Status failed;
  bool all_appended = true;
  request.ForEachRecord([&](std::string_view encoded) {
    const auto record = wire::DecodeRecord(encoded);
    if (!failed.ok()) return;
    const auto outcome = JudgeRecord(log, *record, newer_version_only, next);
    if (!outcome.ok()) {
      failed = outcome.status();
      return;
    }
    const bool appended = outcome->kind == RecordOutcome::Kind::kAppended;
    next += appended ? 1 : 0;
    all_appended &= appended;
    outcomes.push_back(*outcome);
  });
  if (!failed.ok()) return failed;
  // What a rejected append would have written, nobody may see.
  for (auto& [key, row] : judged_) rows_[key] = row;
  if (all_appended) outcomes.clear();
  return outcomes;
}

absl::Status Admission::CheckConditions(LogNumber log, const AppendConditions& conditions, Sequence next) {
  if (conditions.expected_end && *conditions.expected_end != next) {
    return ConditionFailed("conditions.expected_end",
                           absl::StrCat("is ", *conditions.expected_end, ", the log's end is ", next),
                           {{"end_sequence", std::to_string(next)}});
  }
  for (size_t i = 0; i < conditions.keys.size(); ++i) {
    if (auto status = CheckKey(log, conditions.keys[i], i); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Admission::CheckKey(LogNumber log, const KeyCondition& condition, size_t index) {
  const auto row = Row(log, condition.channel, condition.key);
  if (!row.ok()) return row.status();
  const bool exists = row->has_value() && !(*row)->deleted;
  if (condition.sequence ? row->has_value() && (*row)->sequence == *condition.sequence : !exists) {
    return absl::OkStatus();
  }
  Metadata metadata{{"channel", condition.channel}, {"key", condition.key}};
  std::string now = "does not exist";
  if (row->has_value()) {
    now =
        absl::StrCat((*row)->deleted ? "was deleted by record " : "was written by record ", (*row)->sequence);
    metadata.emplace_back("sequence", std::to_string((*row)->sequence));
    metadata.emplace_back("deleted", (*row)->deleted ? "true" : "false");
    if ((*row)->version) metadata.emplace_back("version", std::to_string(*(*row)->version));
  }
  return ConditionFailed(absl::StrCat("conditions.keys[", index, "]"),
                         absl::StrCat("key \"", Excerpt(condition.key), "\" ", now), std::move(metadata));
}

absl::StatusOr<RecordOutcome> Admission::JudgeRecord(LogNumber log, const wire::RecordView& record,
                                                     bool newer_version_only, Sequence next) {
  const RecordOutcome appended{RecordOutcome::Kind::kAppended, next, 0};
  if (!record.has_key) return appended;
  if (newer_version_only) {
    const auto row = Row(log, record.channel, record.key);
    if (!row.ok()) return row.status();
    if (row->has_value() && (*row)->version && *(*row)->version >= *record.version) {
      return RecordOutcome{RecordOutcome::Kind::kStale, (*row)->sequence, *(*row)->version};
    }
  }
  judged_[RowKey(log, record.channel, record.key)] = {next, record.deleted, record.version};
  return appended;
}

absl::StatusOr<std::optional<TableRow>> Admission::Row(LogNumber log, std::string_view channel,
                                                       std::string_view key) {
  const RowKey wanted(log, channel, key);
  if (const auto known = judged_.find(wanted); known != judged_.end()) return known->second;
  if (const auto known = rows_.find(wanted); known != rows_.end()) return known->second;
  const auto stored = store_.TableRecord(log, channel, key);
  if (!stored.ok()) return CannotRead(stored.status());
  if (!stored->has_value()) return std::nullopt;
  const auto record = DecodeEntry(**stored);
  if (!record)
    return MakeError(Reason::kCorruptChunk, absl::StrCat("log number ", log, ": its table is damaged"));
  return TableRow{record->sequence, record->deleted, record->version};
}

}  // namespace replog
