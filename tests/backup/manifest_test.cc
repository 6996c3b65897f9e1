#include "backup/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/error.h"

namespace replog::backup {
namespace {

using ::testing::HasSubstr;

const std::string kSum(64, 'a');

v1::BackupManifest SmallManifest() {
  v1::BackupManifest manifest;
  manifest.set_format_version(kFormatVersion);
  manifest.set_store_format_version(3);
  manifest.set_storage_id("an id");
  manifest.set_taken_us(1'700'000'000'000'000);
  auto* log = manifest.add_logs();
  log->set_name("default");
  log->set_uuid("a uuid");
  log->set_first_kept_sequence(0);
  log->set_end_sequence(UINT64_MAX);
  for (const char* name : {"000012.sst", "CURRENT"}) {
    auto* file = manifest.add_files();
    file->set_name(name);
    file->set_bytes(7);
    file->set_sha256(kSum);
  }
  return manifest;
}

TEST(Manifest, IsReadAsItWasWritten) {
  const auto manifest = SmallManifest();
  const auto read = ParseManifest(PrintManifest(manifest));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->SerializeAsString(), manifest.SerializeAsString());
  EXPECT_EQ(TotalBytes(*read), 14u);
}

TEST(Manifest, ItsSumIsWhatSha256sumChecks) {
  EXPECT_EQ(ManifestSum("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  manifest.json\n");
}

// What `damage` makes of a good manifest is refused with `what`.
void ExpectDamaged(const std::function<void(v1::BackupManifest&)>& damage, const std::string& what) {
  auto manifest = SmallManifest();
  damage(manifest);
  const auto status = ParseManifest(PrintManifest(manifest)).status();
  EXPECT_EQ(ReasonOf(status), Reason::kBackupDamaged) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(what));
  EXPECT_EQ(MetadataOf(status), (Metadata{{"file", "manifest.json"}}));
}

TEST(Manifest, ANameThatLeadsElsewhereIsRefused) {
  for (const char* name :
       {"", ".", "..", "../CURRENT", "/etc/passwd", "a/b", ".hidden", "a b", "a\nb", "ä"}) {
    SCOPED_TRACE(name);
    ExpectDamaged([&](auto& manifest) { manifest.mutable_files(0)->set_name(name); }, "name is not a plain");
  }
  ExpectDamaged([](auto& manifest) { manifest.mutable_files(0)->set_name(std::string(256, 'a')); }, "name");
  ExpectDamaged([](auto& manifest) { manifest.mutable_files(0)->set_name("CURRENT"); }, "listed twice");
}

TEST(Manifest, WhatIsMissingIsNamed) {
  ExpectDamaged([](auto& manifest) { manifest.clear_files(); }, "lists no files");
  ExpectDamaged([](auto& manifest) { manifest.mutable_files(1)->clear_bytes(); }, "CURRENT has no size");
  ExpectDamaged([](auto& manifest) { manifest.mutable_files(1)->set_sha256(std::string(64, 'A')); },
                "CURRENT has no SHA-256");
  ExpectDamaged([](auto& manifest) { manifest.clear_storage_id(); }, "which store");
  ExpectDamaged([](auto& manifest) { manifest.clear_format_version(); }, "no format version");
  ExpectDamaged([](auto& manifest) { manifest.mutable_logs(0)->clear_end_sequence(); }, "sequences");
  ExpectDamaged([](auto& manifest) { *manifest.add_logs() = manifest.logs(0); }, "listed twice");
  ExpectDamaged([](auto& manifest) { manifest.mutable_files(1)->set_bytes(UINT64_MAX); }, "sizes");
}

TEST(Manifest, WithoutChecksumsItIsAPlan) {
  auto manifest = SmallManifest();
  manifest.mutable_files(0)->clear_sha256();
  EXPECT_TRUE(CheckManifest(manifest, false).ok());
  EXPECT_FALSE(CheckManifest(manifest, true).ok());
}

TEST(Manifest, ANewerFormatIsToldAsSuch) {
  auto manifest = SmallManifest();
  manifest.set_format_version(kFormatVersion + 1);
  std::string json = PrintManifest(manifest);
  json.insert(json.find('{') + 1, "\"of_later\": {\"a\": 1},");
  EXPECT_EQ(ReasonOf(ParseManifest(json).status()), Reason::kFormatTooNew);
}

TEST(Manifest, WhatIsNoManifestIsRefused) {
  std::string unknown = PrintManifest(SmallManifest());
  unknown.insert(unknown.find('{') + 1, "\"of_later\": 1,");
  for (const std::string& text : {std::string(), std::string("{"), std::string("[]"), std::string("{}"),
                                  std::string("null"), std::string(10'000, '['), unknown}) {
    EXPECT_EQ(ReasonOf(ParseManifest(text).status()), Reason::kBackupDamaged) << text.substr(0, 100);
  }
}

}  // namespace
}  // namespace replog::backup
