#include "backup/manifest.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "backup/sha256.h"
#include "base/error.h"
#include "google/protobuf/util/json_util.h"

namespace replog::backup {
namespace {

namespace json = google::protobuf::util;

constexpr size_t kMaxNameBytes = 255;
constexpr size_t kSumDigits = 64;

absl::Status Refuse(std::string_view what) { return Damaged(kManifest, what); }

// A name from outside must not lead out of the backup's directory.
bool IsPlainName(std::string_view name) {
  const auto plain = [](char c) { return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= kMaxNameBytes && name[0] != '.' && std::ranges::all_of(name, plain);
}

bool IsSum(std::string_view text) {
  const auto digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == kSumDigits && std::ranges::all_of(text, digit);
}

absl::Status CheckFiles(const v1::BackupManifest& manifest, bool with_checksums) {
  std::set<std::string_view> names;
  uint64_t total = 0;
  for (const v1::BackupFile& file : manifest.files()) {
    if (!IsPlainName(file.name())) return Refuse("a file's name is not a plain one");
    if (!names.insert(file.name()).second) return Refuse(absl::StrCat(file.name(), " is listed twice"));
    if (!file.has_bytes()) return Refuse(absl::StrCat(file.name(), " has no size"));
    if (with_checksums && !IsSum(file.sha256())) return Refuse(absl::StrCat(file.name(), " has no SHA-256"));
    if (__builtin_add_overflow(total, file.bytes(), &total)) return Refuse("sizes are impossible");
  }
  return names.empty() ? Refuse("lists no files") : absl::OkStatus();
}

absl::Status CheckLogs(const v1::BackupManifest& manifest) {
  std::set<std::string_view> names;
  for (const v1::BackupLog& log : manifest.logs()) {
    if (log.name().empty() || log.uuid().empty()) return Refuse("a log has no name or no uuid");
    if (!names.insert(log.name()).second) return Refuse("a log is listed twice");
    if (!log.has_first_kept_sequence() || !log.has_end_sequence() ||
        log.first_kept_sequence() > log.end_sequence()) {
      return Refuse("a log's sequences are impossible");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckVersion(uint32_t version) {
  if (version > kFormatVersion) {
    return MakeError(Reason::kFormatTooNew, absl::StrCat("the backup has format ", version,
                                                         "; this version knows up to ", kFormatVersion));
  }
  return version == 0 ? Refuse("has no format version") : absl::OkStatus();
}

}  // namespace

absl::Status Damaged(std::string_view file, std::string_view what) {
  const std::string name(file);
  return MakeError(Reason::kBackupDamaged,
                   absl::StrCat("the backup is damaged or incomplete: ", name, ": ", std::string(what)),
                   {{"file", name}});
}

std::string PrintManifest(const v1::BackupManifest& manifest) {
  json::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string text;
  // Cannot fail: every string in it came as UTF-8.
  if (!json::MessageToJsonString(manifest, &text, options).ok()) return "";
  return text;
}

absl::StatusOr<v1::BackupManifest> ParseManifest(std::string_view text) {
  const google::protobuf::StringPiece piece(text.data(), text.size());
  v1::BackupManifest manifest;
  json::JsonParseOptions lenient;
  lenient.ignore_unknown_fields = true;  // those of a newer version, which is told first
  if (!json::JsonStringToMessage(piece, &manifest, lenient).ok()) return Refuse("is no manifest in JSON");
  if (auto status = CheckVersion(manifest.format_version()); !status.ok()) return status;
  manifest.Clear();
  if (!json::JsonStringToMessage(piece, &manifest).ok()) return Refuse("has a field that is not known");
  if (auto status = CheckManifest(manifest, true); !status.ok()) return status;
  return manifest;
}

std::string ManifestSum(std::string_view text) {
  Sha256 sum;
  sum.Add(text);
  return absl::StrCat(sum.Hex(), "  ", kManifest, "\n");
}

absl::Status CheckManifest(const v1::BackupManifest& manifest, bool with_checksums) {
  if (auto status = CheckVersion(manifest.format_version()); !status.ok()) return status;
  if (manifest.store_format_version() == 0 || manifest.storage_id().empty())
    return Refuse("does not say which store it is of");
  if (auto status = CheckLogs(manifest); !status.ok()) return status;
  return CheckFiles(manifest, with_checksums);
}

uint64_t TotalBytes(const v1::BackupManifest& manifest) {
  uint64_t bytes = 0;
  for (const v1::BackupFile& file : manifest.files()) bytes += file.bytes();
  return bytes;
}

}  // namespace replog::backup
