#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace replog::cli {

// How far a long operation is, on standard error: a line that is redrawn on a terminal, else a new line every
// few seconds.
//
// Thread Safety: none.
class Progress {
 public:
  // `what` is what was done to the records, as in "appended". `total`: the bytes of the whole input, when
  // known.
  Progress(std::string what, std::optional<uint64_t> total);

  // Cheap to call often: draws only when it is time to. `bytes`: of the input, so far.
  void Update(uint64_t records, uint64_t bytes);
  // Wipes the line, so that the summary takes its place.
  void Finish();

 private:
  using Clock = std::chrono::steady_clock;
  std::string Line(uint64_t records, uint64_t bytes) const;

  const std::string what_;
  const std::optional<uint64_t> total_;
  const bool terminal_;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point next_draw_;
  bool drawn_ = false;
};

}  // namespace replog::cli
