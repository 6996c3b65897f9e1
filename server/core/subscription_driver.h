#pragma once

#include <memory>
#include <optional>
#include <string>

#include "server/core/asked_targets.h"
#include "server/core/log_service.h"
#include "server/core/start.h"
#include "server/core/subscription.h"

namespace replog {

// Drives a Subscription, moving frames from a log to a transport, which derives from it. At most one frame is
// in flight; the next is made when the transport has taken it, so a reader that does not read costs one
// frame, or two while it gets the table, and nobody waits for it.
//
// Held by its transport; the tail, the timers and a read under way may keep it alive a little longer.
// Thread-safe.
class SubscriptionDriver : public TailWaiter,
                           public Timed,
                           public NodeStream,
                           public std::enable_shared_from_this<SubscriptionDriver> {
 public:
  ~SubscriptionDriver() override;
  SubscriptionDriver(const SubscriptionDriver&) = delete;
  SubscriptionDriver& operator=(const SubscriptionDriver&) = delete;

  // Ends the stream as soon as no frame is in flight.
  void End(const absl::Status& status) TSA_EXCLUDES(mutex_);

  void OnTail() override TSA_EXCLUDES(mutex_);
  int64_t OnTime(int64_t now_us) override TSA_EXCLUDES(mutex_);
  void AskToAcknowledge(Sequence target) override TSA_EXCLUDES(mutex_);
  void EndFrameAt(Sequence checkpoint) override TSA_EXCLUDES(mutex_);
  void Supersede() override TSA_EXCLUDES(mutex_);

 protected:
  // `service` must outlive the driver.
  explicit SubscriptionDriver(LogService& service) : service_(service) {}

  // --- what the transport does; each is called with the driver's lock, on any thread

  // Sends a frame, and calls OnSent when it is taken.
  virtual void SendFrame(Frame frame) = 0;
  // Ends, once: nothing is sent any more.
  virtual void Finish(const absl::Status& status) = 0;

  // --- what the transport calls

  // Counts a subscriber of `log`; before the others.
  void Open(LogPtr log);
  // Begins once the node is registered.
  void BeginAsNode(const NodeRegistry::Registration& registration, const std::string& peer,
                   const Start& start, Subscription::Options options);
  void BeginFrom(const Start& start, Subscription::Options options) TSA_EXCLUDES(mutex_);
  void BeginAt(const absl::StatusOr<Sequence>& start, Subscription::Options options) TSA_EXCLUDES(mutex_);
  // Ends what has not begun.
  void EndWith(const absl::Status& status) TSA_EXCLUDES(mutex_);
  // The frame is taken; not `ok`: the client is gone.
  void OnSent(bool ok) TSA_EXCLUDES(mutex_);

  LogService& service() { return service_; }
  // Null before Open.
  const LogPtr& log() const { return log_; }

 private:
  // Wakes the stream when it has to say that it is caught up again: a timer beside that of the bookmarks,
  // which goes on from one to the next.
  struct CaughtUpTimer final : Timed {
    explicit CaughtUpTimer(SubscriptionDriver& owner) : driver(owner) {}
    int64_t OnTime(int64_t now_us) override;
    SubscriptionDriver& driver;
  };

  // Does what the subscription says until it has to wait for somebody.
  void Pump() TSA_REQUIRES(mutex_);
  void ReadStore() TSA_REQUIRES(mutex_);
  void ReadTable() TSA_REQUIRES(mutex_);
  void OnTable(absl::StatusOr<TableSlice> slice) TSA_EXCLUDES(mutex_);
  void OnStore(absl::StatusOr<ChunkRun> run) TSA_EXCLUDES(mutex_);
  void Send() TSA_REQUIRES(mutex_);
  void TellSession(const Frame& frame) TSA_REQUIRES(mutex_);
  void SetCaughtUpTimer() TSA_REQUIRES(mutex_);
  void FinishOnce(const absl::Status& status) TSA_REQUIRES(mutex_);

  LogService& service_;
  LogPtr log_;                            // constant once begun
  std::string node_;                      // so too; empty: no node
  std::shared_ptr<NodeSession> session_;  // so too
  CaughtUpTimer caught_up_timer_{*this};

  Mutex mutex_;
  std::unique_ptr<Subscription> subscription_ TSA_GUARDED_BY(mutex_);  // null before BeginAt
  absl::Status ended_early_ TSA_GUARDED_BY(mutex_);                    // why it is to end before it began
  AskedTargets asked_early_ TSA_GUARDED_BY(mutex_);
  bool writing_ TSA_GUARDED_BY(mutex_) = false;
  bool reading_ TSA_GUARDED_BY(mutex_) = false;
  bool finished_ TSA_GUARDED_BY(mutex_) = false;
  bool caught_up_timer_set_ TSA_GUARDED_BY(mutex_) = false;
};

}  // namespace replog
