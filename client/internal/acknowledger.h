#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "client/backoff.h"
#include "client/internal/acknowledge_plan.h"
#include "client/internal/transport.h"
#include "client/status.h"

namespace replog::client::internal {

// Acknowledges what a node has applied, as its plan says, in calls of its own: nobody who reports waits for
// one. What fails is made again after a back-off, for as long as the subscription lives.
//
//   open ── Finish ──> finishing: one last acknowledgement ──> closed: `done` is called
//
// Thread Safety: every member may be called from many threads.
class Acknowledger final : public std::enable_shared_from_this<Acknowledger> {
 public:
  Acknowledger(std::shared_ptr<Transport> transport, std::string log, std::string node,
               const AcknowledgePlan::Pace& pace);
  ~Acknowledger();
  Acknowledger(const Acknowledger&) = delete;
  Acknowledger& operator=(const Acknowledger&) = delete;

  using Urgency = AcknowledgePlan::Urgency;
  // Everything before `next` is applied.
  void Applied(uint64_t next, Urgency urgency) TSA_EXCLUDES(mutex_);
  // The same, and the digests as of exactly there.
  void Answer(CheckpointAnswer answer) TSA_EXCLUDES(mutex_);
  // What was applied so far is void.
  void Restart() TSA_EXCLUDES(mutex_);

  // Once: acknowledges what is left, if that can be done within kFinishPatience, and calls `done`, possibly
  // at once. Without `last_words` nothing is acknowledged any more.
  void Finish(bool last_words, std::function<void()> done) TSA_EXCLUDES(mutex_);

  // What the server has answered last, and how the newest attempt ended.
  std::optional<uint64_t> cursor() TSA_EXCLUDES(mutex_);
  Status status() TSA_EXCLUDES(mutex_);

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kFinishPatience{2'000};
  struct Call;

  // Makes the acknowledgement that is due, or has itself woken when one is.
  void Pump() TSA_EXCLUDES(mutex_);
  std::shared_ptr<Call> NextCall() TSA_REQUIRES(mutex_);
  std::shared_ptr<Call> MakeCall(const AcknowledgePlan::Acknowledgement& what) TSA_REQUIRES(mutex_);
  void Start(const std::shared_ptr<Call>& call);
  void OnAnswer(std::shared_ptr<Call> call, const Status& status) TSA_EXCLUDES(mutex_);
  void ScheduleWake() TSA_REQUIRES(mutex_);
  void GiveUp() TSA_EXCLUDES(mutex_);

  const std::string log_;
  const std::string node_;

  Mutex mutex_;
  std::shared_ptr<Transport> transport_ TSA_GUARDED_BY(mutex_);  // until it is closed
  AcknowledgePlan plan_ TSA_GUARDED_BY(mutex_);
  Backoff backoff_ TSA_GUARDED_BY(mutex_);
  std::shared_ptr<Call> call_ TSA_GUARDED_BY(mutex_);  // under way
  std::optional<Clock::time_point> wake_ TSA_GUARDED_BY(mutex_);
  std::optional<uint64_t> cursor_ TSA_GUARDED_BY(mutex_);
  Status status_ TSA_GUARDED_BY(mutex_);
  bool last_words_ TSA_GUARDED_BY(mutex_) = true;
  std::function<void()> done_ TSA_GUARDED_BY(mutex_);  // set: finishing
};

}  // namespace replog::client::internal
