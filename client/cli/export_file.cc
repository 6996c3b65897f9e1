#include "client/cli/export_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

namespace replog::cli {
namespace {

using client::Status;
using client::StatusCode;

constexpr off_t kBlock = 64 << 10;
// How each line begins.
constexpr std::string_view kBegin = "{\"sequence\":";

nlohmann::json Parse(std::string_view line) {
  return nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
}

std::optional<uint64_t> SequenceOf(std::string_view line) {
  const auto object = Parse(line);
  if (!object.is_object()) return std::nullopt;
  const auto sequence = object.find("sequence");
  if (sequence == object.end() || !sequence->is_number_unsigned()) return std::nullopt;
  return sequence->get<uint64_t>();
}

}  // namespace

client::Result<ExportFile> ExportFile::Open(const std::string& path, bool resume) {
  const int flags = O_RDWR | O_CREAT | O_CLOEXEC | (resume ? 0 : O_EXCL);
  ExportFile file(path, ::open(path.c_str(), flags, 0644));
  if (file.fd_ < 0 && errno == EEXIST)
    return Status(StatusCode::kInvalidArgument, path + " is there already; --resume goes on with it");
  if (file.fd_ < 0) return file.Error("open");
  if (Status status = file.FindEnd(); !status.ok()) return status;
  return file;
}

ExportFile::ExportFile(ExportFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      last_line_(std::move(other.last_line_)),
      last_sequence_(other.last_sequence_) {}

ExportFile::~ExportFile() {
  if (fd_ >= 0) ::close(fd_);
}

Status ExportFile::Error(const char* doing) const {
  return {StatusCode::kFailedPrecondition,
          std::string("cannot ") + doing + " " + path_ + ": " + std::strerror(errno)};
}

// The file's end, from the beginning of the last line that has an end.
client::Result<std::string> ExportFile::ReadTail() const {
  off_t begin = ::lseek(fd_, 0, SEEK_END);
  if (begin < 0) return Error("read");
  std::string tail;
  while (begin > 0) {
    const off_t size = std::min(begin, kBlock);
    std::string block(static_cast<size_t>(size), '\0');
    if (::pread(fd_, block.data(), block.size(), begin - size) != size) return Error("read");
    tail.insert(0, block);
    begin -= size;
    const size_t end = tail.rfind('\n');
    const size_t before =
        end == std::string::npos || end == 0 ? std::string::npos : tail.rfind('\n', end - 1);
    if (before != std::string::npos) return tail.substr(before + 1);
  }
  return tail;
}

// Nothing is cut off a file that is not an export.
Status ExportFile::FindEnd() {
  const auto tail = ReadTail();
  if (!tail.ok()) return tail.status();
  const size_t end = tail->rfind('\n');
  const size_t whole = end == std::string::npos ? 0 : end + 1;
  const std::string_view torn = std::string_view(*tail).substr(whole);
  if (whole > 0) last_line_ = tail->substr(0, end);
  if (whole > 0) last_sequence_ = SequenceOf(last_line_);
  if ((whole > 0 && !last_sequence_) || torn.substr(0, kBegin.size()) != kBegin.substr(0, torn.size()))
    return {StatusCode::kInvalidArgument, path_ + ": its last line is no exported record"};
  const off_t size = ::lseek(fd_, 0, SEEK_END) - static_cast<off_t>(torn.size());
  if (::ftruncate(fd_, size) != 0 || ::lseek(fd_, size, SEEK_SET) < 0) return Error("write");
  return {};
}

bool ExportFile::LastIs(std::string_view line) const { return Parse(last_line_) == Parse(line); }

Status ExportFile::Write(std::string_view lines) {
  while (!lines.empty()) {
    const ssize_t n = ::write(fd_, lines.data(), lines.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error("write");
    lines.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

bool ExportFile::RemoveIfEmpty() { return ::lseek(fd_, 0, SEEK_END) == 0 && ::unlink(path_.c_str()) == 0; }

Status ExportFile::Sync() { return ::fsync(fd_) == 0 ? Status() : Error("sync"); }

}  // namespace replog::cli
