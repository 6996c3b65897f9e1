#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace replog::linear {

// Of a call whose fate nobody knows.
inline constexpr int64_t kNever = INT64_MAX;

// One call of one client on one object (a key, a lease), with the times of one monotonic clock, in
// nanoseconds.
template <typename Model>
struct Call {
  std::string object;
  int client = 0;
  int64_t invoked = 0;
  // kNever without an answer: the call took effect at any time since, or will, or never does.
  int64_t answered = kNever;
  typename Model::Request request;
  std::optional<typename Model::Answer> answer;
};

template <typename Model>
using History = std::vector<Call<Model>>;

}  // namespace replog::linear
