#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "server/core/log_registry.h"
#include "server/core/system_log.h"
#include "server/core/trusted_clock.h"

namespace replog {

// Gives producers their ids and epochs. Registrations are records of the system log; when one is durable it
// is in its log's roster, and fences the older. One name has at most one write of the system log under way;
// who registers it meanwhile waits. Thread-safe.
class ProducerRegistrar final : public std::enable_shared_from_this<ProducerRegistrar> {
 public:
  struct Options {
    size_t max_producers = 100'000;  // of one log
    // A producer that registered or appended within this time is never forgotten to make room, and none while
    // the clock is not to be believed.
    int64_t kept_us = 3'600'000'000;
  };

  // Fills the rosters with what the system log has. Everything must outlive the registrar.
  static absl::StatusOr<std::shared_ptr<ProducerRegistrar>> Open(const Options& options,
                                                                 const LogRegistry& logs,
                                                                 SystemLog& system_log, LogStore& store,
                                                                 Clock& clock, TrustedClock& trusted_clock);

  // See RegisterProducerRequest.
  struct Request {
    std::string name;
    std::string instance = {};
    bool renew = false;
  };
  struct Registered {
    ProducerId id = 0;
    uint64_t epoch = 0;
    uint64_t next = 0;  // the producer's own number that comes next
  };
  // Called exactly once, from any thread, possibly before the call returns.
  using Done = absl::AnyInvocable<void(absl::StatusOr<Registered>)>;

  // TOO_MANY_PRODUCERS, PRODUCER_FENCED, UNKNOWN_PRODUCER; BUSY when too many wait for the name. May block on
  // the disk when the roster is full.
  void Register(const LogPtr& log, const Request& request, Done done) TSA_EXCLUDES(mutex_);

  // The producers of a log that was deleted go with it.
  void ForgetLog(Log& log);

 private:
  struct Waiting {
    Request request;
    Done done;
  };

  ProducerRegistrar(const Options& options, SystemLog& system_log, LogStore& store, Clock& clock,
                    TrustedClock& trusted_clock)
      : options_(options),
        system_log_(system_log),
        store_(store),
        clock_(clock),
        trusted_clock_(trusted_clock) {}
  absl::Status Load(const LogRegistry& logs);

  // Writes the registration, unless there is a reason to refuse it. The name is busy.
  void Begin(const LogPtr& log, Waiting waiting);
  // What the producer is after the registration.
  absl::StatusOr<RegisteredProducer> Next(Log& log, const Request& request);
  void Write(const LogPtr& log, const RegisteredProducer& producer, Done done);
  absl::StatusOr<Registered> OnWritten(Log& log, RegisteredProducer producer,
                                       const absl::StatusOr<Sequence>& written);
  // The name is free for who waits for it.
  void End(const LogPtr& log, const std::string& name) TSA_EXCLUDES(mutex_);

  // When the roster is full, forgets producers that were not used for long.
  void MakeRoom(const LogPtr& log);
  bool IsIdle(Log& log, const RegisteredProducer& producer, int64_t before_us);
  void Forget(const LogPtr& log, const std::vector<RegisteredProducer>& producers);
  void Delete(const Log& log, const RegisteredProducer& producer, SystemLog::Done done);

  const Options options_;
  SystemLog& system_log_;
  LogStore& store_;
  Clock& clock_;
  TrustedClock& trusted_clock_;

  Mutex mutex_;
  // Who waits for a name whose registration is being written, by the record's key.
  std::map<std::string, std::deque<Waiting>> busy_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog
