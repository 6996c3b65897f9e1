#include "server/core/subscription_driver.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"

namespace replog {
namespace {

// Jittered, so that ten thousand idle streams do not all speak at once.
int64_t RandomBookmarkInterval() {
  static thread_local std::minstd_rand random(std::random_device{}());
  return std::uniform_int_distribution<int64_t>(5'000'000, 13'000'000)(random);
}

}  // namespace

SubscriptionDriver::~SubscriptionDriver() {
  if (log_ == nullptr) return;
  --log_->subscribers;
  --service_.subscribers();
}

void SubscriptionDriver::Open(LogPtr log) {
  log_ = std::move(log);
  ++log_->subscribers;
  ++service_.subscribers();
}

void SubscriptionDriver::BeginAsNode(const NodeRegistry::Registration& registration, const std::string& peer,
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

void SubscriptionDriver::BeginFrom(const Start& start, Subscription::Options options) {
  if (!std::holds_alternative<FromTime>(start)) {
    return BeginAt(ResolveStart(start, *log_, service_.store()), std::move(options));
  }
  service_.blocking().Post([self = shared_from_this(), start, options = std::move(options)] {
    self->BeginAt(ResolveStart(start, *self->log_, self->service_.store()), options);
  });
}

void SubscriptionDriver::BeginAt(const absl::StatusOr<Sequence>& start, Subscription::Options options) {
  if (!start.ok()) return EndWith(start.status());
  options.start = log_->PositionAt(*start);
  options.bookmark_interval_us = RandomBookmarkInterval();
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

void SubscriptionDriver::EndWith(const absl::Status& status) {
  MutexLock lock(mutex_);
  FinishOnce(status);
}

void SubscriptionDriver::FinishOnce(const absl::Status& status) {
  if (finished_) return;
  finished_ = true;
  // A log that nobody appends to would keep the stream for ever.
  if (log_ != nullptr) log_->tail().CancelWait(shared_from_this());
  if (session_ != nullptr) service_.nodes().Disconnect(*log_, node_, *session_);
  Finish(status);
}

void SubscriptionDriver::Pump() {
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

void SubscriptionDriver::SetCaughtUpTimer() {
  const auto at_us = subscription_->caught_up_at_us();
  if (!at_us || std::exchange(caught_up_timer_set_, true)) return;
  // Keeps the stream alive while it runs, and not before.
  service_.timers().Schedule(*at_us, std::shared_ptr<Timed>(shared_from_this(), &caught_up_timer_));
}

int64_t SubscriptionDriver::CaughtUpTimer::OnTime(int64_t /*now_us*/) {
  MutexLock lock(driver.mutex_);
  driver.caught_up_timer_set_ = false;
  driver.Pump();
  return 0;
}

void SubscriptionDriver::ReadStore() {
  reading_ = true;
  // Of what a filter reads, little is left; fewer and longer reads then.
  constexpr size_t kFilteredReadBytes = 1 << 20;
  const size_t wanted = subscription_->filter().all() ? subscription_->max_frame_bytes() : kFilteredReadBytes;
  const size_t bytes = service_.ColdReadBytes(wanted);
  service_.cold_reader().Read(
      log_->number(), subscription_->next(), subscription_->read_until(), bytes, subscription_->filter(),
      [self = shared_from_this()](absl::StatusOr<ChunkRun> run) { self->OnStore(std::move(run)); });
}

void SubscriptionDriver::ReadTable() {
  reading_ = true;
  TableScan scan = subscription_->table_scan();
  scan.max_bytes = service_.ColdReadBytes(scan.max_bytes);
  service_.blocking().Post([self = shared_from_this(), scan = std::move(scan)] {
    self->OnTable(self->service_.store().ReadTable(self->log_->number(), scan));
  });
}

void SubscriptionDriver::OnTable(absl::StatusOr<TableSlice> slice) {
  MutexLock lock(mutex_);
  reading_ = false;
  if (log_->deleted) slice = MakeError(Reason::kLogNotFound, "the log was deleted");
  const Tail& tail = log_->tail();
  subscription_->OnTable(std::move(slice), tail.committed_end(), tail.first_kept(), log_->epoch());
  Pump();
}

void SubscriptionDriver::OnStore(absl::StatusOr<ChunkRun> run) {
  MutexLock lock(mutex_);
  reading_ = false;
  // The store has nothing of a deleted log, which must not look like a log where nothing matches.
  if (log_->deleted) run = MakeError(Reason::kLogNotFound, "the log was deleted");
  const Epoch epoch = run.ok() ? log_->PositionAt(run->next).epoch : 0;
  subscription_->OnStore(std::move(run), log_->tail().first_kept(), epoch);
  Pump();
}

void SubscriptionDriver::Send() {
  Frame frame = subscription_->TakeFrame(service_.clock().MonotonicMicros());
  if (session_ != nullptr) TellSession(frame);
  log_->counters.frames_sent.Add();
  log_->counters.records_sent.Add(frame.record_count);
  log_->counters.bytes_sent.Add(frame.record_bytes);
  writing_ = true;
  SendFrame(std::move(frame));
  // A table's rows are dear to read: one slice ahead, so that the disk and the network both have work.
  if (subscription_->reading_table()) ReadTable();
}

void SubscriptionDriver::TellSession(const Frame& frame) {
  session_->next_sequence = frame.next_sequence;
  if (subscription_->resumable()) session_->sent = frame.next_sequence;
  if (frame.caught_up) session_->tailing = true;
}

void SubscriptionDriver::OnSent(bool ok) {
  MutexLock lock(mutex_);
  writing_ = false;
  if (!ok) subscription_->End(MakeError(Reason::kCancelled, "the client is gone"));
  Pump();
}

void SubscriptionDriver::EndFrameAt(Sequence checkpoint) {
  MutexLock lock(mutex_);
  // One that has not begun does not answer; it is connected just now.
  if (subscription_ == nullptr) return;
  subscription_->EndFrameAt(checkpoint, log_->PositionAt(checkpoint).epoch);
  Pump();
}

void SubscriptionDriver::Supersede() {
  End(MakeError(Reason::kSuperseded,
                absl::StrCat("node: a newer stream has the name \"", Excerpt(node_), "\" now"),
                {{"node", node_}}));
}

void SubscriptionDriver::End(const absl::Status& status) {
  MutexLock lock(mutex_);
  if (subscription_ == nullptr) {
    ended_early_.Update(status);
    return;
  }
  subscription_->End(status);
  Pump();
}

void SubscriptionDriver::AskToAcknowledge(Sequence target) {
  MutexLock lock(mutex_);
  if (subscription_ == nullptr) {
    asked_early_.Add(target);
    return;
  }
  subscription_->AskToAcknowledge(target);
  Pump();
}

void SubscriptionDriver::OnTail() {
  MutexLock lock(mutex_);
  subscription_->OnWake();
  Pump();
}

int64_t SubscriptionDriver::OnTime(int64_t now_us) {
  MutexLock lock(mutex_);
  if (finished_) return 0;
  Pump();
  // A frame that is stuck with a reader that does not read is not helped by another.
  constexpr int64_t kSoonestUs = 1'000'000;
  return std::max(subscription_->bookmark_at_us(), now_us + kSoonestUs);
}

}  // namespace replog
