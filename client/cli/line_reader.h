#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace replog::cli {

// Reads a file descriptor line by line, in bounded memory for bounded lines, and can be stopped while it
// waits.
//
// Thread Safety: Stop may be called from any thread; the rest belongs to one.
class LineReader {
 public:
  // Does not own `fd`.
  explicit LineReader(int fd);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // The next line without its end ("\n"), valid until the next call. False at the end of the input and after
  // Stop; a last line without an end counts. Throws std::runtime_error when the input cannot be read.
  bool Next(std::string_view& line);
  void Stop();

  // Lines and bytes that Next has given.
  uint64_t lines() const { return lines_; }
  uint64_t bytes() const { return bytes_; }

 private:
  // Reads more into the buffer. False at the end.
  bool Fill();
  bool WaitReadable() const;

  const int fd_;
  const int stop_fd_;
  std::string buffer_;
  size_t begin_ = 0;    // of what was not given yet
  size_t scanned_ = 0;  // no end of line before this
  bool ended_ = false;
  uint64_t lines_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace replog::cli
