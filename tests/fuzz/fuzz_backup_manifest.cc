// A backup's manifest as somebody may have changed it: what is accepted names files that stay in the backup.

#include "backup/manifest.h"
#include "tests/fuzz/input.h"

using namespace replog;
using testing::Require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto manifest = backup::ParseManifest(testing::AsText(data, size));
  if (!manifest.ok()) return 0;
  uint64_t total = 0;
  for (const v1::BackupFile& file : manifest->files()) {
    Require(file.name().find('/') == std::string::npos && file.name()[0] != '.', "a name leads nowhere else");
    total += file.bytes();
  }
  Require(total == backup::TotalBytes(*manifest), "sizes can be added");
  const auto again = backup::ParseManifest(backup::PrintManifest(*manifest));
  Require(again.ok(), "what is printed can be read");
  Require(again->SerializeAsString() == manifest->SerializeAsString(), "and is the same");
  return 0;
}
