#pragma once

#include <grpcpp/support/server_callback.h>

#include <deque>
#include <memory>
#include <optional>

#include "server/auth/used_channels.h"
#include "server/core/log_service.h"
#include "server/rpc/gate.h"
#include "server/rpc/stoppable.h"

namespace replog {

// One AppendStream call. Requests are given to the committer as they come; answers leave in the order of the
// requests. Back-pressure is not reading: while too much of this stream is under way, or the log's queue is
// full, the next request stays in the transport.
//
// Owns itself from Create to OnDone; what is under way with the committer keeps it alive too.
class AppendStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                           public Stoppable,
                           public std::enable_shared_from_this<AppendStream> {
 public:
  // `service`, `gate` and `streams` must outlive every call of the server.
  static AppendStream* Create(LogService& service, const Gate& gate,
                              const grpc::CallbackServerContext& context, StreamRegistry& streams);

  void OnReadDone(bool ok) override TSA_EXCLUDES(mutex_);
  void OnWriteDone(bool ok) override TSA_EXCLUDES(mutex_);
  void OnCancel() override TSA_EXCLUDES(mutex_);
  void OnDone() override;
  void Stop() override TSA_EXCLUDES(mutex_);

 private:
  // Of one stream's requests and unsent answers; a single larger request is let through.
  static constexpr size_t kMaxUnderWayBytes = 8 << 20;
  // What a request costs beside its bytes, however small it is.
  static constexpr size_t kSlotOverhead = 512;

  // One request's place in the order of answers.
  struct Slot {
    std::optional<grpc::ByteBuffer> answer;
    size_t bytes = 0;  // what it holds, until the answer is written
  };

  AppendStream(LogService& service, StreamRegistry& streams, CallOrigin origin, Connections::Call under_way)
      : service_(service),
        streams_(streams),
        origin_(std::make_shared<const CallOrigin>(std::move(origin))),
        under_way_(std::move(under_way)) {}
  // Who appends, and that it may; and goes on asking that while the stream is open.
  absl::Status Admit(const Gate& gate, const grpc::CallbackServerContext& context) TSA_EXCLUDES(mutex_);
  // Judges by the grants as they are now, from now on.
  absl::Status SetCaller(const Caller& now) TSA_EXCLUDES(mutex_);
  void Remember(const AppendRequest& request) TSA_REQUIRES(mutex_);
  // Ends the stream with `status`, with what was begun on it answered.
  void StopWith(const absl::Status& status) TSA_EXCLUDES(mutex_);
  void Take(std::string encoded) TSA_REQUIRES(mutex_);
  void Submit(PendingAppend append) TSA_REQUIRES(mutex_);
  void OnRoom() TSA_EXCLUDES(mutex_);
  void Answer(uint64_t ticket, const absl::StatusOr<Appended>& outcome) TSA_EXCLUDES(mutex_);
  void AnswerLocked(uint64_t ticket, const absl::StatusOr<Appended>& outcome) TSA_REQUIRES(mutex_);
  // Takes the first slot out of the order.
  Slot PopSlot() TSA_REQUIRES(mutex_);
  // Starts whatever can be started.
  void Pump() TSA_REQUIRES(mutex_);

  LogService& service_;
  StreamRegistry& streams_;
  const std::shared_ptr<const CallOrigin> origin_;  // of all of its appends
  const Connections::Call under_way_;
  std::shared_ptr<AppendStream> self_;
  grpc::ByteBuffer incoming_;  // gRPC's while reading_
  grpc::ByteBuffer outgoing_;  // gRPC's while writing_
  std::unique_ptr<AccessControl::Watch> watch_;

  Mutex mutex_;
  StreamSlot slot_ TSA_GUARDED_BY(mutex_);
  std::optional<Caller> caller_ TSA_GUARDED_BY(mutex_);  // set once it was admitted
  UsedChannels used_ TSA_GUARDED_BY(mutex_);
  std::deque<Slot> slots_ TSA_GUARDED_BY(mutex_);
  uint64_t first_ticket_ TSA_GUARDED_BY(mutex_) = 0;  // of slots_.front()
  size_t under_way_bytes_ TSA_GUARDED_BY(mutex_) = 0;
  std::optional<PendingAppend> parked_ TSA_GUARDED_BY(mutex_);  // waits for room in the log's queue
  bool reading_ TSA_GUARDED_BY(mutex_) = false;
  bool writing_ TSA_GUARDED_BY(mutex_) = false;
  bool no_more_reads_ TSA_GUARDED_BY(mutex_) = false;
  bool broken_ TSA_GUARDED_BY(mutex_) = false;  // the client is gone: answers go nowhere
  bool finished_ TSA_GUARDED_BY(mutex_) = false;
  absl::Status end_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog
