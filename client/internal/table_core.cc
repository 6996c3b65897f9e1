#include "client/internal/table_core.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace replog::client::internal {
namespace {

wire::RecordView CoveredByDigest(const RecordView& record) {
  wire::RecordView row;
  row.channel = record.channel();
  row.key = *record.key();
  row.sequence = record.sequence();
  row.deleted = record.deleted();
  row.body_kind = static_cast<wire::RecordView::Body>(record.body_kind());
  row.body = record.body();
  return row;
}

Status TooLate(bool ready, uint64_t applied) {
  return {StatusCode::kDeadlineExceeded,
          ready ? "what was waited for did not come in time: the table is at " + std::to_string(applied)
                : "the table was not complete in time"};
}

Status Lost(const Position& wanted, const Position& at) {
  return {StatusCode::kAborted,
          "position: what was before " + std::to_string(wanted.next_sequence) + " in epoch " +
              std::to_string(wanted.epoch) + " was lost; epoch " + std::to_string(at.epoch) +
              " began below it",
          ReasonName(Reason::kForked)};
}

using SteadyClock = std::chrono::steady_clock;

// The end of time instead of a time past it, and now instead of one that is over.
SteadyClock::time_point After(std::chrono::milliseconds timeout) {
  const auto now = SteadyClock::now();
  const auto most = std::chrono::floor<std::chrono::milliseconds>(SteadyClock::time_point::max() - now);
  return timeout < most ? now + std::max(timeout, {}) : SteadyClock::time_point::max();
}

}  // namespace

// ---------------------------------------------------------------------- from the subscription

void TableCore::OnReset() { loading_.emplace(); }

void TableCore::OnRecord(const RecordView& record) {
  if (!loading_) return Apply(record);
  if (!record.key()) return;
  if (auto row = RowOf(record)) {
    loading_->Put(record.channel(), *record.key(), *std::move(row));
  } else {
    loading_->Erase(record.channel(), *record.key());
  }
}

std::optional<TableRow> TableCore::RowOf(const RecordView& record) {
  if (record.deleted()) return std::nullopt;
  return TableRow{decode_(record), record.sequence(), hasher_.Hash(CoveredByDigest(record))};
}

void TableCore::Apply(const RecordView& record) {
  const bool keyed = record.key().has_value();
  auto row = keyed ? RowOf(record) : std::nullopt;
  TableValue after = row ? row->value : nullptr;
  TableValue before;
  {
    MutexLock lock(mutex_);
    if (row) {
      before = rows_.Put(record.channel(), *record.key(), *std::move(row));
    } else if (keyed) {
      before = rows_.Erase(record.channel(), *record.key());
    }
    if (keyed && watched_ && watched_->channel == record.channel()) watched_->changed.emplace(*record.key());
    applied_ = record.sequence() + 1;
    if (waiters_ > 0) moved_.NotifyAll();
  }
  if (before == nullptr && after == nullptr) return;
  Report({record.channel(), *record.key(), std::move(before), std::move(after), record.sequence(), &record});
}

void TableCore::Report(const TableValueChange& change) {
  if (on_change_ && !stopped_) on_change_(change);
}

void TableCore::OnFrame(const FrameInfo& frame) {
  if (loading_) {
    if (frame.table_complete) FinishLoading(frame);
    return;
  }
  MutexLock lock(mutex_);
  MoveTo(frame);
}

void TableCore::MoveTo(const FrameInfo& frame) {
  applied_ = frame.next_sequence;
  if (frame.position != nullptr) position_ = *frame.position;
  moved_.NotifyAll();
}

void TableCore::FinishLoading(const FrameInfo& frame) {
  TableRows rows = *std::exchange(loading_, std::nullopt);
  {
    MutexLock lock(mutex_);
    std::swap(rows_, rows);
    ready_ = true;
    if (watched_) watched_->reloaded = true;
    MoveTo(frame);
  }
  if (on_change_) ReportChanges(rows);
}

// Reads the rows without the lock: nothing changes them but the thread that is here.
void TableCore::ReportChanges(const TableRows& before) {
  CompareRows(
      before, rows_,
      [this](std::string_view channel, std::string_view key, const TableRow* old, const TableRow* now) {
        Report({channel, key, old == nullptr ? nullptr : old->value, now == nullptr ? nullptr : now->value,
                now == nullptr ? old->sequence : now->sequence, nullptr});
      });
}

void TableCore::OnEnd(const Status& status) {
  MutexLock lock(mutex_);
  end_ = status;
  moved_.NotifyAll();
}

// ---------------------------------------------------------------------- from readers

TableValue TableCore::Find(std::string_view channel, std::string_view key) {
  MutexLock lock(mutex_);
  const TableRow* row = rows_.Find(channel, key);
  return row == nullptr ? nullptr : row->value;
}

uint64_t TableCore::ForEach(const TableRows::Visit& visit) {
  MutexLock lock(mutex_);
  rows_.ForEach(visit);
  return applied_;
}

uint64_t TableCore::size() {
  MutexLock lock(mutex_);
  return rows_.size();
}

TableDigests TableCore::Digest() {
  MutexLock lock(mutex_);
  return {applied_, rows_.Digests()};
}

bool TableCore::ready() {
  MutexLock lock(mutex_);
  return ready_;
}

uint64_t TableCore::applied() {
  MutexLock lock(mutex_);
  return applied_;
}

std::optional<Position> TableCore::position() {
  MutexLock lock(mutex_);
  return position_;
}

Status TableCore::status() {
  MutexLock lock(mutex_);
  return end_.value_or(Status());
}

// ---------------------------------------------------------------------- resync

