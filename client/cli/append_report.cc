#include "client/cli/append_report.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "client/cli/human_format.h"

namespace replog::cli {
namespace {

constexpr size_t kMaxLinesNamed = 100;

}  // namespace

using client::AppendFate;
using client::BatchOutcome;

void AppendReport::SetLine(uint64_t index, uint64_t line) {
  MutexLock lock(mutex_);
  if (lines_.empty() || lines_.back().second + (index - lines_.back().first) != line)
    lines_.emplace_back(index, line);
}

void AppendReport::Add(const BatchOutcome& outcome) {
  MutexLock lock(mutex_);
  if (outcome.fate == AppendFate::kAcknowledged) {
    acknowledged_ += outcome.count;
    if (outcome.places.empty()) AddAppended(outcome.first_sequence, outcome.count);
    for (size_t i = 0; i < outcome.places.size(); ++i) AddPlace(outcome.first_index + i, outcome.places[i]);
    return;
  }
  if (!failures_.empty()) {
    Failure& last = failures_.back();
    const bool same = last.fate == outcome.fate && last.status.ToString() == outcome.status.ToString();
    if (same && last.first_index + last.count == outcome.first_index) {
      last.count += outcome.count;
      return;
    }
  }
  failures_.push_back({outcome.fate, outcome.first_index, outcome.count, outcome.status});
}

void AppendReport::AddPlace(uint64_t index, const client::RecordPlace& place) {
  duplicates_ += place.duplicate ? 1 : 0;
  if (place.sequence == client::kUnknownSequence) return;
  if (!place.duplicate) return AddAppended(place.sequence, 1);
  if (!highest_place_ || place.sequence > *highest_place_) {
    highest_place_ = place.sequence;
    return;
  }
  if (used_id_lines_.size() < kMaxLinesNamed) used_id_lines_.push_back(LineOf(index));
  ++used_ids_;
}

void AppendReport::AddAppended(uint64_t first, uint64_t count) {
  if (!first_sequence_) first_sequence_ = first;
  last_sequence_ = first + count - 1;
  highest_place_ = last_sequence_;
}

uint64_t AppendReport::acknowledged() const {
  MutexLock lock(mutex_);
  return acknowledged_;
}

bool AppendReport::all_acknowledged() const {
  MutexLock lock(mutex_);
  return failures_.empty();
}

std::string AppendReport::LinesOfUsedIds() const {
  MutexLock lock(mutex_);
  if (used_ids_ == 0) return {};
  const uint64_t more = used_ids_ - used_id_lines_.size();
  std::string text = used_ids_ == 1 ? "line " : "lines ";
  for (size_t i = 0; i < used_id_lines_.size(); ++i) {
    const bool last = i + 1 == used_id_lines_.size() && more == 0;
    if (i > 0) text += last ? " and " : ", ";
    text += std::to_string(used_id_lines_[i]);
  }
  return more == 0 ? text : text + " and " + std::to_string(more) + " more";
}

client::Status AppendReport::first_failure() const {
  MutexLock lock(mutex_);
  return failures_.empty() ? client::Status() : failures_.front().status;
}

std::string AppendReport::Human(double seconds, uint64_t skipped) const {
  MutexLock lock(mutex_);
  const uint64_t appended = acknowledged_ - duplicates_;
  std::string text = "appended " + WithSeparators(appended) + (appended == 1 ? " record" : " records");
  if (first_sequence_) {
    text += *first_sequence_ == last_sequence_
                ? ", sequence " + WithSeparators(*first_sequence_)
                : ", sequences " + WithSeparators(*first_sequence_) + " to " + WithSeparators(last_sequence_);
  }
  if (duplicates_ > 0) text += "; " + WithSeparators(duplicates_) + " were there before";
  if (skipped > 0) text += "; " + WithSeparators(skipped) + " were appended before and skipped";
  char time[64];
  std::snprintf(time, sizeof(time), ", in %.2f s", seconds);
  text += time;
  if (seconds > 0 && acknowledged_ > 1) {
    text +=
        " (" + WithSeparators(static_cast<uint64_t>(static_cast<double>(acknowledged_) / seconds)) + "/s)";
  }
  text += '\n';
  for (const Failure& failure : failures_) {
    text += std::string(FateName(failure.fate)) + ": line " + std::to_string(LineOf(failure.first_index));
    if (failure.count > 1)
      text += " to line " + std::to_string(LineOf(failure.first_index + failure.count - 1));
    AppendPrintable(text, ": " + failure.status.ToString());
    text += '\n';
  }
  return text;
}

std::string AppendReport::Json(double seconds, uint64_t skipped) const {
  MutexLock lock(mutex_);
  nlohmann::ordered_json line{{"acknowledged", acknowledged_},
                              {"rejected", Count(AppendFate::kRejected)},
                              {"unknown", Count(AppendFate::kUnknown)}};
  if (duplicates_ > 0) line["duplicates"] = duplicates_;
  if (used_ids_ > 0) line["used_ids"] = used_ids_;
  if (skipped > 0) line["skipped"] = skipped;
  if (first_sequence_) {
    line["first_sequence"] = *first_sequence_;
    line["last_sequence"] = last_sequence_;
  }
  line["seconds"] = seconds;
  for (const Failure& failure : failures_) {
    line["failures"].push_back({{"fate", FateName(failure.fate)},
                                {"first_line", LineOf(failure.first_index)},
                                {"last_line", LineOf(failure.first_index + failure.count - 1)},
                                {"status", failure.status.ToString()}});
  }
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

uint64_t AppendReport::LineOf(uint64_t index) const {
  const auto after =
      std::upper_bound(lines_.begin(), lines_.end(), index,
                       [](uint64_t wanted, const auto& entry) { return wanted < entry.first; });
  if (after == lines_.begin()) return index + 1;
  return std::prev(after)->second + (index - std::prev(after)->first);
}

uint64_t AppendReport::Count(AppendFate fate) const {
  uint64_t count = 0;
  for (const Failure& failure : failures_) count += failure.fate == fate ? failure.count : 0;
  return count;
}

}  // namespace replog::cli
