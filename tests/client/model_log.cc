#include "tests/client/model_log.h"

#include <algorithm>

namespace replog::client {
namespace {

const grpc::Status kBroken(grpc::StatusCode::UNAVAILABLE, "broken");

v1::Position Message(const Position& position) {
  v1::Position message;
  message.set_log_uuid(position.log_uuid);
  message.set_lineage(position.lineage);
  message.set_epoch(position.epoch);
  message.set_next_sequence(position.next_sequence);
  return message;
}

}  // namespace

// One stream, which looks at the log anew for each frame. Used with the log's lock held.
class ModelLog::Stream {
 public:
  Stream(ModelLog& log, const v1::SubscribeRequest& request)
      : log_(log), breaks_(log.breaks_), table_(request.table()) {
    next_ = table_ ? log.now_.records.size() : request.from_position().next_sequence();
    table_end_ = next_;
    if (!table_) refusal_ = Check(request.from_position());
  }

  // The next frame; waits while there is nothing to say. Its end otherwise.
  std::optional<v1::SubscribeResponse> Next(grpc::Status& end) TSA_NO_THREAD_SAFETY_ANALYSIS {
    const uint64_t start = table_ ? table_end_ : next_;
    for (;; log_.changed_.Wait(log_.mutex_)) {
      end = kBroken;
      if (log_.closed_ || breaks_ != log_.breaks_) return std::nullopt;
      end = refusal_;
      if (start < log_.first_kept_) end = ErrorWithReason(grpc::StatusCode::OUT_OF_RANGE, "BELOW_FIRST_KEPT");
      if (!end.ok()) return std::nullopt;
      if (table_ || next_ < log_.now_.records.size() || !said_any_) return Make();
    }
  }

 private:
  grpc::Status Check(const v1::Position& position) const {
    if (position.log_uuid() != log_.now_.uuid) return ErrorWithReason(grpc::StatusCode::ABORTED, "WRONG_LOG");
    const bool known = position.next_sequence() <= log_.now_.records.size() &&
                       PositionIn(log_.now_, position.next_sequence()).epoch == position.epoch();
    return known ? grpc::Status() : ErrorWithReason(grpc::StatusCode::ABORTED, "FORKED");
  }

  v1::SubscribeResponse Make() {
    v1::SubscribeResponse frame;
    const uint64_t most = log_.Pick(0, 12);
    table_ ? AddRows(frame, most) : AddRecords(frame, std::max<uint64_t>(most, 1));
    if (!table_ && complete_pending_ && next_ >= table_end_) {
      complete_pending_ = false;
      frame.set_table_complete(true);
    }
    frame.set_next_sequence(next_);
    frame.set_committed_end(log_.now_.records.size());
    frame.set_caught_up(next_ == log_.now_.records.size());
    *frame.mutable_position() = Message(PositionIn(log_.now_, next_));
    said_any_ = true;
    return frame;
  }

  // As many rows as fit, of those that were not written again since.
  void AddRows(v1::SubscribeResponse& frame, uint64_t most) {
    const Rows rows = RowsOf(log_.now_, log_.now_.records.size());
    auto row = rows.upper_bound(place_);
    for (; row != rows.end() && most > 0; ++row, --most) {
      place_ = row->first;
      if (row->second.sequence >= table_end_) continue;
      Add(frame, row->second.sequence);
    }
    if (row != rows.end()) return;
    table_ = false;
    complete_pending_ = true;
    table_end_ = log_.now_.records.size();
  }

  void AddRecords(v1::SubscribeResponse& frame, uint64_t most) {
    for (; next_ < log_.now_.records.size() && most > 0; ++next_, --most) Add(frame, next_);
  }

  void Add(v1::SubscribeResponse& frame, uint64_t sequence) const {
    const Written& written = log_.now_.records[sequence];
    v1::Record& record = *frame.add_records();
    record.set_sequence(sequence);
    record.set_channel(written.channel);
    if (written.key) record.set_key(*written.key);
    if (written.text) record.set_text(*written.text);
    record.set_deleted(written.key && !written.text);
  }

