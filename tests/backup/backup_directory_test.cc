// A backup's way from a stream into a directory and out of it: BackupWriter and backup_reader.h.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "backup/backup_reader.h"
#include "backup/backup_writer.h"
#include "backup/manifest.h"
#include "base/crc32c.h"
#include "base/error.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

namespace replog::backup {
namespace {

namespace fs = std::filesystem;

const std::vector<std::pair<std::string, std::string>> kFilesOfIt{
    {"000012.sst", std::string(3000, 's')}, {"CURRENT", "MANIFEST-000001\n"}, {"empty.log", ""}};

std::string SumOf(std::string_view data) {
  Sha256 sum;
  sum.Add(data);
  return sum.Hex();
}

// What a server sends, and where it goes.
class BackupDirectoryTest : public ::testing::Test {
 protected:
  BackupDirectoryTest() {
    plan_.set_format_version(kFormatVersion);
    plan_.set_store_format_version(3);
    plan_.set_storage_id("an id");
    for (const auto& [name, data] : kFilesOfIt) {
      plan_.add_files()->set_name(name);
      plan_.mutable_files(plan_.files_size() - 1)->set_bytes(data.size());
    }
  }
  static v1::BackupPiece Piece(uint32_t file, uint64_t offset, const std::string& data) {
    v1::BackupPiece piece;
    piece.set_file(file);
    piece.set_offset(offset);
    piece.set_data(data);
    piece.set_crc32c(Crc32c(data));
    return piece;
  }
  v1::BackupManifest WithSums() const {
    v1::BackupManifest manifest = plan_;
    for (int i = 0; i < manifest.files_size(); ++i)
      manifest.mutable_files(i)->set_sha256(SumOf(kFilesOfIt[static_cast<size_t>(i)].second));
    return manifest;
  }
  static void SendFiles(BackupWriter& writer) {
    for (uint32_t i = 0; i < kFilesOfIt.size(); ++i) {
      const std::string& data = kFilesOfIt[i].second;
      for (size_t at = 0; at == 0 || at < data.size(); at += 1000)
        ASSERT_TRUE(writer.Take(Piece(i, at, data.substr(at, 1000))).ok());
    }
  }
  std::unique_ptr<BackupWriter> Begin() {
    auto writer = BackupWriter::Begin(path_);
    EXPECT_TRUE(writer.ok()) << writer.status();
    EXPECT_TRUE((*writer)->Take(plan_).ok());
    return *std::move(writer);
  }
  void WriteAll() {
    const auto writer = Begin();
    SendFiles(*writer);
    ASSERT_TRUE(writer->Take(WithSums()).ok());
    const auto finished = writer->Finish();
    ASSERT_TRUE(finished.ok()) << finished;
  }
  absl::Status Check() const {
    const auto manifest = ReadManifest(path_);
    if (!manifest.ok()) return manifest.status();
    return CheckBackup(path_, *manifest, [](uint64_t) { return true; });
  }
  void ExpectDamaged(const std::string& file) const {
    const auto status = Check();
    EXPECT_EQ(ReasonOf(status), Reason::kBackupDamaged) << status;
    EXPECT_EQ(MetadataOf(status), (Metadata{{"file", file}})) << status;
  }

  const testing::TempDirectory scratch_;
  const std::string path_ = scratch_ / "backup";
  v1::BackupManifest plan_;
};

TEST_F(BackupDirectoryTest, IsWhatWasSent) {
  WriteAll();
  EXPECT_TRUE(Check().ok()) << Check();
  for (const auto& [name, data] : kFilesOfIt) EXPECT_EQ(testing::ReadFile(path_ + "/db/" + name), data);
  EXPECT_EQ(ReadManifest(path_)->SerializeAsString(), WithSums().SerializeAsString());
  EXPECT_FALSE(fs::exists(path_ + "/" + kStaging));
  // As people check it.
  EXPECT_EQ(testing::RunProgram({"/bin/sh", "-c", "cd " + path_ + " && sha256sum -c manifest.json.sha256"})
                .exit_code,
            0);
}

TEST_F(BackupDirectoryTest, AStreamThatEndsEarlyLeavesNothing) {
  {
    const auto writer = Begin();
    SendFiles(*writer);
    EXPECT_EQ(ReasonOf(writer->Finish()), Reason::kBackupDamaged) << "the last manifest did not come";
  }
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(BackupDirectoryTest, NothingThatComesIsBelieved) {
  auto damaged = Piece(0, 0, "data");
  damaged.set_crc32c(damaged.crc32c() + 1);
  EXPECT_EQ(ReasonOf(Begin()->Take(damaged)), Reason::kBackupDamaged);
  EXPECT_FALSE(Begin()->Take(Piece(1, 0, "another file first")).ok());
  EXPECT_FALSE(Begin()->Take(Piece(0, 1, "not from its beginning")).ok());
  EXPECT_FALSE(Begin()->Take(Piece(0, 0, std::string(3001, 's'))).ok()) << "longer than announced";
  EXPECT_FALSE(Begin()->Take(WithSums()).ok()) << "its end before its files";
  const auto first = BackupWriter::Begin(path_);
  EXPECT_FALSE((*first)->Take(Piece(0, 0, "before the manifest")).ok());
}

TEST_F(BackupDirectoryTest, WhatTheServerReadMustBeWhatWasWritten) {
  auto other = WithSums();
  other.mutable_files(1)->set_sha256(SumOf("other bytes"));
  const auto writer = Begin();
  SendFiles(*writer);
  const auto status = writer->Take(other);
  EXPECT_EQ(MetadataOf(status), (Metadata{{"file", "CURRENT"}})) << status;
  auto longer = WithSums();
  *longer.add_files() = longer.files(0);
  longer.mutable_files(3)->set_name("more");
  EXPECT_FALSE(writer->Take(longer).ok());
}

TEST_F(BackupDirectoryTest, AByteThatFlippedIsFoundInEachFile) {
  WriteAll();
  for (const char* name : {"db/000012.sst", "db/CURRENT", "manifest.json", "manifest.json.sha256"}) {
    const std::string good = testing::ReadFile(path_ + "/" + name);
    for (const size_t at : {size_t{0}, good.size() / 2, good.size() - 1}) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 1);
      std::ofstream(path_ + "/" + name, std::ios::binary) << bad;
      const bool manifest = std::string_view(name).starts_with("manifest");
      ExpectDamaged(manifest ? "manifest.json" : fs::path(name).filename().string());
    }
    std::ofstream(path_ + "/" + name, std::ios::binary) << good;
  }
  EXPECT_TRUE(Check().ok());
}

TEST_F(BackupDirectoryTest, AFileThatIsMissingShortOrLongIsNamed) {
  WriteAll();
  const std::string path = path_ + "/db/CURRENT";
  const std::string good = testing::ReadFile(path);
  std::ofstream(path) << good << "more";
  ExpectDamaged("CURRENT");
  std::ofstream(path) << good.substr(1);
  ExpectDamaged("CURRENT");
  fs::remove(path);
  ExpectDamaged("CURRENT");
  fs::remove(path_ + "/manifest.json.sha256");
  ExpectDamaged("manifest.json.sha256");
  fs::remove(path_ + "/manifest.json");
  ExpectDamaged("manifest.json");
}

TEST_F(BackupDirectoryTest, WhereThereIsNoBackupItSaysSo) {
  EXPECT_EQ(ReasonOf(ReadManifest(scratch_ / "nothing").status()), Reason::kWrongDirectory);
}

}  // namespace
}  // namespace replog::backup
