#include "backup/staged_directory.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "backup/new_file.h"
#include "base/error.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

namespace replog::backup {
namespace {

namespace fs = std::filesystem;

class StagedDirectoryTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<StagedDirectory>> Begin() {
    return StagedDirectory::Begin(path_, {"first", "last"});
  }
  static void Build(const StagedDirectory& directory, const std::string& contents) {
    for (const char* name : {"first", "last"}) {
      ASSERT_TRUE(WriteNewFile(directory.staging() + "/" + name, contents).ok());
    }
  }
  std::set<std::string> Names() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(path_)) names.insert(entry.path().filename());
    return names;
  }
  void Put(const std::string& name) const { std::ofstream(path_ + "/" + name) << "theirs"; }
  // What one leaves that is killed after it moved up the first `moved` entries.
  void LeaveUnfinished(int moved) {
    const pid_t child = ::fork();
    if (child == 0) {
      auto directory = Begin();
      if (!directory.ok()) ::_exit(1);
      Build(**directory, "unfinished");
      if (moved > 0) fs::rename((*directory)->staging() + "/first", path_ + "/first");
      ::_exit(0);  // without destructors, like a kill
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
    ASSERT_TRUE(fs::exists(path_ + "/" + kStaging));
  }

  const testing::TempDirectory scratch_;
  const std::string path_ = scratch_ / "new";
};

TEST_F(StagedDirectoryTest, AppearsWhole) {
  auto directory = Begin();
  ASSERT_TRUE(directory.ok()) << directory.status();
  Build(**directory, "good");
  EXPECT_EQ(Names(), (std::set<std::string>{kStaging}));
  ASSERT_TRUE((*directory)->Publish().ok());
  directory->reset();
  EXPECT_EQ(Names(), (std::set<std::string>{"first", "last"}));
  EXPECT_EQ(testing::ReadFile(path_ + "/last"), "good");
}

TEST_F(StagedDirectoryTest, WithoutPublishNothingStays) {
  Build(**Begin(), "good");
  EXPECT_FALSE(fs::exists(path_)) << "it was made for this";
  fs::create_directory(path_);
  Build(**Begin(), "good");
  EXPECT_EQ(Names(), std::set<std::string>()) << "and this was there before";
}

TEST_F(StagedDirectoryTest, WhenAnEntryIsMissingNothingStays) {
  auto directory = Begin();
  ASSERT_TRUE(WriteNewFile((*directory)->staging() + "/first", "good").ok());
  EXPECT_FALSE((*directory)->Publish().ok());
  directory->reset();
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(StagedDirectoryTest, WhatAKilledOneLeftIsClearedAway) {
  for (const int moved : {0, 1}) {
    LeaveUnfinished(moved);
    auto directory = Begin();
    ASSERT_TRUE(directory.ok()) << directory.status();
    Build(**directory, "good");
    ASSERT_TRUE((*directory)->Publish().ok());
    EXPECT_EQ(testing::ReadFile(path_ + "/first"), "good");
    fs::remove_all(path_);
  }
}

TEST_F(StagedDirectoryTest, WhatIsNotOursIsLeftAlone) {
  fs::create_directory(path_);
  for (const char* name : {"notes.txt", "first", "last"}) {
    Put(name);
    EXPECT_EQ(ReasonOf(Begin().status()), Reason::kDirectoryNotEmpty) << name;
    EXPECT_EQ(testing::ReadFile(path_ + "/" + name), "theirs");
    fs::remove(path_ + "/" + name);
  }
  LeaveUnfinished(0);
  Put("notes.txt");
  EXPECT_EQ(ReasonOf(Begin().status()), Reason::kDirectoryNotEmpty);
  EXPECT_EQ(Names(), (std::set<std::string>{"notes.txt", kStaging}));
}

TEST_F(StagedDirectoryTest, AMountPointCounts) {
  fs::create_directories(path_ + "/lost+found");
  EXPECT_TRUE(Begin().ok());
}

TEST_F(StagedDirectoryTest, IsBuiltByOneAtATime) {
  const auto directory = Begin();
  EXPECT_EQ(ReasonOf(Begin().status()), Reason::kBusy);
  EXPECT_TRUE(fs::exists((*directory)->staging()));
}

TEST_F(StagedDirectoryTest, WhereNoDirectoryCanBeIsNamed) {
  std::ofstream(scratch_ / "file") << "theirs";
  for (const std::string& path : {scratch_ / "no/parent", scratch_ / "file"}) {
    const auto status = StagedDirectory::Begin(path, {"last"}).status();
    EXPECT_EQ(ReasonOf(status), Reason::kWrongDirectory) << status;
    EXPECT_NE(status.message().find(path), std::string::npos) << status;
  }
}

}  // namespace
}  // namespace replog::backup
