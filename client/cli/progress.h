#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace replog::cli {

// How far a long operation is, on standard error: a line that is redrawn on a terminal, else a new line every
// few seconds.
//
// Thread Safety: none.
class Progress {
 public:
  // What is counted.
  enum class Unit : uint8_t { kRecords, kBytes };

  // `what` is what was done, as in "appended".
  explicit Progress(std::string what, Unit unit = Unit::kRecords);

  // Cheap to call often: draws only when it is time to. `count`: of records or bytes, so far. When it is
  // known how much of the whole that is, `done` of `total` is drawn as a bar.
  void Update(uint64_t count, uint64_t done = 0, uint64_t total = 0);
  // Wipes the line, so that the summary takes its place.
  void Finish();

 private:
  using Clock = std::chrono::steady_clock;
  std::string Line(uint64_t count, uint64_t done, uint64_t total) const;
  std::string Counted(uint64_t count) const;

  const std::string what_;
  const Unit unit_;
  const bool terminal_;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point next_draw_;
  bool drawn_ = false;
};

}  // namespace replog::cli
