#include "backup/backup_reader.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "backup/manifest.h"
#include "backup/sha256.h"
#include "backup/staged_directory.h"
#include "base/error.h"

namespace replog::backup {
namespace {

constexpr size_t kPieceBytes = 1 << 20;
// Of a hundred thousand files and logs.
constexpr size_t kMaxManifestBytes = 64 << 20;

// Reads a file from its beginning to its end. The name is the one in error messages.
absl::Status ReadPieces(const std::string& path, std::string_view name,
                        const std::function<absl::Status(std::string_view)>& take) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (file == nullptr) return Damaged(name, errno == ENOENT ? "is missing" : strerror(errno));
  std::string piece(kPieceBytes, '\0');
  while (const size_t read = std::fread(piece.data(), 1, piece.size(), file.get())) {
    if (auto status = take({piece.data(), read}); !status.ok()) return status;
  }
  return std::ferror(file.get()) != 0 ? Damaged(name, strerror(errno)) : absl::OkStatus();
}

absl::StatusOr<std::string> ReadSmallFile(const std::string& path, std::string_view name) {
  std::string contents;
  auto status = ReadPieces(path, name, [&](std::string_view piece) {
    contents += piece;
    return contents.size() > kMaxManifestBytes ? Damaged(name, "is too large") : absl::OkStatus();
  });
  if (!status.ok()) return status;
  return contents;
}

}  // namespace

absl::StatusOr<v1::BackupManifest> ReadManifest(const std::string& path) {
  const std::string manifest_path = path + "/" + kManifest;
  if (!std::filesystem::exists(manifest_path)) {
    if (std::filesystem::exists(path + "/" + kStaging) || std::filesystem::exists(path + "/" + kFiles))
      return Damaged(kManifest, "is missing: the backup was not finished");
    return MakeError(Reason::kWrongDirectory, absl::StrCat(path, ": holds no backup (", kManifest, ")"));
  }
  const auto json = ReadSmallFile(manifest_path, kManifest);
  if (!json.ok()) return json.status();
  const auto sum = ReadSmallFile(path + "/" + kManifestSum, kManifestSum);
  if (!sum.ok()) return sum.status();
  if (*sum != ManifestSum(*json))
    return Damaged(kManifest, absl::StrCat("is not what ", kManifestSum, " says"));
  return ParseManifest(*json);
}

absl::Status ReadBackupFile(const std::string& path, const v1::BackupFile& file,
                            const std::function<absl::Status(std::string_view)>& take) {
  Sha256 sum;
  uint64_t bytes = 0;
  auto status = ReadPieces(path + "/" + kFiles + "/" + file.name(), file.name(), [&](std::string_view piece) {
    bytes += piece.size();
    if (bytes > file.bytes()) return Damaged(file.name(), "is longer than its manifest says");
    sum.Add(piece);
    return take(piece);
  });
  if (!status.ok()) return status;
  if (bytes < file.bytes()) return Damaged(file.name(), "is shorter than its manifest says");
  return sum.Hex() == file.sha256() ? absl::OkStatus()
                                    : Damaged(file.name(), "its bytes are not those that were backed up");
}

absl::Status CheckBackup(const std::string& path, const v1::BackupManifest& manifest,
                         const std::function<bool(uint64_t)>& progress) {
  uint64_t done = 0;
  for (const v1::BackupFile& file : manifest.files()) {
    const auto status = ReadBackupFile(path, file, [&](std::string_view piece) {
      done += piece.size();
      return progress(done) ? absl::OkStatus() : MakeError(Reason::kCancelled, "stopped");
    });
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace replog::backup
