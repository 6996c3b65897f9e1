#include "tests/faults/model/story.h"

#include <chrono>
#include <thread>

#include "tests/faults/model/calls.h"

namespace replog::model {
namespace {

constexpr uint64_t kStepsPerKill = 35;
constexpr uint64_t kKillWithinUs = 900;  // about what a change takes

}  // namespace

Story::Story(uint64_t seed)
    : chance_(seed),
      server_({"--memtable-bytes", "1MiB", "--tail-bytes", "1MiB", "--cache-bytes", "1MiB", "--reserve-bytes",
               "0", "--log-level", "warn"}),
      client_(server_.address()) {
  Learn(model_);
}

std::string Story::Play(int steps) {
  try {
    for (const int end = step_ + steps; step_ < end; ++step_) Step();
  } catch (const Different& different) {
    return "step " + std::to_string(step_) + ", " + doing_ + ": " + different.what();
  }
  return {};
}

void Story::Step() {
  if (chance_.OneIn(kStepsPerKill)) return MakeChange(true);
  chance_.OneIn(3) ? Look() : MakeChange(false);
}

std::string Story::Finish() {
  if (std::string difference = CompareAll(model_); !difference.empty()) return difference;
  if (server_.Terminate() != 0) return "the server did not end well: " + server_.Stderr();
  const auto verified = testing::RunReplogd({"verify", "--data", server_.data()});
  return verified.exit_code == 0 ? "" : "verify: " + verified.out + verified.err;
}

std::string Story::Summary() const {
  return std::to_string(step_) + " steps, " + std::to_string(changes_) + " changes, " +
         std::to_string(refusals_) + " refused, " + std::to_string(duplicates_) + " records duplicate and " +
         std::to_string(stale_) + " stale, " + std::to_string(kills_) + " kills, " + std::to_string(lost_) +
         " answers lost, " + std::to_string(effective_) + " of these changes took effect, " +
         std::to_string(repeated_) + " were asked for again";
}

// ------------------------------------------------------------------------------------------------- changes

Change Story::NextChange() {
  if (chance_.OneIn(4)) return chance_.OtherChange(model_);
  Change change;
  change.log = chance_.LogName();
  change.append = chance_.Append(model_, change.log, chance_.OneIn(2));
  return change;
}

void Story::MakeChange(bool kill) {
  const Change change = NextChange();
  doing_ = change.Text() + (kill ? ", and a kill" : "");
  ++changes_;
  const Answer answer = kill ? AskAndKill(change) : Ask(*client_, change);
  if (!answer.lost) Take(change, answer);
  if (!kill) return;
  if (answer.lost) {
    const auto& records = change.append.records();
    const bool identified =
        std::all_of(records.begin(), records.end(), [](const auto& record) { return !record.id().empty(); });
    Resolve(change, change.kind == Change::Kind::kAppend && identified);
  }
  if (const std::string difference = CompareAll(model_); !difference.empty()) throw Different(difference);
}

Answer Story::AskAndKill(const Change& change) {
  Answer answer;
  // The server may be gone before it is asked; who waited for it would ask the next one.
  std::thread asking([&] { answer = Ask(*client_, change, /*wait_for_server=*/false); });
  std::this_thread::sleep_for(std::chrono::microseconds(chance_.Below(kKillWithinUs)));
  server_.Kill9();
  asking.join();
  server_.Restart();
  client_.emplace(server_.address());
  ++kills_;
  return answer;
}

void Story::Take(const Change& change, const Answer& answer) {
  const std::string difference = Difference(model_.Apply(change), answer);
  if (!difference.empty()) throw Different(difference);
  Count(answer);
  if (change.kind == Change::Kind::kCreateLog && answer.refused.empty()) Learn(model_);
  LogModel* log = model_.Find(change.log);
  if (log == nullptr || !answer.append.has_first_sequence()) return;
  positions_.push_back(answer.append.position());
  for (const auto* entry : log->Kept(answer.append.first_sequence(), log->end(), {})) {
    v1::Record told = entry->record;
    *told.mutable_time() = answer.append.time();
    log->Learn(told);
  }
}

void Story::Count(const Answer& answer) {
  refusals_ += answer.refused.empty() ? 0 : 1;
  for (const auto& result : answer.append.results()) {
    duplicates_ += result.outcome() == v1::AppendResult::DUPLICATE ? 1 : 0;
    stale_ += result.outcome() == v1::AppendResult::STALE ? 1 : 0;
  }
}

void Story::Resolve(const Change& change, bool again) {
  ++lost_;
  ServerModel without = model_;
  ServerModel with = model_;
  with.Apply(change);
  if (again) {
    ++repeated_;
    // What the repetition is answered is compared below.
    for (ServerModel* model : {&without, &with}) Learn(*model);
    const Answer answer = Ask(*client_, change);
    const std::string as_without = Difference(without.Apply(change), answer);
    const std::string as_with = Difference(with.Apply(change), answer);
    if (!as_without.empty() && !as_with.empty()) {
      throw Different("asked again: if it took effect: " + as_with + "; if not: " + as_without);
    }
    effective_ += as_with.empty() && !as_without.empty() ? 1 : 0;
    model_ = as_with.empty() ? with : without;
    return;
  }
  const std::string as_with = CompareAll(with);
  const std::string as_without = as_with.empty() ? "" : CompareAll(without);
  if (!as_without.empty()) throw Different("if it took effect: " + as_with + "; if not: " + as_without);
  effective_ += as_with.empty() ? 1 : 0;
  model_ = as_with.empty() ? with : without;
}

void Story::Learn(ServerModel& model) {
  for (auto& [name, log] : model.logs()) {
    v1::GetLogRequest request;
    v1::GetLogResponse response;
    request.set_log(name);
    const auto status = client_->admin_stub().GetLog(testing::PatientContext().get(), request, &response);
    if (!status.ok()) throw Different("log " + name + ": " + status.error_message());
    if (log.uuid.empty()) log.uuid = response.log().uuid();
    if (log.epoch > response.log().epoch()) throw Different("log " + name + ": the epoch went back");
    log.epoch = response.log().epoch();
  }
}

std::string Story::CompareAll(ServerModel& model) {
  try {
    Learn(model);
    v1::ListLogsResponse listed;
    const auto status = client_->admin_stub().ListLogs(testing::PatientContext().get(), {}, &listed);
    if (!status.ok()) return "ListLogs: " + status.error_message();
    for (const auto& log : listed.logs()) {
      if (!log.name().starts_with('_') && model.Find(log.name()) == nullptr)
        return "there is a log " + log.name();
    }
    for (auto& [name, log] : model.logs()) Checks(*client_, name, log).Everything();
  } catch (const Different& different) {
    return different.what();
  }
  return {};
}

// --------------------------------------------------------------------------------------------------- looking

void Story::Look() {
  const std::string name = chance_.LogName();
  doing_ = "looking at " + name;
  if (LogModel* log = model_.Find(name)) return LookAtLog(name, *log);
  v1::ReadRequest request;
  v1::ReadResponse page;
  request.set_log(name);
  const auto status = client_->log_stub().Read(testing::PatientContext().get(), request, &page);
  const std::string difference = Difference(Refused("LOG_NOT_FOUND"), ToAnswer(status));
  if (!difference.empty()) throw Different(difference);
}

void Story::LookAtLog(const std::string& name, LogModel& log) {
  Checks checks(*client_, name, log);
  v1::SubscribeRequest start;
  switch (chance_.Below(10)) {
    case 0:
    case 1:
      return checks.Read({.from = chance_.OneIn(4) ? std::nullopt : std::optional(chance_.Sequence(log)),
                          .backward = chance_.OneIn(2),
                          .channels = chance_.Channels(),
                          .max_records = static_cast<uint32_t>(chance_.Below(60)),
                          .max_pages = 10});
    case 2:
      if (!chance_.OneIn(4)) start.set_from_sequence(chance_.Sequence(log));
      return checks.Replay(start, log.first_kept() + chance_.Below(log.end() - log.first_kept() + 1),
                           chance_.Channels());
    case 3:
      if (positions_.empty()) return;
      *start.mutable_from_position() = positions_[chance_.Below(positions_.size())];
      if (start.from_position().log_uuid() != log.uuid) return;
      return checks.Replay(start, log.end(), chance_.Channels());
    case 4:
      return checks.TableSubscription(chance_.Channels());
    case 5:
    case 6: {
      std::vector<std::string> keys{chance_.Key()};
      while (!chance_.OneIn(4)) keys.push_back(chance_.Key());
      return checks.LookupKeys(chance_.Channel(), keys);
    }
    case 7:
      return checks.LookupPages(chance_.Channel(), static_cast<uint32_t>(chance_.Below(6)));
    case 8: {
      std::vector<std::string> ends;
      if (chance_.OneIn(2)) ends = {"key-" + std::to_string(chance_.Below(4)), "key-5x"};
      return checks.Digests(chance_.Channel(), ends);
    }
    default:
      checks.Info();
      return checks.Nodes();
  }
}

}  // namespace replog::model
