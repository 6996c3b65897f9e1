#pragma once

#include <string>
#include <string_view>

namespace replog::cli {

// What a command prints on standard output, gathered and written in large pieces.
//
// Thread Safety: none.
class Output {
 public:
  // What is added goes out with the next Flush.
  std::string& buffer() { return buffer_; }

  // Writes what was gathered. False when nobody reads any more (`| head`): the command then stops without an
  // error.
  bool Flush();
  // The same when much was gathered.
  bool FlushIfLarge() { return buffer_.size() < kLarge || Flush(); }

 private:
  static constexpr size_t kLarge = 64 << 10;
  std::string buffer_;
};

bool StdoutIsTerminal();
bool StderrIsTerminal();
bool StdinIsTerminal();

}  // namespace replog::cli
