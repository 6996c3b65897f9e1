#include "server/rpc/subscribe_stream.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"
#include "server/api/convert.h"
#include "server/core/names.h"
#include "server/rpc/buffers.h"
#include "server/rpc/status_map.h"

namespace replog {
namespace {

// Jittered, so that ten thousand idle streams do not all speak at once.
int64_t RandomBookmarkInterval() {
  static thread_local std::minstd_rand random(std::random_device{}());
  return std::uniform_int_distribution<int64_t>(5'000'000, 13'000'000)(random);
}

// Nullopt when the subscriber is no node.
absl::StatusOr<std::optional<NodeRegistry::Registration>> ToRegistration(
    const v1::SubscribeRequest& request) {
  if (request.node().empty()) {
    if (request.fleet().empty()) return std::nullopt;
    return MakeError(Reason::kInvalidField, "fleet: needs `node`", {{"field", "fleet"}});
  }
  if (auto status = CheckNodeName(request.node(), "node"); !status.ok()) return status;
  if (!request.fleet().empty()) {
    if (auto status = CheckNodeName(request.fleet(), "fleet"); !status.ok()) return status;
  }
  return NodeRegistry::Registration{
      request.node(), request.fleet(), {request.channels().begin(), request.channels().end()}};
}

absl::StatusOr<size_t> FrameBytes(uint32_t wanted) {
  if (wanted == 0) return kDefaultFrameBytes;
  if (wanted >= kMinFrameBytes && wanted <= kMaxFrameBytes) return wanted;
  return MakeError(
      Reason::kInvalidField,
      absl::StrCat("max_frame_bytes: is ", wanted, ", the range is ", kMinFrameBytes, " to ", kMaxFrameBytes),
      {{"field", "max_frame_bytes"}, {"value", std::to_string(wanted)}});
}

}  // namespace

SubscribeStream* SubscribeStream::Create(LogService& service, const std::string& peer,
                                         const grpc::ByteBuffer& request) {
  std::shared_ptr<SubscribeStream> stream(new SubscribeStream(service));
  stream->self_ = stream;
  if (const auto status = stream->Begin(peer, request); !status.ok()) stream->EndWith(status);
  return stream.get();
}

SubscribeStream::~SubscribeStream() {
  if (log_ == nullptr) return;
  --log_->subscribers;
  --service_.subscribers();
}

absl::Status SubscribeStream::Begin(const std::string& peer, const grpc::ByteBuffer& buffer) {
  v1::SubscribeRequest request;
  if (auto status = Parse(buffer, request); !status.ok()) return status;
  const auto registration = ToRegistration(request);
  if (!registration.ok()) return registration.status();
  Subscription::Options options;
  const auto frame_bytes = FrameBytes(request.max_frame_bytes());
  if (!frame_bytes.ok()) return frame_bytes.status();
  options.max_frame_bytes = *frame_bytes;
  auto filter = ToFilter(request.channels(), service_.options().limits);
  if (!filter.ok()) return filter.status();
  options.filter = *std::move(filter);
  if (request.has_until_sequence()) options.until = request.until_sequence();
  options.bookmark_interval_us = RandomBookmarkInterval();
  options.table = request.table();
  const auto start = ToStart(request);
  if (!start.ok()) return start.status();
  // Nobody but the server follows the server's own log as a node: each acknowledgement would be a record of
  // it.
  auto log = registration->has_value() ? service_.logs().FindForChange(request.log())
                                       : service_.logs().Find(request.log());
  if (!log.ok()) return log.status();
  log_ = *std::move(log);
  ++log_->subscribers;
  ++service_.subscribers();
  if (registration->has_value()) {
    Register(**registration, peer, *start, std::move(options));
  } else {
    BeginFrom(*start, std::move(options));
  }
  return absl::OkStatus();
}

void SubscribeStream::Register(const NodeRegistry::Registration& registration, const std::string& peer,
                               const Start& start, Subscription::Options options) {
  node_ = registration.node;
  session_ = std::make_shared<NodeSession>();
  session_->stream = weak_from_this();
  session_->address = peer;
  service_.nodes().Connect(
      log_, registration, session_,
      [self = shared_from_this(), start,
       options = std::move(options)](const absl::StatusOr<NodeRecord>& node) {
        if (!node.ok()) return self->EndWith(node.status());
        const bool from_cursor = std::holds_alternative<FromCursor>(start) && node->cursor.has_value();
        self->BeginFrom(from_cursor ? Start(FromPosition{*node->cursor}) : start, options);
      });
}

void SubscribeStream::BeginFrom(const Start& start, Subscription::Options options) {
  if (!std::holds_alternative<FromTime>(start)) {
    return BeginAt(ResolveStart(start, *log_, service_.store()), std::move(options));
  }
  service_.blocking().Post([self = shared_from_this(), start, options = std::move(options)] {
    self->BeginAt(ResolveStart(start, *self->log_, self->service_.store()), options);
  });
}

void SubscribeStream::BeginAt(const absl::StatusOr<Sequence>& start, Subscription::Options options) {
  if (!start.ok()) return EndWith(start.status());
  options.start = log_->PositionAt(*start);
  options.table_epoch = log_->epoch();
  // What a table's node had before is of no account: it begins with nothing.
  if (session_ != nullptr && !options.table) service_.nodes().BeginAt(*log_, node_, *session_, *start);
  const int64_t now_us = service_.clock().MonotonicMicros();
  MutexLock lock(mutex_);
  subscription_ = std::make_unique<Subscription>(std::move(options), now_us);
  for (const Sequence target : asked_early_.all()) subscription_->AskToAcknowledge(target);
  if (!ended_early_.ok()) subscription_->End(ended_early_);
  service_.timers().Schedule(subscription_->bookmark_at_us(), weak_from_this());
  Pump();
}

void SubscribeStream::EndWith(const absl::Status& status) {
  MutexLock lock(mutex_);
  FinishOnce(status);
}

void SubscribeStream::FinishOnce(const absl::Status& status) {
  if (finished_) return;
  finished_ = true;
  // A log that nobody appends to would keep the stream for ever.
  if (log_ != nullptr) log_->tail().CancelWait(shared_from_this());
  if (session_ != nullptr) service_.nodes().Disconnect(*log_, node_, *session_);
  Finish(ToGrpcStatus(status));
}

void SubscribeStream::Pump() {
  while (!writing_ && !reading_ && !finished_) {
    switch (subscription_->Next(service_.clock().MonotonicMicros())) {
      case Subscription::Step::kAskTail:
        subscription_->OnTail(
            log_->tail().Read(subscription_->next(), subscription_->max_frame_bytes(), shared_from_this()));
        break;
      case Subscription::Step::kReadTable:
        ReadTable();
        break;
      case Subscription::Step::kReadStore:
        ReadStore();
        break;
      case Subscription::Step::kSend:
        Send();
        break;
      case Subscription::Step::kWait:
        return SetCaughtUpTimer();
      case Subscription::Step::kFinish:
        FinishOnce(subscription_->status());
    }
  }
}

void SubscribeStream::SetCaughtUpTimer() {
  const auto at_us = subscription_->caught_up_at_us();
  if (!at_us || std::exchange(caught_up_timer_set_, true)) return;
  // Keeps the stream alive while it runs, and not before.
  service_.timers().Schedule(*at_us, std::shared_ptr<Timed>(shared_from_this(), &caught_up_timer_));
}

int64_t SubscribeStream::CaughtUpTimer::OnTime(int64_t /*now_us*/) {
  MutexLock lock(stream.mutex_);
  stream.caught_up_timer_set_ = false;
  stream.Pump();
  return 0;
}

void SubscribeStream::ReadStore() {
  reading_ = true;
  // Of what a filter reads, little is left; fewer and longer reads then.
  constexpr size_t kFilteredReadBytes = 1 << 20;
  const size_t wanted = subscription_->filter().all() ? subscription_->max_frame_bytes() : kFilteredReadBytes;
  const size_t bytes = service_.ColdReadBytes(wanted);
  service_.cold_reader().Read(
      log_->number(), subscription_->next(), subscription_->read_until(), bytes, subscription_->filter(),
      [self = shared_from_this()](absl::StatusOr<ChunkRun> run) { self->OnStore(std::move(run)); });
}

void SubscribeStream::ReadTable() {
  reading_ = true;
  TableScan scan = subscription_->table_scan();
  scan.max_bytes = service_.ColdReadBytes(scan.max_bytes);
  service_.blocking().Post([self = shared_from_this(), scan = std::move(scan)] {
    self->OnTable(self->service_.store().ReadTable(self->log_->number(), scan));
  });
}

void SubscribeStream::OnTable(absl::StatusOr<TableSlice> slice) {
  MutexLock lock(mutex_);
  reading_ = false;
  if (log_->deleted) slice = MakeError(Reason::kLogNotFound, "the log was deleted");
  const Tail& tail = log_->tail();
  subscription_->OnTable(std::move(slice), tail.committed_end(), tail.first_kept(), log_->epoch());
  Pump();
}

void SubscribeStream::OnStore(absl::StatusOr<ChunkRun> run) {
  MutexLock lock(mutex_);
  reading_ = false;
  // The store has nothing of a deleted log, which must not look like a log where nothing matches.
  if (log_->deleted) run = MakeError(Reason::kLogNotFound, "the log was deleted");
  const Epoch epoch = run.ok() ? log_->PositionAt(run->next).epoch : 0;
  subscription_->OnStore(std::move(run), log_->tail().first_kept(), epoch);
  Pump();
}

void SubscribeStream::Send() {
  Frame frame = subscription_->TakeFrame(service_.clock().MonotonicMicros());
  v1::SubscribeResponse rest;
  rest.set_next_sequence(frame.next_sequence);
  rest.set_committed_end(frame.committed_end);
  rest.set_caught_up(frame.caught_up);
  rest.set_table_complete(frame.table_complete);
  rest.set_acknowledge(frame.acknowledge);
  if (frame.digest_checkpoint) rest.set_digest_checkpoint(frame.next_sequence);
  if (frame.position) FillPosition(*frame.position, *rest.mutable_position());
  if (frame.first_kept) rest.set_first_kept_sequence(*frame.first_kept);
  if (session_ != nullptr) {
    session_->next_sequence = frame.next_sequence;
    if (subscription_->resumable()) session_->sent = frame.next_sequence;
    if (frame.caught_up) session_->tailing = true;
  }
  log_->counters.frames_sent.Add();
  log_->counters.records_sent.Add(frame.record_count);
  log_->counters.bytes_sent.Add(frame.record_bytes);
  outgoing_ = Concatenate(std::move(frame.records), rest);
  writing_ = true;
  StartWrite(&outgoing_);
  // A table's rows are dear to read: one slice ahead, so that the disk and the network both have work.
  if (subscription_->reading_table()) ReadTable();
}

void SubscribeStream::OnWriteDone(bool ok) {
  MutexLock lock(mutex_);
  writing_ = false;
  outgoing_.Clear();  // an idle stream holds no frame
  if (!ok) subscription_->End(MakeError(Reason::kCancelled, "the client is gone"));
  Pump();
}

void SubscribeStream::OnCancel() { End(MakeError(Reason::kCancelled, "the client is gone")); }

void SubscribeStream::EndFrameAt(Sequence checkpoint) {
  MutexLock lock(mutex_);
  // One that has not begun does not answer; it is connected just now.
  if (subscription_ == nullptr) return;
  subscription_->EndFrameAt(checkpoint, log_->PositionAt(checkpoint).epoch);
  Pump();
}

void SubscribeStream::Supersede() {
  End(MakeError(Reason::kSuperseded,
                absl::StrCat("node: a newer stream has the name \"", Excerpt(node_), "\" now"),
                {{"node", node_}}));
}

void SubscribeStream::End(const absl::Status& status) {
  MutexLock lock(mutex_);
  if (subscription_ == nullptr) {
    ended_early_.Update(status);
    return;
  }
  subscription_->End(status);
  Pump();
}

void SubscribeStream::AskToAcknowledge(Sequence target) {
  MutexLock lock(mutex_);
  if (subscription_ == nullptr) {
    asked_early_.Add(target);
    return;
  }
  subscription_->AskToAcknowledge(target);
  Pump();
}

void SubscribeStream::OnTail() {
  MutexLock lock(mutex_);
  subscription_->OnWake();
  Pump();
}

int64_t SubscribeStream::OnTime(int64_t now_us) {
  MutexLock lock(mutex_);
  if (finished_) return 0;
  Pump();
  // A frame that is stuck with a reader that does not read is not helped by another.
  constexpr int64_t kSoonestUs = 1'000'000;
  return std::max(subscription_->bookmark_at_us(), now_us + kSoonestUs);
}

}  // namespace replog
