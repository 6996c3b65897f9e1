#include "storage/rocks/verifier.h"

#include "proto/wire/varint.h"
#include "storage/model/chunk_format.h"
#include "storage/schema/channel_key.h"
#include "storage/schema/chunk_key.h"
#include "tests/storage/rocks/store_test.h"

namespace replog {
namespace {

using ::testing::HasSubstr;
using testing::NumberedRecords;

// Ten chunks of four records each.
class VerifierTest : public testing::StoreTest {
 protected:
  void SetUp() override {
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(driver_.Append(log_, NumberedRecords("c", "text", 4)).ok());
  }
  std::string KeyOf(Sequence chunk) const { return schema::ChunkKey{log_, chunk}.Encode(); }
  // Changes what is on disk, then checks it.
  VerifyProgress VerifyAfter(const std::function<void(const Engine&)>& edit) {
    driver_.Close();
    testing::EditEngine(driver_.options(), edit);
    testing::MustWork(driver_.Open());
    return driver_.Verify(log_);
  }
  // Puts other bytes under a chunk's key.
  VerifyProgress VerifyWith(Sequence chunk, const std::function<void(std::string&)>& change) {
    return VerifyAfter([&](const Engine& engine) {
      std::string value;
      ASSERT_TRUE(engine.db()->Get({}, engine.chunks(), KeyOf(chunk), &value).ok());
      change(value);
      ASSERT_TRUE(engine.db()->Put({}, engine.chunks(), KeyOf(chunk), value).ok());
    });
  }
  static void ExpectOneProblem(const VerifyProgress& progress, Sequence first, std::string_view description) {
    ASSERT_GE(progress.problem_count, 1u);
    EXPECT_EQ(progress.problems[0].first, first);
    EXPECT_THAT(progress.problems[0].description, HasSubstr(std::string(description)));
    EXPECT_TRUE(progress.done);
  }
};

TEST_F(VerifierTest, AWholeLogHasNoProblem) {
  const VerifyProgress progress = driver_.Verify(log_);
  EXPECT_TRUE(progress.done);
  EXPECT_EQ(progress.problem_count, 0u);
  EXPECT_EQ(progress.chunks, 10u);
  EXPECT_EQ(progress.records, 40u);
  EXPECT_EQ(progress.first, 0u);
  EXPECT_EQ(progress.end, 40u);
}

TEST_F(VerifierTest, FindsABadChecksum) {
  ExpectOneProblem(VerifyWith(12, [](std::string& value) { value.back() ^= 1; }), 12, "checksum");
}

TEST_F(VerifierTest, FindsAChunkThatIsCutShort) {
  ExpectOneProblem(VerifyWith(12, [](std::string& value) { value.resize(10); }), 12, "cut short");
}

TEST_F(VerifierTest, FindsAMissingChunkAndNothingElse) {
  const auto progress = VerifyAfter(
      [&](const Engine& engine) { ASSERT_TRUE(engine.db()->Delete({}, engine.chunks(), KeyOf(12)).ok()); });
  ExpectOneProblem(progress, 12, "missing");
  EXPECT_EQ(progress.problem_count, 1u);
  EXPECT_EQ(progress.problems[0].end, 16u);
  EXPECT_EQ(progress.chunks, 9u);
}

TEST_F(VerifierTest, FindsAMissingFirstChunk) {
  const auto progress = VerifyAfter(
      [&](const Engine& engine) { ASSERT_TRUE(engine.db()->Delete({}, engine.chunks(), KeyOf(0)).ok()); });
  ExpectOneProblem(progress, 0, "missing");
  EXPECT_EQ(progress.problems[0].end, 4u);
}

TEST_F(VerifierTest, FindsAMissingEnd) {
  const StoredLog log = driver_.LogOf(log_);
  const auto progress = VerifyAfter([&](const Engine& engine) {
    for (const Sequence chunk : {32, 36})
      ASSERT_TRUE(engine.db()->Delete({}, engine.chunks(), KeyOf(chunk)).ok());
  });
  // Nobody knows any more that there was something; only whoever was told the end can ask for it.
  EXPECT_EQ(progress.end, 32u);
  VerifyProgress asked;
  ASSERT_TRUE(store()
                  .Verify(log_, 0, log.end,
                          [&](const VerifyProgress& report) {
                            asked = report;
                            return true;
                          })
                  .ok());
  ExpectOneProblem(asked, 32, "missing");
  EXPECT_EQ(asked.problems[0].end, 40u);
}

TEST_F(VerifierTest, FindsARecordWithAnotherSequence) {
  // A whole chunk with a right checksum whose records say another sequence: sealed again under a wrong key.
  ExpectOneProblem(VerifyWith(12,
                              [&](std::string& value) {
                                const auto header = DecodeChunkHeader(log_, 12, value);
                                auto other = testing::MakeCommit({.descriptor = {.number = log_}, .end = 20},
                                                                 NumberedRecords("c", "text", 4));
                                value = other.chunks[0]->encoded();
                                SealChunk(log_, 12, *header, value);
                              }),
                   12, "sequence");
}

TEST_F(VerifierTest, FindsRecordsThatAreFewerThanTheHeaderSays) {
  ExpectOneProblem(VerifyWith(12,
                              [&](std::string& value) {
                                auto header = *DecodeChunkHeader(log_, 12, value);
                                header.count = 5;
                                SealChunk(log_, 12, header, value);
                              }),
                   16, "not whole");
}

TEST_F(VerifierTest, FindsRecordsThatAreMoreThanTheHeaderSays) {
  const auto progress = VerifyWith(12, [&](std::string& value) {
    auto header = *DecodeChunkHeader(log_, 12, value);
    header.count = 3;
    SealChunk(log_, 12, header, value);
  });
  EXPECT_GE(progress.problem_count, 1u);
}

TEST_F(VerifierTest, FindsAMissingIndexEntry) {
  const auto progress = VerifyAfter([&](const Engine& engine) {
    ASSERT_TRUE(engine.db()->Delete({}, engine.channels(), schema::ChannelKey{log_, "c", 12}.Encode()).ok());
  });
  ExpectOneProblem(progress, 12, "index");
  EXPECT_EQ(progress.problems[0].end, 16u);
}

TEST_F(VerifierTest, FindsAnIndexEntryWithAnotherCount) {
  const auto progress = VerifyAfter([&](const Engine& engine) {
    std::string count;
    wire::AppendVarint(count, 3);
    ASSERT_TRUE(
        engine.db()->Put({}, engine.channels(), schema::ChannelKey{log_, "c", 12}.Encode(), count).ok());
  });
  ExpectOneProblem(progress, 12, "index");
}

TEST_F(VerifierTest, OneProblemDoesNotHideTheNext) {
  const auto progress = VerifyAfter([&](const Engine& engine) {
    for (const Sequence chunk : {4, 20, 24}) {
      ASSERT_TRUE(engine.db()->Put({}, engine.chunks(), KeyOf(chunk), std::string(100, 'x')).ok());
    }
  });
  std::set<Sequence> found;
  for (const VerifyProblem& problem : progress.problems) found.insert(problem.first);
  EXPECT_THAT(found, ::testing::IsSupersetOf({4, 20, 24}));
  EXPECT_EQ(progress.chunks, 7u);
}

TEST_F(VerifierTest, ListsAHundredProblemsAndCountsAll) {
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(driver_.Append(log_, NumberedRecords("c", "text", 1)).ok());
  const auto progress = VerifyAfter([&](const Engine& engine) {
    for (Sequence i = 40; i < 239; ++i) {
      ASSERT_TRUE(engine.db()->Delete({}, engine.channels(), schema::ChannelKey{log_, "c", i}.Encode()).ok());
    }
  });
  EXPECT_EQ(progress.problem_count, 199u);
  EXPECT_EQ(progress.problems.size(), 100u);
}

TEST_F(VerifierTest, StopsWhenTheReporterSaysSo) {
  // Progress is reported every 16 MiB.
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(driver_.Append(log_, {{"c", std::string(1 << 20, 'x')}}, Durability::kOs).ok());
  }
  int reports = 0;
  const auto status = store().Verify(log_, 0, driver_.LogOf(log_).end, [&](const VerifyProgress& progress) {
    EXPECT_FALSE(progress.done);
    ++reports;
    return false;
  });
  EXPECT_EQ(ReasonOf(status), Reason::kCancelled);
  EXPECT_EQ(reports, 1);
}

TEST_F(VerifierTest, OfATrimmedLogChecksWhatIsKept) {
  ASSERT_TRUE(store().Trim(log_, 14).ok());
  const VerifyProgress progress = driver_.Verify(log_);
  EXPECT_EQ(progress.problem_count, 0u);
  EXPECT_EQ(progress.first, 14u);
}

}  // namespace
}  // namespace replog
