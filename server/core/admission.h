#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "proto/wire/record_view.h"
#include "server/core/append_queue.h"
#include "storage/model/log_store.h"

namespace replog {

// Decides what of a group's appends is written, in the order of the group: each sees what those before it
// will have written. For one group; only the committer's thread.
class Admission {
 public:
  // `conditional`: some append of the group has conditions, so what the others write must be known too.
  Admission(LogStore& store, bool conditional) : store_(store), conditional_(conditional) {}

  // What is to become of each record, if the first one written gets sequence `next`; empty: all are written.
  // CONDITION_FAILED, with the current value, rejects all; so does a table that cannot be read.
  absl::StatusOr<std::vector<RecordOutcome>> Judge(LogNumber log, const AppendRequest& request,
                                                   Sequence next);

 private:
  using RowKey = std::tuple<LogNumber, std::string, std::string>;

  absl::Status CheckConditions(LogNumber log, const AppendConditions& conditions, Sequence next);
  absl::Status CheckKey(LogNumber log, const KeyCondition& condition, size_t index);
  absl::StatusOr<RecordOutcome> JudgeRecord(LogNumber log, const wire::RecordView& record,
                                            bool newer_version_only, Sequence next);
  // Nullopt: never written.
  absl::StatusOr<std::optional<TableRow>> Row(LogNumber log, std::string_view channel, std::string_view key);

  LogStore& store_;
  const bool conditional_;
  // What the group writes; of the append that is being judged, kept aside until nothing can reject it.
  absl::flat_hash_map<RowKey, TableRow> rows_;
  absl::flat_hash_map<RowKey, TableRow> judged_;
};

}  // namespace replog