  ModelLog& log_;
  const uint64_t breaks_;
  grpc::Status refusal_;
  bool table_;  // its rows are being given
  bool complete_pending_ = false;
  bool said_any_ = false;
  std::pair<std::string, std::string> place_;  // the last key looked at
  uint64_t next_ = 0;
  uint64_t table_end_ = 0;  // while its rows are given: as of which sequence; then: where it is complete
};

Position ModelLog::Append(const std::string& channel, const std::optional<std::string>& key,
                          const std::optional<std::string>& text) {
  MutexLock lock(mutex_);
  now_.records.push_back({channel, key, text});
  changed_.NotifyAll();
  return PositionIn(now_, now_.records.size());
}

void ModelLog::Trim(uint64_t sequence) {
  MutexLock lock(mutex_);
  first_kept_ = std::max(first_kept_, sequence);
  changed_.NotifyAll();
}

void ModelLog::Break() {
  MutexLock lock(mutex_);
  ++breaks_;
  changed_.NotifyAll();
}

void ModelLog::Fork(uint64_t end) {
  MutexLock lock(mutex_);
  past_.push_back(now_);
  now_.records.resize(end);
  while (now_.epochs.back().second > end) now_.epochs.pop_back();
  now_.epochs.emplace_back(past_.back().epochs.back().first + 1, end);
  first_kept_ = std::min(first_kept_, end);
  ++breaks_;
  changed_.NotifyAll();
}

void ModelLog::Recreate() {
  MutexLock lock(mutex_);
  past_.push_back(now_);
  now_ = {.uuid = "log-" + std::to_string(past_.size()), .records = {}};
  first_kept_ = 0;
  ++breaks_;
  changed_.NotifyAll();
}

void ModelLog::set_break_percent(int percent) {
  MutexLock lock(mutex_);
  break_percent_ = static_cast<uint64_t>(percent);
}

void ModelLog::Close() {
  MutexLock lock(mutex_);
  closed_ = true;
  changed_.NotifyAll();
}

uint64_t ModelLog::end() {
  MutexLock lock(mutex_);
  return now_.records.size();
}

Position ModelLog::position() {
  MutexLock lock(mutex_);
  return PositionIn(now_, now_.records.size());
}

ModelLog::Rows ModelLog::RowsAt(uint64_t sequence) {
  MutexLock lock(mutex_);
  return RowsOf(now_, sequence);
}

std::vector<ModelLog::Rows> ModelLog::RowsOfEveryHistoryAt(uint64_t sequence) {
  MutexLock lock(mutex_);
  std::vector<Rows> all;
  if (now_.records.size() >= sequence) all.push_back(RowsOf(now_, sequence));
  for (const History& history : past_) {
    if (history.records.size() >= sequence) all.push_back(RowsOf(history, sequence));
  }
  return all;
}

grpc::Status ModelLog::Serve(const v1::SubscribeRequest& request, FakeServer::SubscribeWriter& writer) {
  std::optional<Stream> stream;
  grpc::Status end;
  for (;;) {
    std::optional<v1::SubscribeResponse> frame;
    {
      MutexLock lock(mutex_);
      if (!stream) stream.emplace(*this, request);
      frame = stream->Next(end);
      if (frame && Pick(1, 100) <= break_percent_) return kBroken;
    }
    if (!frame || !writer.Write(*frame)) return end;
  }
}

ModelLog::Rows ModelLog::RowsOf(const History& history, uint64_t sequence) {
  Rows rows;
  for (uint64_t i = 0; i < sequence; ++i) {
    const auto& [channel, key, text] = history.records[i];
    if (!key) continue;
    if (text) {
      rows[{channel, *key}] = {i, *text};
    } else {
      rows.erase({channel, *key});
    }
  }
  return rows;
}

Position ModelLog::PositionIn(const History& history, uint64_t next) {
  uint64_t epoch = 0;
  for (const auto& [number, first] : history.epochs) {
    if (next > first) epoch = number;
  }
  return {history.uuid, 0, epoch, next};
}

uint64_t ModelLog::Pick(uint64_t low, uint64_t high) {
  return std::uniform_int_distribution<uint64_t>(low, high)(random_);
}

}  // namespace replog::client
