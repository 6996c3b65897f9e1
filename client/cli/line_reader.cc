#include "client/cli/line_reader.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace replog::cli {
namespace {

constexpr size_t kReadBytes = 128 << 10;

std::runtime_error ReadError() {
  return std::runtime_error(std::string("cannot read the input: ") + std::strerror(errno));
}

}  // namespace

LineReader::LineReader(int fd) : fd_(fd), stop_fd_(::eventfd(0, EFD_CLOEXEC)) {
  if (stop_fd_ < 0) throw ReadError();
}

LineReader::~LineReader() { ::close(stop_fd_); }

bool LineReader::Next(std::string_view& line) {
  size_t end = buffer_.find('\n', scanned_);
  while (end == std::string::npos) {
    scanned_ = buffer_.size();
    if (!Fill()) break;
    end = buffer_.find('\n', scanned_);
  }
  const bool whole = end != std::string::npos;
  if (!whole && begin_ == buffer_.size()) return false;
  if (!whole) end = buffer_.size();
  line = std::string_view(buffer_).substr(begin_, end - begin_);
  bytes_ += line.size() + (whole ? 1 : 0);
  ++lines_;
  begin_ = scanned_ = end + (whole ? 1 : 0);
  return true;
}

void LineReader::Stop() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(stop_fd_, &one, sizeof(one));
}

bool LineReader::Fill() {
  if (ended_ || !WaitReadable()) return false;
  buffer_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  const size_t size = buffer_.size();
  buffer_.resize(size + kReadBytes);
  ssize_t n;
  do {
    n = ::read(fd_, buffer_.data() + size, kReadBytes);
  } while (n < 0 && errno == EINTR);
  buffer_.resize(size + static_cast<size_t>(n > 0 ? n : 0));
  if (n < 0) throw ReadError();
  ended_ = n == 0;
  return !ended_;
}

// False when stopped.
bool LineReader::WaitReadable() const {
  pollfd fds[] = {{fd_, POLLIN, 0}, {stop_fd_, POLLIN, 0}};
  while (::poll(fds, 2, -1) < 0) {
    if (errno != EINTR) throw ReadError();
  }
  return fds[1].revents == 0;
}

}  // namespace replog::cli
