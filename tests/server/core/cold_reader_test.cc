#include "server/core/cold_reader.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/server/core/core_fixture.h"

namespace replog {
namespace {

using testing::CoreFixture;
using ReadAnswer = absl::StatusOr<ChunkRun>;

class ColdReaderTest : public ::testing::Test, public CoreFixture {
 protected:
  ColdReaderTest() {
    Start();
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(Append(std::to_string(i)).get().ok());
  }
  std::future<ReadAnswer> Read(ColdReader& reader, Sequence from, const ChannelFilter& filter) {
    auto promise = std::make_shared<std::promise<ReadAnswer>>();
    reader.Read(log()->number(), from, 4, 1, filter,
                [promise](ReadAnswer run) { promise->set_value(std::move(run)); });
    return promise->get_future();
  }

  const ChannelFilter all_;
  const ChannelFilter some_{std::vector<std::string>{"c"}};
};

TEST_F(ColdReaderTest, ReadersOfOnePlaceShareOneRead) {
  ThreadPool blocking(2);
  ColdReader reader(store, blocking, 0);
  store.HoldReads(true);
  std::vector<std::future<ReadAnswer>> runs;
  runs.push_back(Read(reader, 1, all_));
  store.AwaitHeldReads(1);
  for (int i = 0; i < 49; ++i) runs.push_back(Read(reader, 1, all_));
  store.HoldReads(false);
  const void* shared = nullptr;
  for (auto& run : runs) {
    const auto answer = run.get();
    ASSERT_TRUE(answer.ok());
    ASSERT_EQ(answer->chunks.size(), 1u);
    EXPECT_EQ(answer->chunks[0]->first(), 1u);
    if (shared == nullptr) shared = answer->chunks[0].get();
    EXPECT_EQ(answer->chunks[0].get(), shared) << "one read, one memory";
  }
  EXPECT_EQ(store.reads(), 1);
}

TEST_F(ColdReaderTest, ThoseWhoComeShortlyAfterGetWhatWasRead) {
  ThreadPool blocking(1);
  ColdReader reader(store, blocking, 1 << 20);
  const auto first = Read(reader, 0, all_).get();
  const auto second = Read(reader, 0, all_).get();
  EXPECT_EQ(first->chunks[0], second->chunks[0]);
  EXPECT_EQ(store.reads(), 1);
  EXPECT_TRUE(Read(reader, 1, all_).get().ok());
  EXPECT_EQ(store.reads(), 2) << "another place is another read";
}

TEST_F(ColdReaderTest, RemembersNoMoreThanItsBytes) {
  ThreadPool blocking(1);
  const size_t chunk_bytes = store.ReadForward(log()->number(), 0, 4, 1, all_)->chunks[0]->encoded().size();
  ColdReader reader(store, blocking, 2 * chunk_bytes);
  const int before = store.reads();
  for (Sequence from = 0; from < 3; ++from) Read(reader, from, all_).wait();
  Read(reader, 2, all_).wait();
  Read(reader, 1, all_).wait();
  EXPECT_EQ(store.reads() - before, 3);
  Read(reader, 0, all_).wait();
  EXPECT_EQ(store.reads() - before, 4) << "the oldest was forgotten";
}

TEST_F(ColdReaderTest, AFilteredReadIsItsReadersOwn) {
  ThreadPool blocking(1);
  ColdReader reader(store, blocking, 1 << 20);
  EXPECT_EQ(Read(reader, 0, some_).get()->chunks.size(), 1u);
  EXPECT_EQ(Read(reader, 0, some_).get()->chunks.size(), 1u);
  EXPECT_EQ(store.reads(), 2);
}

}  // namespace
}  // namespace replog
