#include "server/logging/pipe_writer.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace replog {

bool PipeWriter::Write(std::string_view line) {
  while (!line.empty()) {
    if (!AwaitRoom()) return false;
    // A pipe that has room has it for this much, so the write does not block.
    const ssize_t written = ::write(descriptor_, line.data(), std::min<size_t>(line.size(), PIPE_BUF));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    line.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

bool PipeWriter::AwaitRoom() {
  pollfd room{descriptor_, POLLOUT, 0};
  stuck_ = ::poll(&room, 1, stuck_ ? 0 : patience_ms_) <= 0;
  return !stuck_;
}

}  // namespace replog
