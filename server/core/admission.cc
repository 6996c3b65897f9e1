#include "server/core/admission.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"
#include "proto/wire/lease_token.h"
#include "server/core/expiry_judge.h"
#include "server/core/lease_errors.h"

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
  if (ReasonOf(status) != Reason::kStoreFailed && ReasonOf(status).has_value()) return status;
  return MakeError(
      Reason::kRecovering,
      absl::StrCat("what the append depends on cannot be read; nothing was written: ", status.message()));
}

bool IsWritten(const RecordOutcome& outcome) { return outcome.kind == RecordOutcome::Kind::kAppended; }

bool WritesAny(const Admitted& admitted) {
  return admitted.outcomes.empty() ||
         std::any_of(admitted.outcomes.begin(), admitted.outcomes.end(), IsWritten);
}

}  // namespace

absl::StatusOr<Admitted> Admission::Judge(const AppendPoint& at, const AppendRequest& request) {
  rows_.Drop();
  if (request.producer) {
    const auto registered = at.log.producers().Use(request.producer->id, at.time_us);
    const auto verdict = producers_.Judge(at.log.number(), *request.producer, request.count, registered);
    if (!verdict.ok()) return CannotRead(verdict.status());
    if (*verdict == StampVerdict::kRepeated) return Repeat(at, request);
  }
  const bool by_id = request.identified && at.dedupe_window_us > 0;
  if (by_id) {
    const auto status = ids_.Begin({at.log.number(), at.dedupe_window_us, at.time_us}, request);
    if (!status.ok()) return CannotRead(status);
  }
  bool raises_fence = false;
  if (request.conditions && !(by_id && ids_.all_duplicates())) {
    const auto newer = CheckLease(at.log.number(), *request.conditions);
    if (!newer.ok()) return newer.status();
    raises_fence = *newer;
    const auto status = CheckConditions(at.log.number(), *request.conditions, at.next);
    if (!status.ok()) return status;
  }
  Admitted admitted;
  if (conditional_ || by_id) {
    auto outcomes = JudgeRecords(at, request, by_id);
    if (!outcomes.ok()) return outcomes.status();
    admitted.outcomes = *std::move(outcomes);
  }
  if (auto status = JudgeExpiries(request, admitted.outcomes, now_us_); !status.ok()) return status;
  if (request.producer) Stamp(at, request, admitted);
  if (raises_fence && WritesAny(admitted)) RaiseFence(at.log.number(), *request.conditions->lease, admitted);
  // What a rejected append would have written, nobody may see.
  rows_.Keep();
  if (by_id) ids_.Keep();
  if (std::all_of(admitted.outcomes.begin(), admitted.outcomes.end(), IsWritten)) admitted.outcomes.clear();
  return admitted;
}

absl::StatusOr<std::vector<RecordOutcome>> Admission::JudgeRecords(const AppendPoint& at,
                                                                   const AppendRequest& request, bool by_id) {
  const bool newer_version_only = request.conditions && request.conditions->newer_version_only;
  std::vector<RecordOutcome> outcomes;
  outcomes.reserve(request.count);
  absl::Status failed;
  Sequence next = at.next;
  request.ForEachRecord([&](std::string_view encoded) {
    if (!failed.ok()) return;
    const auto record = wire::DecodeRecord(encoded);
    const bool asked = by_id && !record->id.empty();
    if (const auto first = asked ? ids_.FirstAppend(outcomes.size(), record->id) : std::nullopt) {
      outcomes.push_back({RecordOutcome::Kind::kDuplicate, *first, {}});
      return;
    }
    auto outcome = JudgeVersion(at.log.number(), *record, newer_version_only, next);
    if (!outcome.ok()) {
      failed = outcome.status();
      return;
    }
    outcomes.push_back(*outcome);
    if (!IsWritten(*outcome)) return;
    if (asked) ids_.Stage(record->id, next);
    ++next;
  });
  if (!failed.ok()) return failed;
  return outcomes;
}

void Admission::Stamp(const AppendPoint& at, const AppendRequest& request, Admitted& admitted) {
  wire::ProducerStamp stamp = *request.producer;
  admitted.producer_next = stamp.first_sequence;
  // Without a record there is nothing to put the stamp on: the batch consumes no number.
  if (!WritesAny(admitted)) return;
  stamp.count = request.count;
  std::vector<BatchOutcome> packed;
  for (const RecordOutcome& outcome : admitted.outcomes) {
    packed.push_back(IsWritten(outcome)                            ? BatchOutcome::kWritten
                     : outcome.kind == RecordOutcome::Kind::kStale ? BatchOutcome::kStale
                                                                   : BatchOutcome::kDuplicate);
  }
  stamp.outcomes = PackOutcomes(packed);
  producers_.Apply(at.log.number(), stamp, at.next, at.time_us);
  wire::AppendProducerStamp(admitted.own_fields, wire::record_field::kProducer, stamp);
  admitted.producer_next = stamp.first_sequence + stamp.count;
}

