#pragma once

#include "base/clock.h"
#include "base/histogram.h"

namespace replog {

// What the committer did since the server started. It counts once for each group, so that a record costs
// nothing; a stage's time counts for every append of the group.
struct CommitCounters {
  Histogram queue_us{kLatencyBoundsUs};  // that the group's oldest append waited
  Histogram encode_us{kLatencyBoundsUs};
  Histogram write_us{kLatencyBoundsUs};  // and sync
  Histogram publish_us{kLatencyBoundsUs};
  Histogram total_us{kLatencyBoundsUs};
  Histogram group_appends{kCountBounds};
  Histogram group_records{kCountBounds};
  Histogram group_bytes{kByteBounds};
  Counter failed_writes;
  Counter recoveries;
};

// Times the stages of one group, one after the other.
class GroupTimer {
 public:
  // `since_us`: from when the oldest of the group's `appends` has waited.
  GroupTimer(Clock& clock, int64_t since_us, size_t appends)
      : clock_(clock), appends_(appends), begin_us_(since_us), stage_us_(since_us) {}

  // A stage ends here, and the next begins. Returns how long it took.
  int64_t EndStage(Histogram& stage) {
    const int64_t now_us = clock_.MonotonicMicros();
    const int64_t took_us = now_us - stage_us_;
    stage.Add(static_cast<uint64_t>(took_us), appends_);
    stage_us_ = now_us;
    return took_us;
  }
  void EndAll(Histogram& total) const { total.Add(static_cast<uint64_t>(stage_us_ - begin_us_), appends_); }

 private:
  Clock& clock_;
  const size_t appends_;
  const int64_t begin_us_;
  int64_t stage_us_;
};

}  // namespace replog
