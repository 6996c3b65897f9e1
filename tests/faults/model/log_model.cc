#include "tests/faults/model/log_model.h"

#include <algorithm>

namespace replog::model {
namespace {

v1::Record ToRecord(const v1::NewRecord& from, uint64_t sequence) {
  v1::Record record;
  // Fields have the same numbers in both.
  record.ParseFromString(from.SerializeAsString());
  record.set_sequence(sequence);
  return record;
}

}  // namespace

bool Matches(const std::vector<std::string>& channels, const std::string& channel) {
  return channels.empty() || std::any_of(channels.begin(), channels.end(), [&](const std::string& wanted) {
           return wanted.ends_with('*') ? channel.starts_with(wanted.substr(0, wanted.size() - 1))
                                        : channel == wanted;
         });
}

Answer Refused(std::string_view reason, std::map<std::string, std::string> metadata) {
  Answer answer;
  answer.refused = reason;
  answer.metadata = std::move(metadata);
  return answer;
}

// ------------------------------------------------------------------------------------------------- appends

std::optional<Answer> LogModel::Refuse(const v1::KeyCondition& condition, int index) const {
  const v1::Record* row = Row(condition.channel(), condition.key());
  const bool exists = row != nullptr && !row->deleted();
  const bool holds =
      condition.has_sequence() ? row != nullptr && row->sequence() == condition.sequence() : !exists;
  if (holds) return {};
  std::map<std::string, std::string> metadata{{"field", "conditions.keys[" + std::to_string(index) + "]"},
                                              {"channel", condition.channel()},
                                              {"key", condition.key()}};
  if (row != nullptr) {
    metadata["sequence"] = std::to_string(row->sequence());
    metadata["deleted"] = row->deleted() ? "true" : "false";
    if (row->has_version()) metadata["version"] = std::to_string(row->version());
  }
  return Refused("CONDITION_FAILED", metadata);
}

std::optional<Answer> LogModel::Refuse(const v1::AppendConditions& conditions) const {
  if (conditions.has_expected_end() && conditions.expected_end() != end()) {
    return Refused("CONDITION_FAILED",
                   {{"field", "conditions.expected_end"}, {"end_sequence", std::to_string(end())}});
  }
  for (int i = 0; i < conditions.keys_size(); ++i) {
    if (auto refused = Refuse(conditions.keys(i), i)) return refused;
  }
  return {};
}

v1::AppendResult LogModel::Write(const v1::NewRecord& record, bool newer_version_only) {
  v1::AppendResult result;
  if (const auto known = ids_.find(record.id()); !record.id().empty() && known != ids_.end()) {
    result.set_outcome(v1::AppendResult::DUPLICATE);
    result.set_sequence(known->second);
    return result;
  }
  const v1::Record* row = record.has_key() ? Row(record.channel(), record.key()) : nullptr;
  if (newer_version_only && row != nullptr && row->has_version() && row->version() >= record.version()) {
    result.set_outcome(v1::AppendResult::STALE);
    result.set_sequence(row->sequence());
    result.set_version(row->version());
    return result;
  }
  result.set_outcome(v1::AppendResult::APPENDED);
  result.set_sequence(end());
  if (record.has_key()) table_[{record.channel(), record.key()}] = end();
  if (!record.id().empty()) ids_[record.id()] = end();
  records_.push_back({ToRecord(record, end()), epoch});
  return result;
}

Answer LogModel::Append(const v1::AppendRequest& request) {
  const bool all_duplicates =
      std::all_of(request.records().begin(), request.records().end(),
                  [&](const auto& record) { return !record.id().empty() && ids_.contains(record.id()); });
  if (!all_duplicates) {
    if (const auto refused = Refuse(request.conditions())) return *refused;
  }
  Answer answer;
  const uint64_t first = end();
  bool all_written = true;
  std::optional<uint64_t> last_duplicate;
  for (const auto& record : request.records()) {
    const auto result = Write(record, request.conditions().newer_version_only());
    *answer.append.add_results() = result;
    all_written &= result.outcome() == v1::AppendResult::APPENDED;
    if (result.outcome() == v1::AppendResult::DUPLICATE)
      last_duplicate = std::max(last_duplicate, std::optional(result.sequence()));
  }
  if (all_written) answer.append.clear_results();
  if (end() > first) {
    answer.append.set_first_sequence(first);
    answer.append.set_last_sequence(end() - 1);
  }
  const bool repeated = end() == first && last_duplicate;
  *answer.append.mutable_position() = PositionAt(repeated ? *last_duplicate + 1 : end());
  answer.append.set_durability(v1::DURABILITY_SYNC);
  return answer;
}

// -------------------------------------------------------------------------------------------- other changes

namespace {

Answer PastTheEnd(std::string_view field, uint64_t value, uint64_t end) {
  return Refused("PAST_THE_END", {{"field", std::string(field)},
                                  {"value", std::to_string(value)},
                                  {"end_sequence", std::to_string(end)}});
}

}  // namespace

Answer LogModel::Trim(uint64_t before) {
  if (before > end()) return PastTheEnd("before_sequence", before, end());
  first_kept_ = std::max(first_kept_, before);
  Answer answer;
  answer.sequence = first_kept_;
  return answer;
}

Answer LogModel::Acknowledge(const std::string& node, uint64_t next, bool allow_backwards) {
  if (next > end()) return PastTheEnd("next_sequence", next, end());
  const auto known = nodes_.find(node);
  if (known != nodes_.end() && next < known->second && !allow_backwards) {
    return Refused("CURSOR_BACKWARDS", {{"cursor", std::to_string(known->second)}});
  }
  nodes_[node] = next;
  Answer answer;
  answer.sequence = next;
  return answer;
}

Answer LogModel::ForgetNode(const std::string& node) {
  return nodes_.erase(node) > 0 ? Answer() : Refused("NODE_NOT_FOUND", {{"node", node}});
}

// ---------------------------------------------------------------------------------------------- what is
// there

std::vector<const LogModel::Entry*> LogModel::Kept(uint64_t from, uint64_t until,
                                                   const std::vector<std::string>& channels) const {
  std::vector<const Entry*> entries;
  for (uint64_t i = std::max(from, first_kept_); i < std::min(until, end()); ++i) {
    if (Matches(channels, records_[i].record.channel())) entries.push_back(&records_[i]);
  }
  return entries;
}

const v1::Record* LogModel::Row(const std::string& channel, const std::string& key) const {
  const auto row = table_.find({channel, key});
  return row == table_.end() ? nullptr : &records_[row->second].record;
}

std::vector<const v1::Record*> LogModel::LiveRows(const std::vector<std::string>& channels) const {
  std::vector<const v1::Record*> rows;
  for (const auto& [key, sequence] : table_) {
    const v1::Record& record = records_[sequence].record;
    if (Matches(channels, key.first) && !record.deleted()) rows.push_back(&record);
  }
  return rows;
}

v1::Position LogModel::PositionAt(uint64_t next) const {
  v1::Position position;
  position.set_log_uuid(uuid);
  position.set_epoch(next == 0 ? 0 : records_[next - 1].epoch);
  position.set_next_sequence(next);
  return position;
}

void LogModel::Learn(const v1::Record& told) {
  if (told.sequence() >= end()) return;
  v1::Record& record = records_[told.sequence()].record;
  if (!record.has_time()) *record.mutable_time() = told.time();
}

// -------------------------------------------------------------------------------------------------- servers

LogModel* ServerModel::Find(const std::string& log) {
  const auto found = logs_.find(log);
  return found == logs_.end() ? nullptr : &found->second;
}

Answer ServerModel::Apply(const Change& change) {
  LogModel* log = Find(change.log);
  if (change.kind == Change::Kind::kCreateLog) {
    if (log != nullptr) return Refused("LOG_EXISTS");
    logs_[change.log];
    return {};
  }
  if (log == nullptr) return Refused("LOG_NOT_FOUND");
  switch (change.kind) {
    case Change::Kind::kAppend:
      return log->Append(change.append);
    case Change::Kind::kTrim:
      return log->Trim(change.sequence);
    case Change::Kind::kAcknowledge:
      return log->Acknowledge(change.node, change.sequence, change.allow_backwards);
    case Change::Kind::kForgetNode:
      return log->ForgetNode(change.node);
    default:
      if (change.log == "default") return Refused("LOG_PROTECTED");
      logs_.erase(change.log);
      return {};
  }
}

std::string Change::Text() const {
  const auto number = std::to_string(sequence);
  switch (kind) {
    case Kind::kAppend:
      return "append " + append.ShortDebugString().substr(0, 2000);
    case Kind::kTrim:
      return "trim " + log + " before " + number;
    case Kind::kAcknowledge:
      return "acknowledge " + log + " " + node + " " + number + (allow_backwards ? " (backwards)" : "");
    case Kind::kForgetNode:
      return "forget " + log + " " + node;
    case Kind::kCreateLog:
      return "create " + log;
    case Kind::kDeleteLog:
      return "delete " + log;
  }
  return {};
}

}  // namespace replog::model
