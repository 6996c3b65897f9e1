#include "server/core/subscription.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "proto/wire/record_view.h"
#include "server/core/start.h"

namespace replog {

Subscription::Subscription(Options options, int64_t now_us)
    : options_(std::move(options)),
      next_(options_.start.next_sequence),
      epoch_(options_.start.epoch),
      reading_table_(options_.table),
      bookmark_at_us_(now_us + options_.bookmark_interval_us) {
  // Stopping before the start is stopping at it: next_sequence never goes back.
  if (options_.until) options_.until = std::max(*options_.until, next_);
}

Subscription::Step Subscription::Next(int64_t now_us) {
  if (!ended_ && reading_table_) {
    return records_.empty() && now_us < bookmark_at_us_ ? Step::kReadTable : Step::kSend;
  }
  // Even a stream that ends where it begins says where the log stands.
  if (!ended_ && !sent_any_ && !heard_of_end_ && chunks_.empty() && records_.empty() && !behind_) {
    return Step::kAskTail;
  }
  if (!ended_) Fill();
  if (!Gather() && (!records_.empty() || (!ended_ && SomethingToSay(now_us)))) return Step::kSend;
  if (ended_ || UntilReached()) return Step::kFinish;
  if (waiting_) return Step::kWait;
  if (behind_) return Step::kReadStore;
  return Step::kAskTail;
}

// A frame for every few records of a scattered channel would cost more than finding them.
bool Subscription::Gather() const {
  constexpr size_t kWorthSending = 32 << 10;
  constexpr int kMostReads = 16;
  return !records_.empty() && chunks_.empty() &&
         records_.bytes() < std::min(kWorthSending, options_.max_frame_bytes) && reads_gathered_ > 0 &&
         reads_gathered_ < kMostReads && !waiting_ && !ended_ && !UntilReached() && !AtCheckpoint() &&
         !options_.filter.all();
}

bool Subscription::SomethingToSay(int64_t now_us) const {
  if (TableComplete() || AcknowledgeHere() || AtCheckpoint()) return true;
  if (UntilReached()) return !sent_any_ || sent_next_ != next_;
  if (AtEnd() && !sent_caught_up_) return true;
  if (const auto due_us = caught_up_at_us(); due_us && now_us >= *due_us) return true;
  return now_us >= bookmark_at_us_ && heard_of_end_;
}

std::optional<int64_t> Subscription::caught_up_at_us() const {
  if (ended_ || !AtEnd() || next_ == sent_next_) return std::nullopt;
  return sent_at_us_ + kCaughtUpSpacingUs;
}

void Subscription::OnTail(TailAnswer answer) {
  committed_end_ = answer.committed_end;
  first_kept_ = answer.first_kept;
  heard_of_end_ = true;
  if (answer.kind == TailAnswer::Kind::kClosed) return End(std::move(answer.closed));
  if (next_ < first_kept_) return End(TrimmedAway(next_, first_kept_));
  waiting_ = answer.kind == TailAnswer::Kind::kWait;
  behind_ = answer.kind == TailAnswer::Kind::kBehind;
  if (answer.kind == TailAnswer::Kind::kBatch) {
    reads_gathered_ = 0;
    chunks_end_ = answer.chunks.back()->end();
    chunks_epoch_ = answer.chunks.back()->epoch();
    chunks_.insert(chunks_.end(), std::make_move_iterator(answer.chunks.begin()),
                   std::make_move_iterator(answer.chunks.end()));
  }
}

void Subscription::OnStore(absl::StatusOr<ChunkRun> answer, Sequence first_kept, Epoch epoch) {
  if (ended_) return;
  behind_ = false;
  heard_of_end_ = false;
  ++reads_gathered_;
  first_kept_ = first_kept;
  if (next_ < first_kept_) return End(TrimmedAway(next_, first_kept_));
  if (!answer.ok()) return End(answer.status());
  chunks_end_ = answer->next;
  chunks_epoch_ = epoch;
  chunks_.insert(chunks_.end(), std::make_move_iterator(answer->chunks.begin()),
                 std::make_move_iterator(answer->chunks.end()));
  if (chunks_.empty()) PassToChunksEnd();
}

TableScan Subscription::table_scan() const {
  TableScan scan;
  scan.after = table_place_;
  scan.filter = options_.filter;
  // What was written since comes from the log.
  scan.before_sequence = options_.start.next_sequence;
  scan.max_bytes = options_.max_frame_bytes;
  return scan;
}

void Subscription::EndInNewEpoch() {
  End(MakeError(Reason::kRecovering, "the store was recovered while the table was read: begin it again"));
}

void Subscription::OnTable(absl::StatusOr<TableSlice> answer, Sequence committed_end, Sequence first_kept,
                           Epoch epoch) {
  if (ended_) return;
  committed_end_ = committed_end;
  first_kept_ = first_kept;
  // What the table was passed over for is in the log no more.
  if (next_ < first_kept_) return End(TrimmedAway(next_, first_kept_));
  if (!answer.ok()) return End(answer.status());
  if (epoch != options_.table_epoch) return EndInNewEpoch();
  const auto records = std::make_shared<const std::string>(std::move(answer->records));
  records_.Add(records, *records, answer->count);
  passed_over_end_ = std::max(passed_over_end_, answer->passed_over_end);
  table_place_ = std::move(answer->end);
  if (!answer->complete) return;
  reading_table_ = false;
  // The store has a record a moment before it is committed.
  table_end_ = std::max(committed_end, passed_over_end_);
  // A part of a table is of use to nobody.
  if (options_.until) options_.until = std::max(*options_.until, *table_end_);
}

void Subscription::EndFrameAt(Sequence checkpoint, Epoch epoch) {
  if (ended_ || checkpoint < next_ || !resumable() || UntilReached()) return;
  checkpoint_ = checkpoint;
  checkpoint_epoch_ = epoch;
}

void Subscription::PassTo(Sequence next, Epoch epoch) {
  if (next_ >= next) return;
  const bool stop = checkpoint_ && next_ <= *checkpoint_ && *checkpoint_ < next;
  next_ = stop ? *checkpoint_ : next;
  epoch_ = stop ? checkpoint_epoch_ : epoch;
}

// On with what was stopped at it.
void Subscription::LeaveCheckpoint() {
  checkpoint_.reset();
  if (chunks_.empty()) PassToChunksEnd();
}

void Subscription::PassToChunksEnd() { PassTo(chunks_end_, chunks_epoch_); }

void Subscription::End(absl::Status status) {
  if (ended_) return;
  ended_ = true;
  status_ = std::move(status);
  chunks_.clear();
}

void Subscription::Fill() {
  while (!chunks_.empty() && !UntilReached() && !AtCheckpoint()) {
    if (checkpoint_ && chunks_.front()->first() >= *checkpoint_)
      return PassTo(*checkpoint_, checkpoint_epoch_);
    if (table_end_ && chunks_.front()->epoch() > options_.table_epoch) return EndInNewEpoch();
    if (!TakeFrom(chunks_.front())) return;
    chunks_.pop_front();
    if (chunks_.empty()) PassToChunksEnd();
  }
  if (!UntilReached()) return;
  chunks_.clear();
  next_ = *options_.until;
}

bool Subscription::TakeFrom(const ChunkPtr& chunk) {
  const auto coverage = options_.filter.CoverageOf(*chunk);
  if (coverage == ChannelFilter::Coverage::kNone) {
    next_ = std::max(next_, chunk->end());
    epoch_ = chunk->epoch();
    return true;
  }
  const bool whole = coverage == ChannelFilter::Coverage::kWhole && next_ <= chunk->first() &&
                     (!options_.until || chunk->end() <= *options_.until) &&
                     records_.bytes() + chunk->records().size() <= options_.max_frame_bytes;
  if (!whole) return TakeRecords(chunk);
  records_.Add(chunk, chunk->records(), chunk->header().count);
  next_ = chunk->end();
  epoch_ = chunk->epoch();
  return true;
}

bool Subscription::TakeRecords(const ChunkPtr& chunk) {
  wire::RecordsReader reader(chunk->records());
  std::string_view encoded;
  const char* run = nullptr;  // where adjacent records to send begin
  size_t run_bytes = 0;
  size_t run_count = 0;
  const auto close_run = [&] {
    if (run != nullptr) records_.Add(chunk, {run, run_bytes}, run_count);
    run = nullptr;
    run_bytes = run_count = 0;
  };
  const char* entry = reader.rest().data();
  bool full = false;
  for (Sequence sequence = chunk->first(); reader.Next(encoded); ++sequence) {
    const char* const begin = entry;
    entry = reader.rest().data();
    if (sequence < next_) continue;
    if (options_.until && sequence >= *options_.until) break;
    if (options_.filter.Matches(options_.filter.all() ? std::string_view() : wire::ChannelOf(encoded))) {
      const auto size = static_cast<size_t>(entry - begin);
      const size_t pending = records_.bytes() + run_bytes;
      full = pending > 0 && pending + size > options_.max_frame_bytes;
      if (full) break;
      if (run == nullptr) run = begin;
      run_bytes += size;
      ++run_count;
    } else {
      close_run();
    }
    next_ = sequence + 1;
    epoch_ = chunk->epoch();
  }
  close_run();
  return !full;
}

Frame Subscription::TakeFrame(int64_t now_us) {
  Frame frame;
  frame.record_count = records_.count();
  frame.record_bytes = records_.bytes();
  frame.records = records_.Finish();
  records_ = FrameRecords();
  reads_gathered_ = 0;
  frame.next_sequence = next_;
  frame.committed_end = committed_end_;
  frame.caught_up = AtEnd();
  frame.table_complete = TableComplete();
  if (frame.table_complete) table_end_.reset();
  frame.acknowledge = AcknowledgeHere();
  frame.digest_checkpoint = AtCheckpoint();
  if (frame.acknowledge) acknowledge_.DropBefore(next_);
  if (!sent_any_ || epoch_ != sent_epoch_) {
    frame.position = options_.start;
    frame.position->epoch = epoch_;
    frame.position->next_sequence = next_;
  }
  if (!sent_any_ || first_kept_ != sent_first_kept_) frame.first_kept = first_kept_;
  sent_any_ = true;
  sent_at_us_ = now_us;
  sent_caught_up_ = frame.caught_up;
  sent_next_ = next_;
  sent_epoch_ = epoch_;
  sent_first_kept_ = first_kept_;
  bookmark_at_us_ = now_us + options_.bookmark_interval_us;
  if (frame.digest_checkpoint) LeaveCheckpoint();
  return frame;
}

}  // namespace replog
