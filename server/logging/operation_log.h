#pragma once

#include <atomic>

#include "server/core/call_observer.h"
#include "server/core/group_report.h"
#include "server/logging/line_limiter.h"

namespace replog {

// Writes into the log what an operator should know of operations: those that failed by the server's fault,
// were denied, or took long; at debug all of them. So many lines a second of each sort, with a count of those
// that were not written. Thread-safe.
class OperationLog final : public CallObserver {
 public:
  // An operation is slow that takes longer than `slow_us`. `clock` must outlive it.
  OperationLog(Clock& clock, int64_t slow_us);

  void SetSlow(int64_t slow_us) { slow_us_ = slow_us; }

  bool Wants(absl::StatusCode code, int64_t took_us) const override;
  void OnEnded(const EndedCall& call) override;
  // See Committer::Options::on_group.
  void OnGroup(const GroupReport& group);

 private:
  bool IsSlow(int64_t took_us) const { return took_us > slow_us_.load(std::memory_order_relaxed); }

  std::atomic<int64_t> slow_us_;
  LineLimiter failed_;
  LineLimiter denied_;
  LineLimiter slow_;
};

}  // namespace replog
