#include "tests/faults/model/chance.h"

namespace replog::model {

std::string Chance::LogName() {
  static const std::vector<std::string> kNames{"default", "default", "default", "x", "x", "y"};
  return kNames[Below(kNames.size())];
}

std::string Chance::Channel() {
  static const std::vector<std::string> kNames{"a", "ab", "b"};
  return kNames[Below(kNames.size())];
}

std::vector<std::string> Chance::Channels() {
  static const std::vector<std::vector<std::string>> kFilters{{}, {}, {"a"}, {"a*"}, {"b", "ab"}, {"none"}};
  return kFilters[Below(kFilters.size())];
}

uint64_t Chance::Sequence(const LogModel& log) {
  if (OneIn(12)) return log.end() + 1 + Below(3);
  if (OneIn(12)) return Below(log.end() + 1);
  return log.first_kept() + Below(log.end() - log.first_kept() + 1);
}

void Chance::AddBody(v1::NewRecord& record) {
  // Now and then larger than what a chunk holds beside others.
  const std::string body =
      "body " + std::to_string(++texts_) + std::string(OneIn(25) ? Below(50'000) : 0, '.');
  if (OneIn(8)) return;
  OneIn(3) ? record.set_payload(body + '\0') : record.set_text(body);
}

v1::NewRecord Chance::Record(bool identified) {
  v1::NewRecord record;
  record.set_channel(Channel());
  if (!OneIn(4)) {
    record.set_key(Key());
    if (OneIn(2)) record.set_version(Below(50));
    if (OneIn(7)) record.set_deleted(true);
  }
  if (!record.deleted()) AddBody(record);
  if (OneIn(10)) (*record.mutable_headers())["h" + std::to_string(Below(3))] = "v";
  // Now and then one that was used before.
  if (identified || OneIn(3)) record.set_id("id-" + std::to_string(OneIn(5) ? Below(ids_ + 1) : ++ids_));
  return record;
}

v1::KeyCondition Chance::KeyCondition(const LogModel& log) {
  v1::KeyCondition condition;
  condition.set_channel(Channel());
  condition.set_key(Key());
  const v1::Record* row = log.Row(condition.channel(), condition.key());
  const bool exists = row != nullptr && !row->deleted();
  if (OneIn(8)) {
    condition.set_sequence(Below(log.end() + 1));
  } else if (OneIn(8) || !exists) {
    condition.set_absent(true);
  } else {
    condition.set_sequence(row->sequence());
  }
  return condition;
}

void Chance::AddConditions(const LogModel& log, v1::AppendRequest& request) {
  auto& conditions = *request.mutable_conditions();
  if (OneIn(3)) conditions.set_expected_end(log.end() - std::min<uint64_t>(log.end(), OneIn(4) ? 1 : 0));
  for (uint64_t i = Below(3); i > 0; --i) *conditions.add_keys() = KeyCondition(log);
  if (OneIn(2)) return;
  conditions.set_newer_version_only(true);
  request.mutable_records(0)->set_key(Key());  // one at least must have a key
  for (auto& record : *request.mutable_records()) {
    if (record.has_key()) record.set_version(Below(50));
  }
}

v1::AppendRequest Chance::Append(ServerModel& model, const std::string& log, bool identified) {
  v1::AppendRequest request;
  request.set_log(log);
  const uint64_t count = OneIn(3) ? 1 + Below(6) : 1;
  for (uint64_t i = 0; i < count; ++i) *request.add_records() = Record(identified);
  const LogModel* known = model.Find(log);
  if (known != nullptr && OneIn(3)) AddConditions(*known, request);
  return request;
}

Change Chance::OtherChange(ServerModel& model) {
  using Kind = Change::Kind;
  static const std::vector<Kind> kKinds{Kind::kTrim,        Kind::kAcknowledge, Kind::kAcknowledge,
                                        Kind::kAcknowledge, Kind::kForgetNode,  Kind::kCreateLog,
                                        Kind::kCreateLog,   Kind::kDeleteLog};
  Change change;
  change.kind = kKinds[Below(kKinds.size())];
  change.log = LogName();
  change.node = "node-" + std::to_string(Below(4));
  change.allow_backwards = OneIn(4);
  const LogModel* log = model.Find(change.log);
  if (log == nullptr) return change;
  change.sequence = Sequence(*log);
  // So that something stays.
  if (change.kind == Kind::kTrim && change.sequence <= log->end() && !OneIn(4))
    change.sequence =
        log->first_kept() + (change.sequence - std::min(change.sequence, log->first_kept())) / 4;
  return change;
}

}  // namespace replog::model
