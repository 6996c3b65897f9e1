#pragma once

#include <memory>
#include <thread>

#include "server/core/alarms.h"
#include "server/core/audit.h"
#include "server/core/call_observer.h"
#include "server/core/cold_reader.h"
#include "server/core/committer.h"
#include "server/core/expirer.h"
#include "server/core/lease_keeper.h"
#include "server/core/limits.h"
#include "server/core/log_registry.h"
#include "server/core/node_registry.h"
#include "server/core/producer_registrar.h"
#include "server/core/retention.h"
#include "server/core/settings_keeper.h"
#include "server/core/sync_barrier.h"
#include "server/core/system_log.h"
#include "server/core/timer_queue.h"
#include "server/core/trusted_clock.h"

namespace replog {

// The server without a network: the store, its logs, their committer and readers, and what runs beside them.
// The RPC layer translates to and from it. Thread-safe.
class LogService {
 public:
  struct Options {
    Limits limits;
    Committer::Options committer;
    size_t tail_bytes = 64 << 20;         // of all logs' tails together; each gets an equal share
    size_t recent_read_bytes = 16 << 20;  // see ColdReader
    // What subscriptions that are behind may hold together; each gets its share, between one chunk and a
    // frame.
    size_t cold_read_bytes = 128 << 20;
    int blocking_threads = 2;
    int wakeup_threads = 2;
    int64_t retention_interval_us = 10'000'000;
    size_t max_logs = 10'000;
    Expirer::Options expirer;
    ClockGuard::Options clock_guard;
    std::function<void(const Alarms::Change&)> on_alarm;  // see Alarms
    // Told of calls by those who serve them; must outlive the service. Null: nobody is.
    CallObserver* calls = nullptr;
    NodeRegistry::Options nodes;
    LeaseTable::Options leases;
    ProducerRegistrar::Options producers;
  };

  // Makes the default log when the store is new. `store` and `clock` must outlive the service.
  static absl::StatusOr<std::unique_ptr<LogService>> Open(const Options& options, LogStore& store,
                                                          Clock& clock);
  // Stops.
  ~LogService();

  const Options& options() const { return options_; }
  LogStore& store() { return store_; }
  Clock& clock() { return clock_; }
  LogRegistry& logs() { return logs_; }
  SystemLog& system_log() { return *system_log_; }
  NodeRegistry& nodes() { return *nodes_; }
  ProducerRegistrar& producers() { return *producers_; }
  SyncBarriers& barriers() { return *barriers_; }
  Audits& audits() { return *audits_; }
  LeaseKeeper& leases() { return *leases_; }
  AppendQueue& appends() { return committer_->queue(); }
  // Whether appends and reads can work now; false while the store is being recovered.
  bool healthy() const { return !committer_->recovering(); }
  ColdReader& cold_reader() { return cold_reader_; }
  Executor& blocking() { return *blocking_; }
  TimerQueue& timers() { return *timers_; }
  const Alarms& alarms() const { return alarms_; }
  // For whoever watches: what they did, and what waits for them.
  const Committer& committer() const { return *committer_; }
  const Expirer& expirer() const { return *expirer_; }
  size_t blocking_queued() const { return blocking_->queued(); }
  size_t wakeups_queued() const { return wakeups_->queued(); }

  absl::StatusOr<LogPtr> CreateLog(const std::string& name, const LogSettings& settings);
  // Replaces the log's settings by what `change` makes of them; two changes at once are one after the other.
  absl::Status UpdateLog(Log& log, const SettingsKeeper::Change& change) {
    return settings_->Update(log, change);
  }
  // Ends the log's readers with LOG_NOT_FOUND.
  absl::Status DeleteLog(const LogPtr& log);
  // Returns the first kept sequence.
  absl::StatusOr<Sequence> TrimLog(Log& log, Sequence before);

  // How much of `wanted` one reader that is behind may read at a time.
  size_t ColdReadBytes(size_t wanted) const;
  // Open subscriptions of all logs.
  std::atomic<uint64_t>& subscribers() { return subscribers_; }

  // Ends every reader, and every wait for one, with SHUTTING_DOWN. Appends go on.
  void CloseReaders();
  // Ends the timers and what was begun on threads that may block: after it nothing calls into what was built
  // on the service. For the end, when no call is taken any more; the destructor does it too.
  void StopWork();
  // Commits and answers what is queued; every later append is refused.
  void StopAppends() { committer_->Stop(); }

 private:
  LogService(const Options& options, LogStore& store, Clock& clock);
  absl::Status LoadLogs();
  absl::Status LoadSettings();
  // The store was opened again. Called on the committer's thread.
  void OnRecovered();
  absl::Status LoadNodes();
  absl::Status LoadLeases();
  absl::Status LoadProducers();
  // Makes the log when the store does not have it yet.
  absl::Status MakeBuiltIn(std::string_view name, const LogSettings& settings);
  void AddLog(LogPtr log);
  void StartExpiry();
  // Gives each log its share of the memory for tails.
  void ShareTailBytes();
  // Applies every log's retention. A timer of its own.
  class RetentionTimer;
  void ApplyRetention();
  absl::Status TrimOnCommitter(Log& log, Sequence first_kept);

  const Options options_;
  LogStore& store_;
  Clock& clock_;
  Alarms alarms_;
  TrustedClock trusted_clock_;
  LogRegistry logs_;
  ExpirySchedule expiries_;
  std::atomic<uint64_t> subscribers_{0};
  std::unique_ptr<TimerQueue> timers_;
  std::shared_ptr<RetentionTimer> retention_;
  std::unique_ptr<ThreadPool> wakeups_;
  std::unique_ptr<ThreadPool> blocking_;
  ColdReader cold_reader_;
  std::unique_ptr<Committer> committer_;
  std::unique_ptr<SystemLog> system_log_;
  std::unique_ptr<SettingsKeeper> settings_;
  std::shared_ptr<NodeRegistry> nodes_;
  std::shared_ptr<ProducerRegistrar> producers_;
  std::shared_ptr<SyncBarriers> barriers_;
  std::shared_ptr<Audits> audits_;
  std::shared_ptr<Expirer> expirer_;
  std::shared_ptr<LeaseKeeper> leases_;
};

}  // namespace replog
