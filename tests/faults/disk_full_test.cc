#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <random>
#include <thread>

#include "tests/faults/support/log_client.h"
#include "tests/support/server_process.h"

namespace replog::testing {
namespace {

// A file system of 64 MiB for a server's data. When the sandbox lets nobody mount one, an ordinary directory,
// on which only the reserve can run out; it says so.
class SmallDisk {
 public:
  SmallDisk() {
    std::filesystem::create_directory(path());
    mounted_ = ::mount("tmpfs", path().c_str(), "tmpfs", 0, "size=64m") == 0;
    if (!mounted_) {
      std::cout << "*** cannot mount a small file system (" << std::strerror(errno)
                << "): the disk is filled only up to the server's reserve, on an ordinary directory ***\n";
    }
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(path().c_str(), MNT_DETACH);
  }

  bool mounted() const { return mounted_; }
  std::string path() const { return scratch_ / "disk"; }
  std::string data() const { return path() + "/data"; }
  uint64_t FreeBytes() const {
    struct statvfs stats {};
    ::statvfs(path().c_str(), &stats);
    return static_cast<uint64_t>(stats.f_bavail) * stats.f_frsize;
  }
  // The reserve at which a server stops: on the small disk, a part of it; else a little less than what is
  // free now.
  uint64_t Reserve() const { return mounted_ ? 16 << 20 : FreeBytes() - (8 << 20); }

  // Leaves `free` bytes to others.
  void FillTo(uint64_t free) const {
    const uint64_t now = FreeBytes();
    if (now > free) std::ofstream(filler(), std::ios::binary) << std::string(now - free, 'f');
  }
  void MakeRoom() const { std::filesystem::remove(filler()); }

 private:
  std::string filler() const { return path() + "/filler"; }

  const TempDirectory scratch_;
  bool mounted_ = false;
};

// A server on a small disk, and what it acknowledged.
class DiskFullTest : public ::testing::Test {
 protected:
  std::string NextText() { return std::to_string(acknowledged_.size()) + std::string(20'000, 'x'); }
  grpc::Status Append() {
    const std::string text = NextText();
    auto status = client_->Append("", {text});
    if (status.ok()) acknowledged_.push_back(text);
    return status;
  }
  void ExpectEverythingIsThere() {
    const auto records = client_->ReadAll("", 0, acknowledged_.size());
    ASSERT_EQ(records.size(), acknowledged_.size());
    for (size_t i = 0; i < records.size(); ++i) ASSERT_EQ(records[i].text(), acknowledged_[i]);
  }
  // Reads a subscription from the beginning up to what was acknowledged.
  void ExpectASubscriberGetsEverything() {
    v1::SubscribeRequest request;
    request.set_until_sequence(acknowledged_.size());
    const auto context = PatientContext();
    const auto stream = client_->log_stub().Subscribe(context.get(), request);
    v1::SubscribeResponse frame;
    size_t next = 0;
    while (stream->Read(&frame)) {
      for (const auto& record : frame.records()) ASSERT_EQ(record.text(), acknowledged_.at(next++));
    }
    EXPECT_TRUE(stream->Finish().ok());
    EXPECT_EQ(next, acknowledged_.size());
  }

  SmallDisk disk_;
  ServerProcess server_{{"--reserve-bytes", std::to_string(disk_.Reserve()), "--memtable-bytes", "1MiB",
                         "--tail-bytes", "64KiB", "--log-level", "warn"},
                        disk_.data()};
  std::optional<LogClient> client_{std::in_place, server_.address()};
  std::vector<std::string> acknowledged_;
};

TEST_F(DiskFullTest, AppendsStopAtTheReserveReadsGoOnAndAppendsResumeByThemselves) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(Append().ok());
  for (int round = 0; round < 2; ++round) {
    disk_.FillTo(disk_.Reserve() - (4 << 20));
    const grpc::Status refused = Append();
    EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << refused.error_message();
    EXPECT_EQ(ReasonOf(refused), "DISK_FULL");
    ExpectEverythingIsThere();
    ExpectASubscriberGetsEverything();
    EXPECT_EQ(client_->GetLog("").committed_end(), acknowledged_.size());
    disk_.MakeRoom();
    ASSERT_TRUE(Append().ok()) << "appends resume when there is room";
  }
  ExpectASubscriberGetsEverything();
  server_.Kill9();
  server_.Restart();
  client_.emplace(server_.address());
  ExpectEverythingIsThere();
  EXPECT_EQ(client_->GetLog("").committed_end(), acknowledged_.size());
}

// Records that do not compress away: 8 MiB.
void AppendNoise(LogClient& client) {
  std::mt19937 random(1);
  for (int i = 0; i < 8; ++i) {
    std::string noise(1'000'000, '\0');
    for (char& c : noise) c = static_cast<char>(' ' + random() % 94);
    ASSERT_TRUE(client.Append("", {noise}).ok());
  }
}

TEST_F(DiskFullTest, ABackupIsGivenUpAtTheReserveSoThatAppendsGoOn) {
  AppendNoise(*client_);
  grpc::ChannelArguments small_window;
  small_window.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  const auto admin = v1::LogAdmin::NewStub(
      grpc::CreateCustomChannel(server_.address(), grpc::InsecureChannelCredentials(), small_window));
  const auto context = PatientContext();
  const auto reader = admin->Backup(context.get(), v1::BackupRequest());
  v1::BackupResponse response;
  ASSERT_TRUE(reader->Read(&response)) << "it has begun; its client then reads no more";
  ASSERT_TRUE(std::filesystem::exists(disk_.data() + "/BACKUP"));
  disk_.FillTo(disk_.Reserve() - (4 << 20));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (std::filesystem::exists(disk_.data() + "/BACKUP")) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "what it copied still takes space";
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  while (reader->Read(&response)) {
  }
  EXPECT_EQ(ReasonOf(reader->Finish()), "DISK_FULL");
  disk_.MakeRoom();
  EXPECT_TRUE(Append().ok());
}

TEST_F(DiskFullTest, ABackupOntoAFullDiskFailsAndLeavesNothing) {
  if (!disk_.mounted()) GTEST_SKIP() << "needs a small file system";
  ServerProcess server;
  LogClient client(server.address());
  AppendNoise(client);
  disk_.FillTo(4 << 20);
  const std::string backup = disk_.path() + "/backup";
  const auto finished =
      RunProgram({std::getenv("REPLOG_CLI"), "--server", server.address(), "backup", "--to", backup});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.err.find("DISK_FULL"), std::string::npos) << finished.err;
  EXPECT_FALSE(std::filesystem::exists(backup));
  EXPECT_GE(disk_.FreeBytes(), 3u << 20);
  EXPECT_TRUE(client.Append("", {"the server does not mind"}).ok());
  disk_.MakeRoom();
  EXPECT_EQ(RunProgram({std::getenv("REPLOG_CLI"), "--server", server.address(), "backup", "--to", backup})
                .exit_code,
            0);
}

}  // namespace
}  // namespace replog::testing
