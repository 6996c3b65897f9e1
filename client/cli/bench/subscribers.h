#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "client/cli/bench/bench_session.h"

namespace replog::cli {

// Subscribers that tail the bench's log, each until it has had its count of new records.
class Subscribers {
 public:
  // `on_record` is called with the subscriber's number; for each subscriber by one thread at a time.
  Subscribers(BenchSession& session, uint64_t records_each,
              std::function<void(size_t subscriber, const client::RecordView&)> on_record);

  // Until each is caught up, and thus will see what is appended from now on.
  void WaitReady();
  // Until each has had its count.
  void WaitDone();

 private:
  struct One {
    uint64_t received = 0;
    uint64_t next = 0;
    bool ready = false;
    std::unique_ptr<client::Subscription> subscription;
  };
  void Start(BenchSession& session, size_t i);
  void Receive(size_t i, const client::RecordView& record);
  void Count(uint64_t& counter) TSA_EXCLUDES(mutex_);
  void WaitFor(const uint64_t& counter) TSA_EXCLUDES(mutex_);

  const uint64_t records_each_;
  const uint64_t first_sequence_;
  const std::function<void(size_t, const client::RecordView&)> on_record_;
  Mutex mutex_;
  CondVar changed_;
  uint64_t ready_ = 0;  // both under mutex_, which Count and WaitFor take
  uint64_t finished_ = 0;
  client::Status failure_ TSA_GUARDED_BY(mutex_);
  std::vector<One> all_;
};

}  // namespace replog::cli
