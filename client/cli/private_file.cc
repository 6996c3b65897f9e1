#include "client/cli/private_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace replog::cli {
namespace {

using client::Result;
using client::Status;
using client::StatusCode;

Status Failed(const std::string& path, int error) {
  return {StatusCode::kInvalidArgument, path + ": " + std::strerror(error)};
}

// A descriptor that is closed at the end; below zero: there is none.
struct Descriptor {
  explicit Descriptor(int opened) : number(opened) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  const int number;
};

// 0 or errno.
int WriteAll(int file, const std::string& text) {
  size_t written = 0;
  while (written < text.size()) {
    const ssize_t now = ::write(file, text.data() + written, text.size() - written);
    if (now < 0) return errno;
    written += static_cast<size_t>(now);
  }
  return ::fsync(file) == 0 ? 0 : errno;
}

// Gives a file the owner and mode of the one that it is to replace, whose reader may be another user. 0 or
// errno.
int TakeAfter(const std::string& path, int file) {
  struct stat before {};
  if (::stat(path.c_str(), &before) != 0) return errno == ENOENT ? 0 : errno;
  struct stat made {};
  if (::fstat(file, &made) != 0) return errno;
  const bool same = made.st_uid == before.st_uid && made.st_gid == before.st_gid;
  if (!same && ::fchown(file, before.st_uid, before.st_gid) != 0) return errno;
  return ::fchmod(file, before.st_mode & 07777) == 0 ? 0 : errno;
}

Status Replace(const std::string& path, const std::string& text, int directory) {
  std::string temporary = path + ".XXXXXX";
  const Descriptor file(::mkstemp(temporary.data()));  // with mode 0600
  if (file.number < 0) return Failed(temporary, errno);
  int error = TakeAfter(path, file.number);
  if (error == 0) error = WriteAll(file.number, text);
  if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(temporary.c_str());
    return Failed(path, error);
  }
  ::fsync(directory);  // the file is whole either way
  return {};
}

}  // namespace

Status ChangePrivateFile(const std::string& path,
                         const std::function<Result<std::string>(const std::string&)>& change) {
  std::error_code unresolved;
  const auto target = std::filesystem::weakly_canonical(std::filesystem::absolute(path), unresolved);
  if (unresolved) return Failed(path, unresolved.value());
  const std::string directory_path = target.parent_path();
  const Descriptor directory(::open(directory_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.number < 0) return Failed(directory_path, errno);
  if (::flock(directory.number, LOCK_EX) != 0) return Failed(directory_path, errno);
  const bool exists = std::filesystem::exists(target, unresolved);
  const auto before = exists ? ReadWholeFile(target) : Result<std::string>(std::string());
  if (!before.ok()) return before.status();
  const auto after = change(*before);
  return after.ok() ? Replace(target, *after, directory.number) : after.status();
}

Result<std::string> ReadWholeFile(const std::string& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (in.peek() != std::ifstream::traits_type::eof()) text << in.rdbuf();
  if (errno != 0) return Failed(path, errno);
  return std::move(text).str();
}

}  // namespace replog::cli
