#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/faults/support/directory_image.h"
#include "tests/faults/support/log_client.h"
#include "tests/support/server_process.h"

namespace replog::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr int kRecords = 60;

std::string Text(int i) { return "<record " + std::to_string(i) + ">" + std::string(50'000, 'x'); }

// A directory that a server has left after a graceful stop, with everything in tables.
class DamagedDirectoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ServerProcess server({"--memtable-bytes", "1MiB", "--log-level", "warn"}, data_);
    LogClient client(server.address());
    for (int i = 0; i < kRecords; ++i) ASSERT_TRUE(client.Append("", {Text(i)}).ok());
    ASSERT_EQ(server.Terminate(), 0);
  }
  void Damage(int record) {
    bool found = false;
    // A compaction may have left a copy in a table that is not used any more.
    for (const std::string& table : EngineFiles(data_, ".sst")) {
      const size_t at = ReadFile(table).find("<record " + std::to_string(record) + ">");
      if (at == std::string::npos) continue;
      FlipBit(table, (at + 100) * 8);
      found = true;
    }
    ASSERT_TRUE(found) << record << " is in no table";
  }
  // What a server that cannot start says.
  std::string Refusal() {
    const auto before = ImageOf(data_);
    const Finished finished =
        RunReplogd({"--listen", "127.0.0.1:0", "--http-listen", "none", "--data", data_});
    EXPECT_EQ(finished.exit_code, 1) << finished.err;
    EXPECT_EQ(finished.out, "") << "it must not say that it listens";
    EXPECT_TRUE(ImageOf(data_) == before) << "something was changed or deleted";
    return finished.err;
  }

  const TempDirectory scratch_;
  const std::string data_ = scratch_ / "data";
};

TEST_F(DamagedDirectoryTest, AWholeOneIsVerified) {
  const Finished finished = RunReplogd({"verify", "--data", data_});
  EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("60 records"));
}

TEST_F(DamagedDirectoryTest, ABadBlockIsDataLossOverTheWireAndNamedByBothChecks) {
  Damage(30);
  const Finished offline = RunReplogd({"verify", "--data", data_});
  EXPECT_EQ(offline.exit_code, 1);
  EXPECT_THAT(offline.out, HasSubstr("sequences 30 to 30"));

  ServerProcess server({}, data_);
  LogClient client(server.address());
  v1::ReadResponse page;
  const grpc::Status status = client.Read("", 30, &page);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DATA_LOSS) << status.error_message();
  EXPECT_EQ(ReasonOf(status), "CORRUPT_CHUNK");
  for (const auto& [from, until] : {std::pair(0, 30), std::pair(31, kRecords)}) {
    const auto records = client.ReadAll("", from, until);
    ASSERT_EQ(records.size(), static_cast<size_t>(until - from));
    for (int i = from; i < until; ++i) EXPECT_EQ(records[static_cast<size_t>(i - from)].text(), Text(i));
  }

  const auto context = PatientContext();
  const auto stream = client.admin_stub().Verify(context.get(), v1::VerifyRequest());
  v1::VerifyResponse progress;
  std::vector<uint64_t> problems;
  uint64_t count = 0;
  while (stream->Read(&progress)) {
    for (const auto& problem : progress.problems()) problems.push_back(problem.first_sequence());
    count = progress.problem_count();
  }
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(count, 1u);
  EXPECT_THAT(problems, ::testing::Contains(30u));
}

TEST_F(DamagedDirectoryTest, AMissingFloorIsRefused) {
  fs::remove(data_ + "/FLOOR");
  EXPECT_THAT(Refusal(), HasSubstr("FLOOR"));
}

TEST_F(DamagedDirectoryTest, AMissingEngineIsRefusedAndNoEmptyOneIsMade) {
  fs::remove_all(data_ + "/db");
  EXPECT_THAT(Refusal(), HasSubstr("acknowledged"));
  EXPECT_FALSE(fs::exists(data_ + "/db/CURRENT"));
}

TEST_F(DamagedDirectoryTest, AMissingTableIsRefused) {
  fs::remove(EngineFiles(data_, ".sst").front());
  EXPECT_THAT(Refusal(), HasSubstr("cannot open"));
}

TEST(DamagedDirectory, AFileInItsPlaceIsRefused) {
  const TempDirectory scratch;
  std::ofstream(scratch / "data") << "x";
  const Finished finished =
      RunReplogd({"--listen", "127.0.0.1:0", "--http-listen", "none", "--data", scratch / "data"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("data directory"));
}

TEST(DamagedDirectory, ASecondServerIsRefused) {
  ServerProcess first;
  const Finished second =
      RunReplogd({"--listen", "127.0.0.1:0", "--http-listen", "none", "--data", first.data()});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.err, HasSubstr("in use by another server"));
  EXPECT_TRUE(first.Running());
}

}  // namespace
}  // namespace replog::testing
