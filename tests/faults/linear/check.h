#pragma once

#include <map>
#include <sstream>

#include "tests/faults/linear/search.h"

namespace replog::linear {

// Far more than what an honest history takes, which is about one step for each call.
inline constexpr uint64_t kMaxSteps = 300'000;

// What was wrong with a history: which object, and the shortest part of it that is already wrong.
struct Finding {
  Verdict verdict = Verdict::kLinearizable;
  std::string object;
  std::string text;
};

// The history as it was known when its first `answers` answers had come.
template <typename Model>
History<Model> Prefix(const History<Model>& calls, size_t answers) {
  std::vector<int64_t> times;
  for (const auto& call : calls) {
    if (call.answer) times.push_back(call.answered);
  }
  std::sort(times.begin(), times.end());
  const int64_t until = answers == 0 ? INT64_MIN : times[answers - 1];
  History<Model> prefix;
  for (auto call : calls) {
    if (call.invoked > until) continue;
    if (call.answered > until) {
      call.answered = kNever;
      call.answer.reset();
    }
    prefix.push_back(std::move(call));
  }
  return prefix;
}

// The shortest prefix that is not linearizable, of calls that are not: with each answer less it is.
template <typename Model>
History<Model> ShortestWrong(const History<Model>& calls, uint64_t max_steps = kMaxSteps) {
  size_t right = 0;
  auto wrong = static_cast<size_t>(
      std::count_if(calls.begin(), calls.end(), [](const auto& call) { return call.answer.has_value(); }));
  while (right + 1 < wrong) {
    const size_t middle = (right + wrong) / 2;
    const bool is_wrong = Search<Model>(Prefix(calls, middle), max_steps).Run() == Verdict::kNotLinearizable;
    (is_wrong ? wrong : right) = middle;
  }
  return Prefix(calls, wrong);
}

// The last calls of a history, one on each line, in the order in which they were answered.
template <typename Model>
std::string Text(History<Model> calls, size_t lines = 25) {
  std::stable_sort(calls.begin(), calls.end(),
                   [](const auto& a, const auto& b) { return a.answered < b.answered; });
  std::ostringstream text;
  // Those without an answer are part of the story however long ago they were made.
  const auto answered = static_cast<size_t>(
      std::count_if(calls.begin(), calls.end(), [](const auto& call) { return call.answer.has_value(); }));
  const size_t from = answered > lines ? answered - lines : 0;
  if (from > 0) text << "  … " << from << " answered calls before\n";
  for (size_t i = from; i < calls.size(); ++i) {
    const auto& call = calls[i];
    text << "  client " << call.client << " [" << call.invoked / 1000 << " µs, ";
    if (call.answer) {
      text << call.answered / 1000 << " µs] " << Model::Text(call.request) << " -> "
           << Model::Text(*call.answer) << "\n";
    } else {
      text << "…] " << Model::Text(call.request) << " -> no answer\n";
    }
  }
  return text.str();
}

// Checks a history object by object: it is linearizable exactly when each object's part is. Returns the first
// finding, or that there is none.
template <typename Model>
Finding Check(const History<Model>& history, uint64_t max_steps = kMaxSteps) {
  std::map<std::string, History<Model>> parts;
  for (const auto& call : history) parts[call.object].push_back(call);
  for (const auto& [object, calls] : parts) {
    const Verdict verdict = Search<Model>(calls, max_steps).Run();
    if (verdict == Verdict::kLinearizable) continue;
    const bool wrong = verdict == Verdict::kNotLinearizable;
    const auto shortest = wrong ? ShortestWrong(calls, max_steps) : calls;
    const std::string head = wrong ? "not linearizable, and with the last answer less it is"
                                   : "the search gave up: whether it is linearizable is not known";
    return {verdict, object, object + ": " + head + ":\n" + Text(shortest)};
  }
  return {};
}

}  // namespace replog::linear
