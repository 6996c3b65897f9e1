#pragma once

#include <cstddef>
#include <set>

#include "storage/model/types.h"

namespace replog {

// The records that a stream's reader is to acknowledge once it was sent them. Bounded, for a reader that does
// not read while barriers come and go: too many, and the smallest is dropped, which the acknowledgement of
// the next larger covers. Not thread-safe.
class AskedTargets {
 public:
  static constexpr size_t kMost = 64;

  void Add(Sequence target) {
    targets_.insert(target);
    if (targets_.size() > kMost) targets_.erase(targets_.begin());
  }
  // Whether a reader that was sent everything before `next` is to acknowledge it.
  bool AnyBefore(Sequence next) const { return !targets_.empty() && *targets_.begin() < next; }
  void DropBefore(Sequence next) { targets_.erase(targets_.begin(), targets_.lower_bound(next)); }
  const std::set<Sequence>& all() const { return targets_; }

 private:
  std::set<Sequence> targets_;
};

}  // namespace replog
