#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "replog/v1/backup.pb.h"

// A backup's manifest as text; see replog.v1.BackupManifest for what is in it. Pure.
namespace replog::backup {

// What lies in a backup's directory; the files of the manifest are under kFiles.
inline constexpr const char* kManifest = "manifest.json";
inline constexpr const char* kManifestSum = "manifest.json.sha256";
inline constexpr const char* kFiles = "db";

inline constexpr uint32_t kFormatVersion = 1;

// As JSON, one field a line.
std::string PrintManifest(const v1::BackupManifest& manifest);
// FORMAT_TOO_NEW; BACKUP_DAMAGED, naming the manifest, when it is not what PrintManifest writes of a manifest
// that CheckManifest accepts.
absl::StatusOr<v1::BackupManifest> ParseManifest(std::string_view json);

// What goes into kManifestSum: a line as sha256sum writes and checks it.
std::string ManifestSum(std::string_view json);

// That the names of its files can be used as they stand, none twice, and that every field that is needed is
// there. `with_checksums`: those of the files too.
absl::Status CheckManifest(const v1::BackupManifest& manifest, bool with_checksums);

// The size of all files together.
uint64_t TotalBytes(const v1::BackupManifest& manifest);

// BACKUP_DAMAGED of one file of a backup.
absl::Status Damaged(std::string_view file, std::string_view what);

}  // namespace replog::backup
