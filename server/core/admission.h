#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/wire/record_view.h"
#include "server/core/append_queue.h"
#include "server/core/fence_judge.h"
#include "server/core/id_judge.h"
#include "server/core/producer_judge.h"
#include "server/core/staged_map.h"
#include "storage/model/log_store.h"

namespace replog {

// Where and when an append would be written.
struct AppendPoint {
  Log& log;
  Sequence next = 0;    // what the first record written gets
  int64_t time_us = 0;  // what every record written gets
  int64_t dedupe_window_us = 0;
};

// What is to be written of an append that is not refused.
struct Admitted {
  // One for each record; none when all are written.
  std::vector<RecordOutcome> outcomes;
  // The fields that the first record written gets from the server, encoded: `producer`, `lease`.
  std::string own_fields;
  // Of a stamped append: see AppendResponse.
  std::optional<uint64_t> producer_next;
};

// Decides what of a group's appends is written, in the order of the group: each sees what those before it
// will have written. First what was appended before, then the conditions, the lease before the others, then
// what is stale: so the repetition of a conditional append that was written is a duplicate, and not refused
// for what it has itself made of the key. For one group; only the committer's thread. The requests must
// outlive it.
class Admission {
 public:
  // `next_grant`: no lease was granted under a token from there on.
  // `conditional`: some append of the group has conditions, so what the others write must be known too.
  // `now_us`: by the wall clock, which may be behind the time that records get.
  Admission(LogStore& store, ProducerCache& producers, FenceCache& fences, const FencingToken& next_grant,
            bool conditional, int64_t now_us)
      : store_(store),
        conditional_(conditional),
        now_us_(now_us),
        ids_(store),
        producers_(producers),
        fences_(fences),
        next_grant_(next_grant) {}

  // CONDITION_FAILED and LEASE_FENCED, with the current value, refuse all of an append; so do stamps that do
  // not fit, records that expire before they are written and a store that cannot be read.
  absl::StatusOr<Admitted> Judge(const AppendPoint& at, const AppendRequest& request);

  // What the group makes of a log's producers, and of its fences.
  std::vector<ProducerUpdate> ProducerUpdates(LogNumber log) const { return producers_.Updates(log); }
  std::vector<LeaseToken> RaisedFences(LogNumber log) const { return fences_.Raised(log); }

 private:
  using RowKey = std::tuple<LogNumber, std::string, std::string>;

  // Of a stamped batch that was written before.
  absl::StatusOr<Admitted> Repeat(const AppendPoint& at, const AppendRequest& request);
  absl::StatusOr<RecordOutcome> RepeatRecord(const AppendPoint& at, const ProducerState::Outcome& outcome,
                                             size_t index, const wire::RecordView& record);
  absl::Status CheckConditions(LogNumber log, const AppendConditions& conditions, Sequence next);
  // Whether the append's lease is to be the log's fence. LEASE_FENCED; INVALID_FIELD for a token that was
  // never given out, which would fence every holder there will be.
  absl::StatusOr<bool> CheckLease(LogNumber log, const AppendConditions& conditions);
  void RaiseFence(LogNumber log, const LeaseToken& token, Admitted& admitted);
  absl::Status CheckKey(LogNumber log, const KeyCondition& condition, size_t index);
  // The outcomes of all records, unless nothing could make them differ from written.
  absl::StatusOr<std::vector<RecordOutcome>> JudgeRecords(const AppendPoint& at, const AppendRequest& request,
                                                          bool by_id);
  absl::StatusOr<RecordOutcome> JudgeVersion(LogNumber log, const wire::RecordView& record,
                                             bool newer_version_only, Sequence next);
  // Completes the stamp of an append whose records are judged.
  void Stamp(const AppendPoint& at, const AppendRequest& request, Admitted& admitted);
  // Nullopt: never written.
  absl::StatusOr<std::optional<TableRow>> Row(LogNumber log, std::string_view channel, std::string_view key);

  LogStore& store_;
  const bool conditional_;
  const int64_t now_us_;
  StagedMap<RowKey, TableRow> rows_;
  IdJudge ids_;
  ProducerJudge producers_;
  FenceJudge fences_;
  const FencingToken next_grant_;
};

}  // namespace replog
