#include "server/core/retention.h"

#include <gtest/gtest.h>

#include "storage/model/chunk_builder.h"
#include "tests/server/core/fake_store.h"
#include "tests/server/core/records.h"

namespace replog {
namespace {

using testing::FakeStore;

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kStart = 1'000 * kSecond;

// A log of ten chunks of ten records each; chunk n was written at kStart + n seconds.
class RetentionTest : public ::testing::Test {
 protected:
  RetentionTest() : log_(store_.MakeLog()) {
    for (Sequence chunk = 0; chunk < 10; ++chunk) {
      ChunkBuilder builder(
          {log_.descriptor.number, 1, chunk * 10, bytes_, kStart + static_cast<int64_t>(chunk) * kSecond});
      for (int i = 0; i < 10; ++i) builder.Add(testing::NewRecord("c", "some text"));
      const std::vector<LogCommit> commits{{log_.descriptor.number, builder.Finish()}};
      EXPECT_TRUE(store_.Commit(commits, Durability::kSync).ok());
      bytes_ = builder.bytes_before_next();
      chunk_bytes_.push_back(bytes_);
    }
  }
  Sequence Point(const LogSettings& settings, std::optional<int64_t> now_us = kStart,
                 Sequence first_kept = 0) {
    const auto point =
        RetentionPoint({log_.descriptor.number, settings, first_kept, 100, bytes_}, store_, now_us);
    EXPECT_TRUE(point.ok()) << point.status();
    return point.value_or(UINT64_MAX);
  }
  static LogSettings Age(int64_t us) { return {Durability::kSync, us, 0, 0}; }
  static LogSettings Bytes(uint64_t bytes) { return {Durability::kSync, 0, bytes, 0}; }
  static LogSettings Records(uint64_t records) { return {Durability::kSync, 0, 0, records}; }
  uint64_t BytesFrom(size_t chunk) const { return bytes_ - (chunk == 0 ? 0 : chunk_bytes_[chunk - 1]); }

  FakeStore store_;
  StoredLog log_;
  uint64_t bytes_ = 0;
  std::vector<uint64_t> chunk_bytes_;  // record bytes up to the end of each chunk
};

TEST_F(RetentionTest, KeepsEverythingWithoutABound) { EXPECT_EQ(Point({}, kStart + 3600 * kSecond), 0u); }

TEST_F(RetentionTest, RemovesChunksWhoseNewestRecordIsTooOld) {
  EXPECT_EQ(Point(Age(5 * kSecond), kStart + 5 * kSecond), 0u) << "exactly as old as the bound is kept";
  EXPECT_EQ(Point(Age(5 * kSecond), kStart + 5 * kSecond + 1), 10u);
  EXPECT_EQ(Point(Age(5 * kSecond), kStart + 10 * kSecond), 50u);
  EXPECT_EQ(Point(Age(5 * kSecond), kStart + 100 * kSecond), 100u) << "age may empty a log";
}

TEST_F(RetentionTest, RemovesNothingByAgeWhileTheTimeIsNotKnown) {
  EXPECT_EQ(Point(Age(5 * kSecond), std::nullopt), 0u);
  LogSettings both = Age(1);
  both.retention_records = 25;
  EXPECT_EQ(Point(both, std::nullopt), 70u) << "the other bounds hold";
}

TEST_F(RetentionTest, KeepsAtLeastTheNumberOfRecordsInWholeChunks) {
  EXPECT_EQ(Point(Records(100)), 0u);
  EXPECT_EQ(Point(Records(99)), 0u);
  EXPECT_EQ(Point(Records(91)), 0u);
  EXPECT_EQ(Point(Records(90)), 10u);
  EXPECT_EQ(Point(Records(25)), 70u);
  EXPECT_EQ(Point(Records(1)), 90u) << "a log is never emptied by number";
}

TEST_F(RetentionTest, KeepsAtMostTheBytesInWholeChunksButAlwaysTheLast) {
  EXPECT_EQ(Point(Bytes(bytes_)), 0u);
  EXPECT_EQ(Point(Bytes(bytes_ - 1)), 10u);
  EXPECT_EQ(Point(Bytes(BytesFrom(7))), 70u);
  EXPECT_EQ(Point(Bytes(BytesFrom(7) - 1)), 80u);
  EXPECT_EQ(Point(Bytes(1)), 90u);
}

TEST_F(RetentionTest, GoesByTheStrictestOfItsBounds) {
  LogSettings both = Records(25);
  both.retention_age_us = 2 * kSecond;
  EXPECT_EQ(Point(both, kStart + 10 * kSecond), 80u);
  EXPECT_EQ(Point(both, kStart + 3 * kSecond), 70u);
}

TEST_F(RetentionTest, NeverGoesBack) {
  EXPECT_EQ(Point(Records(50), kStart, 75), 75u);
  EXPECT_EQ(Point(Records(50), kStart, 100), 100u);
}

}  // namespace
}  // namespace replog
