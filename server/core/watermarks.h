#pragma once

#include <cstdio>
#include <cstdlib>

#include "storage/model/types.h"

namespace replog {

// How far a log has come, stage by stage. Each is a bound: the first sequence that has not reached the stage.
// Distinct types, so that one is never passed for another.
struct AssignedEnd {
  Sequence value = 0;
};  // has a sequence
struct WrittenEnd {
  Sequence value = 0;
};  // given to the store
struct DurableEnd {
  Sequence value = 0;
};  // synced, if the log asks for it
struct CommittedEnd {
  Sequence value = 0;
};  // may be shown to readers and acknowledged

// The four of one log, and the one place that knows their order. Not thread-safe: the committer's.
class Watermarks {
 public:
  // All four at the end of what the store holds.
  explicit Watermarks(Sequence end) : assigned_{end}, written_{end}, durable_{end}, committed_{end} {}

  void Advance(AssignedEnd to) { Move(assigned_, to); }
  void Advance(WrittenEnd to) { Move(written_, to); }
  void Advance(DurableEnd to) { Move(durable_, to); }
  void Advance(CommittedEnd to) { Move(committed_, to); }

  AssignedEnd assigned() const { return assigned_; }
  WrittenEnd written() const { return written_; }
  DurableEnd durable() const { return durable_; }
  CommittedEnd committed() const { return committed_; }

 private:
  template <typename Mark>
  void Move(Mark& mark, Mark to) {
    const bool forward = to.value >= mark.value;
    mark = to;
    const bool ordered = assigned_.value >= written_.value && written_.value >= durable_.value &&
                         durable_.value >= committed_.value;
    // A log that acknowledges or shows what is not durable must not go on for one more record.
    if (!forward || !ordered) {
      std::fprintf(
          stderr, "watermarks out of order: assigned %llu written %llu durable %llu committed %llu\n",
          static_cast<unsigned long long>(assigned_.value), static_cast<unsigned long long>(written_.value),
          static_cast<unsigned long long>(durable_.value), static_cast<unsigned long long>(committed_.value));
      std::abort();
    }
  }

  AssignedEnd assigned_;
  WrittenEnd written_;
  DurableEnd durable_;
  CommittedEnd committed_;
};

}  // namespace replog