TableCore::RangeSums TableCore::SumRanges(std::string_view channel, const TableRows::KeyRange& range,
                                          size_t parts) {
  MutexLock lock(mutex_);
  size_t keys = 0;
  rows_.ForRange(channel, range, [&keys](const std::string&, const TableRow&) { ++keys; });
  const size_t each = std::max<size_t>(1, (keys + parts - 1) / parts);
  RangeSums sums{applied_, {}, std::vector<wire::TableDigest>(1)};
  rows_.ForRange(channel, range, [&](const std::string& key, const TableRow& row) {
    sums.sums.back().Add(row.hash);
    if (sums.sums.back().keys() < each || sums.sums.size() == parts) return;
    sums.ends.push_back(key);
    sums.sums.emplace_back();
  });
  return sums;
}

uint64_t TableCore::Watch(std::string_view channel) {
  MutexLock lock(mutex_);
  watched_ = {std::string(channel), {}, false};
  return applied_;
}

void TableCore::Unwatch() {
  MutexLock lock(mutex_);
  watched_.reset();
}

std::vector<std::string> TableCore::Mend(std::string_view channel, const TableRows::KeyRange& range,
                                         const std::vector<RecordView>& found, uint64_t since) {
  if (loading_) return {};  // all of it is about to be replaced
  std::vector<std::string> held;
  {
    MutexLock lock(mutex_);
    rows_.ForRange(channel, range, [&held](const std::string& key, const TableRow&) { held.push_back(key); });
  }
  std::set<std::string_view> live;
  for (const RecordView& record : found) live.insert(*record.key());
  std::vector<std::string> mended;
  for (std::string& key : held) {
    if (!live.contains(key) && Drop(channel, key)) mended.push_back(std::move(key));
  }
  for (const RecordView& record : found) {
    if (record.sequence() < since && Replace(record)) mended.emplace_back(*record.key());
  }
  return mended;
}

bool TableCore::MayMend(std::string_view key) {
  return watched_ && !watched_->reloaded && !watched_->changed.contains(key);
}

bool TableCore::Drop(std::string_view channel, const std::string& key) {
  TableValue before;
  uint64_t sequence = 0;
  {
    MutexLock lock(mutex_);
    const TableRow* row = rows_.Find(channel, key);
    if (row == nullptr || !MayMend(key)) return false;
    sequence = row->sequence;
    before = rows_.Erase(channel, key);
  }
  Report({channel, key, std::move(before), nullptr, sequence, nullptr});
  return true;
}

bool TableCore::Replace(const RecordView& record) {
  auto row = RowOf(record);
  TableValue after = row->value;
  TableValue before;
  {
    MutexLock lock(mutex_);
    const TableRow* held = rows_.Find(record.channel(), *record.key());
    if (!MayMend(*record.key()) || (held != nullptr && held->hash == row->hash)) return false;
    before = rows_.Put(record.channel(), *record.key(), *std::move(row));
  }
  Report({record.channel(), *record.key(), std::move(before), std::move(after), record.sequence(), nullptr});
  return true;
}

// ---------------------------------------------------------------------- waits

Status TableCore::Await(std::chrono::milliseconds timeout, const std::function<bool()>& settled) {
  constexpr std::chrono::microseconds kLongestWait = std::chrono::hours(1);  // overflows in no clock
  const auto deadline = After(timeout);
  MutexLock lock(mutex_);
  ++waiters_;
  Status status;
  while (status.ok() && !settled()) {
    const auto left = std::chrono::ceil<std::chrono::microseconds>(deadline - SteadyClock::now());
    if (end_) {
      status = *end_;
    } else if (left.count() <= 0) {
      status = TooLate(ready_, applied_);
    } else {
      moved_.WaitFor(mutex_, std::min(left, kLongestWait));
    }
  }
  --waiters_;
  return status;
}

Status TableCore::WaitReady(std::chrono::milliseconds timeout) {
  return Await(timeout, [this]() TSA_NO_THREAD_SAFETY_ANALYSIS { return ready_; });
}

Status TableCore::WaitUntil(uint64_t sequence, std::chrono::milliseconds timeout) {
  return Await(timeout, [this, sequence]() TSA_NO_THREAD_SAFETY_ANALYSIS { return applied_ > sequence; });
}

// What a log writes after it lost a suffix is of a higher epoch than all that was lost. applied_ may be ahead
// of the position, and by records of a later epoch; so only the position counts.
TableCore::Reach TableCore::ReachOf(const Position& wanted) const {
  if (!position_ || position_->log_uuid != wanted.log_uuid) return Reach::kNotYet;
  const bool far_enough = position_->next_sequence >= wanted.next_sequence;
  // Whether a copy that was restored shares the history up to there, only the log knows.
  if (position_->lineage != wanted.lineage) return far_enough ? Reach::kPassed : Reach::kNotYet;
  if (position_->epoch < wanted.epoch) return Reach::kNotYet;
  if (wanted.next_sequence == 0) return Reach::kReached;
  if (position_->epoch == wanted.epoch) return far_enough ? Reach::kReached : Reach::kNotYet;
  return far_enough ? Reach::kPassed : Reach::kLost;
}

Status TableCore::WaitUntil(const Position& position, std::chrono::milliseconds timeout,
                            const AskHistory& ask) {
  Reach reach = Reach::kNotYet;
  Position at;
  Status status = Await(timeout, [&]() TSA_NO_THREAD_SAFETY_ANALYSIS {
    reach = ReachOf(position);
    if (reach != Reach::kNotYet) at = *position_;
    return reach != Reach::kNotYet;
  });
  if (!status.ok() || reach == Reach::kReached) return status;
  return reach == Reach::kLost ? Lost(position, at) : ask(position);
}

}  // namespace replog::client::internal
