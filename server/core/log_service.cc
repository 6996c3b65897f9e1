#include "server/core/log_service.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/core/names.h"

namespace replog {
namespace {

constexpr size_t kSystemTailBytes = 1 << 20;

}  // namespace

// Hands the work to a thread that may block.
class LogService::RetentionTimer final : public Timed {
 public:
  explicit RetentionTimer(LogService& service) : service_(service) {}
  int64_t OnTime(int64_t now_us) override {
    // One round at a time, however long it takes: readers need the other threads.
    if (!running_.exchange(true)) {
      service_.blocking_->Post([this] {
        service_.ApplyRetention();
        running_ = false;
      });
    }
    return now_us + service_.options_.retention_interval_us;
  }

 private:
  LogService& service_;
  std::atomic<bool> running_{false};
};

absl::StatusOr<std::unique_ptr<LogService>> LogService::Open(const Options& options, LogStore& store,
                                                             Clock& clock) {
  std::unique_ptr<LogService> service(new LogService(options, store, clock));
  if (auto status = service->LoadLogs(); !status.ok()) return status;
  service->committer_ = std::make_unique<Committer>(options.committer, store, service->logs_,
                                                    service->expiries_, clock, *service->wakeups_);
  service->system_log_ =
      std::make_unique<SystemLog>(*service->logs_.Find(kSystemLog), service->appends(), store);
  if (auto status = service->LoadSettings(); !status.ok()) return status;
  if (auto status = service->LoadNodes(); !status.ok()) return status;
  if (auto status = service->LoadLeases(); !status.ok()) return status;
  if (auto status = service->LoadProducers(); !status.ok()) return status;
  service->committer_->OnRecovered([it = service.get()] { it->OnRecovered(); });
  service->retention_ = std::make_shared<RetentionTimer>(*service);
  service->timers_->Schedule(clock.MonotonicMicros() + options.retention_interval_us, service->retention_);
  service->StartExpiry();
  return service;
}

LogService::LogService(const Options& options, LogStore& store, Clock& clock)
    : options_(options),
      store_(store),
      clock_(clock),
      alarms_(options.on_alarm),
      trusted_clock_(options.clock_guard, clock, alarms_),
      timers_(std::make_unique<TimerQueue>(clock)),
      wakeups_(std::make_unique<ThreadPool>(options.wakeup_threads)),
      blocking_(std::make_unique<ThreadPool>(options.blocking_threads)),
      cold_reader_(store, *blocking_, options.recent_read_bytes) {}

void LogService::StartExpiry() {
  // What expires, and when, only the store knows yet.
  for (const LogPtr& log : logs_.All()) expiries_.Add(log, 0);
  expirer_ = std::make_shared<Expirer>(options_.expirer, store_, appends(), expiries_, trusted_clock_,
                                       alarms_, *blocking_);
  timers_->Schedule(clock_.MonotonicMicros(), expirer_);
}

LogService::~LogService() { StopWork(); }

void LogService::StopWork() {
  if (leases_ != nullptr) leases_->Stop();
  timers_.reset();  // first: what it calls uses everything else
  if (expirer_ != nullptr) expirer_->Stop();
  blocking_.reset();  // what it still runs may use the committer
  if (committer_ != nullptr) committer_->Stop();
}

absl::Status LogService::LoadLogs() {
  for (const StoredLog& stored : store_.Logs()) logs_.Add(std::make_shared<Log>(stored, options_.tail_bytes));
  ShareTailBytes();
  if (auto status = MakeBuiltIn(kDefaultLog, LogSettings()); !status.ok()) return status;
  return MakeBuiltIn(kSystemLog, {.retention_records = kSystemLogRecords});
}

absl::Status LogService::LoadSettings() {
  settings_ = std::make_unique<SettingsKeeper>(logs_, *system_log_, store_, *committer_);
  return settings_->Load();
}

void LogService::OnRecovered() {
  leases_->OnRecovered();
  // What fails now is met again, by the next recovery or the next start.
  blocking_->Post([this] { settings_->Load().IgnoreError(); });
}

absl::Status LogService::LoadNodes() {
  auto nodes = NodeRegistry::Open(options_.nodes, logs_, *system_log_, clock_);
  if (!nodes.ok()) return nodes.status();
  nodes_ = *std::move(nodes);
  barriers_ = std::make_shared<SyncBarriers>(*nodes_, *timers_, clock_);
  nodes_->SetListener(barriers_.get());
  audits_ = std::make_shared<Audits>(*nodes_, store_, *committer_, *timers_, clock_);
  return absl::OkStatus();
}

absl::Status LogService::LoadLeases() {
  auto leases = LeaseKeeper::Open(options_.leases, *system_log_, clock_, *timers_, *blocking_);
  if (!leases.ok()) return leases.status();
  leases_ = *std::move(leases);
  return absl::OkStatus();
}

absl::Status LogService::LoadProducers() {
  auto producers =
      ProducerRegistrar::Open(options_.producers, logs_, *system_log_, store_, clock_, trusted_clock_);
  if (!producers.ok()) return producers.status();
  producers_ = *std::move(producers);
  return absl::OkStatus();
}

absl::Status LogService::MakeBuiltIn(std::string_view name, const LogSettings& settings) {
  if (logs_.Find(name).ok()) return absl::OkStatus();
  const auto stored = store_.CreateLog(std::string(name), settings);
  if (!stored.ok()) return stored.status();
  AddLog(std::make_shared<Log>(*stored, options_.tail_bytes));
  return absl::OkStatus();
}

void LogService::AddLog(LogPtr log) {
  logs_.Add(std::move(log));
  ShareTailBytes();
}

void LogService::ShareTailBytes() {
  // The product's own log has few readers, whom its table serves too.
  const auto logs = logs_.All();
  for (const LogPtr& log : logs) {
    const bool own = log->name() == kSystemLog;
    log->tail().SetMaxBytes(own ? std::min(kSystemTailBytes, options_.tail_bytes)
                                : options_.tail_bytes / std::max<size_t>(logs.size() - 1, 1));
  }
}

absl::StatusOr<LogPtr> LogService::CreateLog(const std::string& name, const LogSettings& settings) {
  if (auto status = CheckLogName(name); !status.ok()) return status;
  LogPtr log;
  const auto status = committer_->Run([&]() -> absl::Status {
    if (logs_.Find(name).ok()) {
      return MakeError(Reason::kLogExists, absl::StrCat("log: \"", name, "\" exists already"),
                       {{"log", name}});
    }
    if (logs_.All().size() >= options_.max_logs + 1) {  // the own one does not count
      return MakeError(Reason::kTooManyLogs,
                       absl::StrCat("there are ", options_.max_logs, " logs, which is the limit"));
    }
    const auto stored = store_.CreateLog(name, settings);
    if (!stored.ok()) return stored.status();
    log = std::make_shared<Log>(*stored, options_.tail_bytes);
    AddLog(log);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  settings_->WriteDown(*log);
  return log;
}

absl::Status LogService::DeleteLog(const LogPtr& log) {
  if (log->name() == kDefaultLog)
    return MakeError(Reason::kLogProtected, "log: \"default\" cannot be deleted");
  auto deleted = committer_->Run([&]() -> absl::Status {
    if (logs_.FindNumber(log->number()) == nullptr) {
      return MakeError(Reason::kLogNotFound, "log: was deleted by somebody else");
    }
    // What is queued behind this must not be written under a number that is gone, and readers must not take
    // what the store deletes for a log without records.
    log->deleted = true;
    if (auto status = store_.DeleteLog(log->number()); !status.ok()) {
      log->deleted = false;  // its fate is unknown; recovery finds out
      return status;
    }
    logs_.Remove(*log);
    expiries_.Forget(*log);
    ShareTailBytes();
    Wake(log->tail().Close(
             MakeError(Reason::kLogNotFound, absl::StrCat("the log \"", log->name(), "\" was deleted"))),
         *wakeups_);
    return absl::OkStatus();
  });
  if (!deleted.ok()) return deleted;
  settings_->ForgetLog(*log);
  barriers_->OnLogDeleted(*log);
  nodes_->ForgetLog(log);
  producers_->ForgetLog(*log);
  return absl::OkStatus();
}

absl::StatusOr<Sequence> LogService::TrimLog(Log& log, Sequence before) {
  const Sequence end = log.tail().committed_end();
  if (before > end) {
    return MakeError(Reason::kPastTheEnd,
                     absl::StrCat("before_sequence: ", before, " is past the log's end ", end),
                     {{"field", "before_sequence"},
                      {"value", std::to_string(before)},
                      {"end_sequence", std::to_string(end)}});
  }
  if (auto status = TrimOnCommitter(log, before); !status.ok()) return status;
  return log.tail().first_kept();
}

absl::Status LogService::TrimOnCommitter(Log& log, Sequence first_kept) {
  return committer_->Run([&]() -> absl::Status {
    // Readers first: below the trim point they must be told so, and not meet holes. Whether the store has
    // trimmed already only the store knows: an earlier trim may have failed in it.
    const Sequence kept_from = log.tail().first_kept();
    if (first_kept > kept_from) {
      Wake(log.tail().Trim(first_kept), *wakeups_);
      log.counters.records_removed.Add(first_kept - kept_from);
    }
    return store_.Trim(log.number(), first_kept);
  });
}

void LogService::ApplyRetention() {
  for (const LogPtr& log : logs_.All()) {
    const RetentionView view{log->number(), log->descriptor().settings, log->tail().first_kept(),
                             log->tail().committed_end(), log->bytes_before_end};
    // An error is met again, and reported, by whoever reads or appends.
    const auto point = RetentionPoint(view, store_, trusted_clock_.Now());
    if (point.ok() && *point > view.first_kept) TrimOnCommitter(*log, *point).IgnoreError();
  }
}

size_t LogService::ColdReadBytes(size_t wanted) const {
  const uint64_t readers = std::max<uint64_t>(subscribers_, 1);
  return std::clamp<size_t>(options_.cold_read_bytes / readers, 1, wanted);
}

void LogService::CloseReaders() {
  barriers_->Close();
  audits_->Close();
  for (const LogPtr& log : logs_.All()) {
    Wake(log->tail().Close(
             MakeError(Reason::kShuttingDown, "the server is stopping; resume on another or later")),
         *wakeups_);
  }
}

}  // namespace replog
