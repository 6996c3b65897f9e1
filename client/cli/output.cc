#include "client/cli/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace replog::cli {

bool Output::Flush() {
  size_t written = 0;
  while (written < buffer_.size()) {
    const ssize_t n = ::write(STDOUT_FILENO, buffer_.data() + written, buffer_.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EPIPE) return false;
    if (n < 0) throw std::runtime_error(std::string("cannot write the output: ") + std::strerror(errno));
    written += static_cast<size_t>(n);
  }
  buffer_.clear();
  return true;
}

bool StdoutIsTerminal() { return ::isatty(STDOUT_FILENO) == 1; }
bool StderrIsTerminal() { return ::isatty(STDERR_FILENO) == 1; }
bool StdinIsTerminal() { return ::isatty(STDIN_FILENO) == 1; }

}  // namespace replog::cli