absl::StatusOr<Admitted> Admission::Repeat(const AppendPoint& at, const AppendRequest& request) {
  const auto known = producers_.Repeated(at.log.number(), *request.producer, request.count);
  const auto has_duplicates = std::any_of(
      known.begin(), known.end(),
      [](const ProducerState::Outcome& outcome) { return outcome.kind == BatchOutcome::kDuplicate; });
  if (has_duplicates) {
    const auto status = ids_.Begin({at.log.number(), at.dedupe_window_us, at.time_us}, request);
    if (!status.ok()) return CannotRead(status);
  }
  Admitted admitted;
  absl::Status failed;
  request.ForEachRecord([&](std::string_view encoded) {
    if (!failed.ok()) return;
    const size_t index = admitted.outcomes.size();
    const auto outcome = RepeatRecord(at, known[index], index, *wire::DecodeRecord(encoded));
    if (outcome.ok()) admitted.outcomes.push_back(*outcome);
    failed = outcome.status();
  });
  if (!failed.ok()) return failed;
  admitted.producer_next = request.producer->first_sequence + request.count;
  return admitted;
}

absl::StatusOr<RecordOutcome> Admission::RepeatRecord(const AppendPoint& at,
                                                      const ProducerState::Outcome& outcome, size_t index,
                                                      const wire::RecordView& record) {
  switch (outcome.kind) {
    case BatchOutcome::kStale: {
      const auto row = Row(at.log.number(), record.channel, record.key);
      if (!row.ok()) return row.status();
      if (!row->has_value()) return RecordOutcome{RecordOutcome::Kind::kStale, {}, {}};
      return RecordOutcome{RecordOutcome::Kind::kStale, (*row)->sequence, (*row)->version};
    }
    case BatchOutcome::kDuplicate:
      return RecordOutcome{RecordOutcome::Kind::kDuplicate, ids_.FirstAppend(index, record.id), {}};
    default:
      return RecordOutcome{RecordOutcome::Kind::kDuplicate, outcome.sequence, {}};
  }
}

absl::StatusOr<bool> Admission::CheckLease(LogNumber log, const AppendConditions& conditions) {
  if (!conditions.lease) return false;
  if (conditions.lease->fencing >= next_grant_) return LeaseNotGranted(*conditions.lease, next_grant_);
  auto newer = fences_.Judge(log, *conditions.lease);
  return newer.ok() || ReasonOf(newer.status()) == Reason::kLeaseFenced ? newer : CannotRead(newer.status());
}

// The log keeps it with what is written, and the first record written tells of it: so whoever has the records
// has the fence.
void Admission::RaiseFence(LogNumber log, const LeaseToken& token, Admitted& admitted) {
  fences_.Raise(log, token);
  wire::AppendLeaseToken(admitted.own_fields, wire::record_field::kLease, token.name, token.fencing.lineage,
                         token.fencing.sequence);
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

absl::StatusOr<RecordOutcome> Admission::JudgeVersion(LogNumber log, const wire::RecordView& record,
                                                      bool newer_version_only, Sequence next) {
  const RecordOutcome appended{RecordOutcome::Kind::kAppended, next, {}};
  if (!conditional_ || !record.has_key) return appended;
  if (newer_version_only) {
    const auto row = Row(log, record.channel, record.key);
    if (!row.ok()) return row.status();
    if (row->has_value() && (*row)->version && *(*row)->version >= *record.version) {
      return RecordOutcome{RecordOutcome::Kind::kStale, (*row)->sequence, (*row)->version};
    }
  }
  rows_.Stage(RowKey(log, record.channel, record.key), {next, record.deleted, record.version});
  return appended;
}

absl::StatusOr<std::optional<TableRow>> Admission::Row(LogNumber log, std::string_view channel,
                                                       std::string_view key) {
  if (const TableRow* known = rows_.Find(RowKey(log, channel, key))) return *known;
  const auto stored = store_.TableRecord(log, channel, key);
  if (!stored.ok()) return CannotRead(stored.status());
  if (!stored->has_value()) return std::nullopt;
  const auto record = DecodeEntry(**stored);
  if (!record)
    return MakeError(Reason::kCorruptChunk, absl::StrCat("log number ", log, ": its table is damaged"));
  return TableRow{record->sequence, record->deleted, record->version};
}

}  // namespace replog
