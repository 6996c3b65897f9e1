#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "client/status.h"

namespace replog::cli {

// The file that an export is written to, which can be gone on with.
//
// Thread Safety: none.
class ExportFile {
 public:
  // Makes the file; INVALID_ARGUMENT when it is there. With `resume` opens it, or makes it when it is not
  // there, and cuts off a last line that was not written to its end; INVALID_ARGUMENT when it is no export.
  static client::Result<ExportFile> Open(const std::string& path, bool resume);
  ExportFile(ExportFile&& other) noexcept;
  ExportFile& operator=(ExportFile&&) = delete;
  ~ExportFile();

  // Of the record in the last line; nullopt when the file was empty.
  std::optional<uint64_t> last_sequence() const { return last_sequence_; }
  // Whether the last line is the record that `line` is, also when another version wrote it in other words.
  bool LastIs(std::string_view line) const;

  client::Status Write(std::string_view lines);
  // Makes what was written outlive a loss of power.
  client::Status Sync();
  // Takes the file away if there is nothing in it, which would look like the export of an empty log.
  bool RemoveIfEmpty();

 private:
  ExportFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  client::Result<std::string> ReadTail() const;
  client::Status FindEnd();
  client::Status Error(const char* doing) const;

  std::string path_;
  int fd_;
  std::string last_line_;
  std::optional<uint64_t> last_sequence_;
};

}  // namespace replog::cli
