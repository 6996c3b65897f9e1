#pragma once

#include <optional>
#include <thread>

#include "tests/faults/crash/gate.h"
#include "tests/faults/crash/ledger.h"
#include "tests/faults/support/log_client.h"

namespace replog::testing {

// Reads a log from its beginning and resumes, after each break, from the position that it was last told.
// Every record must follow the one before, across all breaks, and goes into the ledger.
class LoadSubscriber {
 public:
  // Everything must outlive the subscriber.
  LoadSubscriber(const std::string& address, Ledger& ledger, Gate& gate);
  // The gate must be finished and the server gone, or Cancel called.
  ~LoadSubscriber() { thread_.join(); }

  // Ends its stream.
  void Cancel() TSA_EXCLUDES(mutex_);
  // How far it has read; grows by what a trim took from under it, too.
  Counter& next() { return next_; }

 private:
  void Run();
  void Subscribe();
  void Take(const v1::SubscribeResponse& frame);
  v1::SubscribeRequest Request() const;
  // What a stream ended with, when that was not the server's death.
  void Ended(const grpc::Status& status);
  void AdvanceTo(uint64_t next) { next_.Add(next - next_.value()); }

  Ledger& ledger_;
  Gate& gate_;
  LogClient client_;
  Counter next_;
  std::optional<v1::Position> position_;  // as it was told, but for next_sequence
  Mutex mutex_;
  grpc::ClientContext* context_ TSA_GUARDED_BY(mutex_) = nullptr;
  bool cancelled_ TSA_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace replog::testing
