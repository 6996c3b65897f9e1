#pragma once

#include <grpcpp/support/server_callback.h>

#include <memory>
#include <string>

#include "server/core/asked_targets.h"
#include "server/core/log_service.h"
#include "server/core/start.h"
#include "server/core/subscription.h"

namespace replog {

// One Subscribe call: drives a Subscription, moving bytes between the log and the transport. At most one
// frame is in flight; the next is made when the transport has taken it, so a reader that does not read costs
// one frame, or two while it gets the table, and nobody waits for it.
//
// Owns itself from Create to OnDone; the tail, the timers and a read under way may keep it alive a little
// longer.
class SubscribeStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                              public TailWaiter,
                              public Timed,
                              public NodeStream,
                              public std::enable_shared_from_this<SubscribeStream> {
 public:
  // `service` must outlive every call of the server.
  static SubscribeStream* Create(LogService& service, const std::string& peer,
                                 const grpc::ByteBuffer& request);
  ~SubscribeStream() override;

  void OnWriteDone(bool ok) override TSA_EXCLUDES(mutex_);
  void OnCancel() override TSA_EXCLUDES(mutex_);
  void OnDone() override { const auto last = std::move(self_); }
  void OnTail() override TSA_EXCLUDES(mutex_);
  int64_t OnTime(int64_t now_us) override TSA_EXCLUDES(mutex_);
  void AskToAcknowledge(Sequence target) override TSA_EXCLUDES(mutex_);
  void EndFrameAt(Sequence checkpoint) override TSA_EXCLUDES(mutex_);
  void Supersede() override TSA_EXCLUDES(mutex_);

 private:
  // Wakes the stream when it has to say that it is caught up again: a timer beside that of the bookmarks,
  // which goes on from one to the next.
  struct CaughtUpTimer final : Timed {
    explicit CaughtUpTimer(SubscribeStream& owner) : stream(owner) {}
    int64_t OnTime(int64_t now_us) override;
    SubscribeStream& stream;
  };

  explicit SubscribeStream(LogService& service) : service_(service) {}
  // Reads the request and begins, or fails.
  absl::Status Begin(const std::string& peer, const grpc::ByteBuffer& request);
  // Begins once the node is registered.
  void Register(const NodeRegistry::Registration& registration, const std::string& peer, const Start& start,
                Subscription::Options options);
  void BeginFrom(const Start& start, Subscription::Options options) TSA_EXCLUDES(mutex_);
  void End(const absl::Status& status) TSA_EXCLUDES(mutex_);
  void BeginAt(const absl::StatusOr<Sequence>& start, Subscription::Options options) TSA_EXCLUDES(mutex_);
  void EndWith(const absl::Status& status) TSA_EXCLUDES(mutex_);
  // Does what the subscription says until it has to wait for somebody.
  void Pump() TSA_REQUIRES(mutex_);
  void ReadStore() TSA_REQUIRES(mutex_);
  void ReadTable() TSA_REQUIRES(mutex_);
  void OnTable(absl::StatusOr<TableSlice> slice) TSA_EXCLUDES(mutex_);
  void OnStore(absl::StatusOr<ChunkRun> run) TSA_EXCLUDES(mutex_);
  void Send() TSA_REQUIRES(mutex_);
  void SetCaughtUpTimer() TSA_REQUIRES(mutex_);
  void FinishOnce(const absl::Status& status) TSA_REQUIRES(mutex_);

  LogService& service_;
  LogPtr log_;                            // constant once begun
  std::string node_;                      // so too; empty: no node
  std::shared_ptr<NodeSession> session_;  // so too
  std::shared_ptr<SubscribeStream> self_;
  grpc::ByteBuffer outgoing_;  // gRPC's while writing_
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
