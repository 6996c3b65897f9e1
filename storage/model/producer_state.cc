#include "storage/model/producer_state.h"

#include <algorithm>

#include "proto/wire/varint.h"

namespace replog {
namespace {

constexpr size_t kBitsEach = 2;
constexpr size_t kEachByte = 8 / kBitsEach;
constexpr uint64_t kStateFormat = 1;

size_t OutcomeBytes(const ProducerState& state) {
  size_t bytes = 0;
  for (const auto& run : state.runs) bytes += run.outcomes.size();
  return bytes;
}

void Forget(ProducerState& state) {
  size_t bytes = OutcomeBytes(state);
  auto keep = state.runs.begin();
  while (state.runs.end() - keep > 1 &&
         (static_cast<size_t>(state.runs.end() - keep) > ProducerState::kMaxRuns ||
          bytes > ProducerState::kMaxOutcomeBytes)) {
    bytes -= keep->outcomes.size();
    ++keep;
  }
  state.runs.erase(state.runs.begin(), keep);
}

bool TakeString(std::string_view& data, std::string& out) {
  uint64_t size = 0;
  if (!wire::TakeVarint(data, size) || size > data.size()) return false;
  out = data.substr(0, size);
  data.remove_prefix(size);
  return true;
}

}  // namespace

std::string PackOutcomes(const std::vector<BatchOutcome>& outcomes) {
  const auto written = [](BatchOutcome outcome) { return outcome == BatchOutcome::kWritten; };
  if (std::all_of(outcomes.begin(), outcomes.end(), written)) return {};
  std::string packed((outcomes.size() + kEachByte - 1) / kEachByte, '\0');
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const auto bits = static_cast<unsigned>(outcomes[i]) << (i % kEachByte * kBitsEach);
    packed[i / kEachByte] = static_cast<char>(static_cast<unsigned char>(packed[i / kEachByte]) | bits);
  }
  return packed;
}

BatchOutcome UnpackOutcome(std::string_view packed, size_t index) {
  if (index / kEachByte >= packed.size()) return BatchOutcome::kWritten;
  const auto byte = static_cast<unsigned char>(packed[index / kEachByte]);
  return static_cast<BatchOutcome>(byte >> (index % kEachByte * kBitsEach) & 3u);
}

void ProducerState::Apply(const wire::ProducerStamp& stamp, Sequence log_first, int64_t batch_time_us) {
  epoch = stamp.epoch;
  time_us = batch_time_us;
  next = stamp.first_sequence + stamp.count;
  Run* last = runs.empty() ? nullptr : &runs.back();
  const bool follows = last != nullptr && last->outcomes.empty() && stamp.outcomes.empty() &&
                       last->log_first + last->count == log_first;
  if (follows) {
    last->count += stamp.count;
  } else {
    runs.push_back({stamp.first_sequence, stamp.count, log_first, stamp.outcomes});
    Forget(*this);
  }
}

std::vector<ProducerState::Outcome> ProducerState::OutcomesOf(uint64_t first, uint64_t count) const {
  std::vector<Outcome> outcomes;
  outcomes.reserve(count);
  const uint64_t end = first + count;
  for (const Run& run : runs) {
    if (run.first + run.count <= first) continue;
    if (run.first >= end) break;
    // Without outcomes the place follows from the number; with them it takes counting.
    uint64_t number = run.outcomes.empty() ? std::max(run.first, first) : run.first;
    Sequence sequence = run.log_first + (number - run.first);
    for (; number < std::min(end, run.first + run.count); ++number) {
      const BatchOutcome kind = UnpackOutcome(run.outcomes, number - run.first);
      const bool written = kind == BatchOutcome::kWritten;
      if (number >= first) outcomes.push_back({kind, written ? sequence : 0});
      sequence += written ? 1 : 0;
    }
  }
  return outcomes;
}

std::string EncodeProducerState(const ProducerState& state) {
  std::string encoded;
  const auto add = [&](uint64_t value) { wire::AppendVarint(encoded, value); };
  add(kStateFormat);
  add(state.epoch);
  add(static_cast<uint64_t>(state.time_us));
  add(state.oldest());
  add(state.runs.size());
  Sequence before = 0;
  for (const auto& run : state.runs) {
    add(run.count);
    add(run.log_first - before);
    add(run.outcomes.size());
    encoded += run.outcomes;
    before = run.log_first;
  }
  return encoded;
}

std::optional<ProducerState> DecodeProducerState(std::string_view encoded) {
  ProducerState state;
  uint64_t format = 0, time_us = 0, runs = 0;
  if (!wire::TakeVarint(encoded, format) || format != kStateFormat) return {};
  if (!wire::TakeVarint(encoded, state.epoch) || !wire::TakeVarint(encoded, time_us) ||
      !wire::TakeVarint(encoded, state.next) || !wire::TakeVarint(encoded, runs)) {
    return {};
  }
  state.time_us = static_cast<int64_t>(time_us);
  Sequence before = 0;
  for (; runs > 0; --runs) {
    ProducerState::Run run;
    run.first = state.next;
    if (!wire::TakeVarint(encoded, run.count) || !wire::TakeVarint(encoded, run.log_first) ||
        !TakeString(encoded, run.outcomes)) {
      return {};
    }
    run.log_first += before;
    before = run.log_first;
    if (run.count == 0 || state.next + run.count < state.next) return {};
    state.next += run.count;
    state.runs.push_back(std::move(run));
  }
  if (!encoded.empty()) return {};
  return state;
}

}  // namespace replog
