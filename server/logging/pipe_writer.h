#pragma once

#include <string_view>

namespace replog {

// Writes lines to a file, a terminal or a pipe, without waiting long for whoever should read them: when
// nobody has for a while, lines are given up, at once, until there is room again. Not thread-safe.
class PipeWriter {
 public:
  // `descriptor` stays the caller's and must outlive the writer. `patience_ms`: how long to wait for room.
  PipeWriter(int descriptor, int patience_ms) : descriptor_(descriptor), patience_ms_(patience_ms) {}

  // False when the line, or the rest of it, was given up.
  bool Write(std::string_view line);

 private:
  bool AwaitRoom();

  const int descriptor_;
  const int patience_ms_;
  bool stuck_ = false;  // the last line was given up: the next is not waited for
};

}  // namespace replog
