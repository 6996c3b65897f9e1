#include "client/cli/export_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

namespace replog::cli {
namespace {

class ExportFileTest : public ::testing::Test {
 protected:
  void Put(const std::string& contents) const { std::ofstream(path_, std::ios::binary) << contents; }
  std::optional<uint64_t> Resume() const {
    const auto file = ExportFile::Open(path_, true);
    EXPECT_TRUE(file.ok()) << file.status().ToString();
    return file->last_sequence();
  }

  const replog::testing::TempDirectory scratch_;
  const std::string path_ = scratch_ / "lines";
};

TEST_F(ExportFileTest, ANewOneIsNotThereYet) {
  auto file = ExportFile::Open(path_, false);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->last_sequence(), std::nullopt);
  EXPECT_TRUE(file->Write("{\"sequence\":3}\n").ok());
  EXPECT_TRUE(file->Sync().ok());
  EXPECT_EQ(ExportFile::Open(path_, false).status().code(), client::StatusCode::kInvalidArgument);
  EXPECT_EQ(Resume(), 3u);
}

TEST_F(ExportFileTest, WhatWasNotWrittenToItsEndIsCutOff) {
  const std::string one = "{\"sequence\":1}\n";
  const std::string two = "{\"sequence\":2,\"text\":\"" + std::string(200'000, 'x') + "\"}\n";
  for (const std::string& torn :
       {std::string(), std::string("{"), "{\"sequence\":3" + std::string(300'000, 'y')}) {
    Put(one + two + torn);
    EXPECT_EQ(Resume(), 2u);
    EXPECT_EQ(replog::testing::ReadFile(path_), one + two);
    Put(one + torn);
    EXPECT_EQ(Resume(), 1u);
    EXPECT_EQ(replog::testing::ReadFile(path_), one);
    Put(torn);
    EXPECT_EQ(Resume(), std::nullopt);
    EXPECT_EQ(replog::testing::ReadFile(path_), "");
  }
}

TEST_F(ExportFileTest, WhatIsNoExportIsRefusedAsItIs) {
  for (const char* contents :
       {"my notes\n", "{}\n", "\n", "{\"sequence\":-1}\n", "no end", "{\"sequence\":1}\nno end"}) {
    Put(contents);
    EXPECT_EQ(ExportFile::Open(path_, true).status().code(), client::StatusCode::kInvalidArgument)
        << contents;
    EXPECT_EQ(replog::testing::ReadFile(path_), contents);
  }
}

}  // namespace
}  // namespace replog::cli
