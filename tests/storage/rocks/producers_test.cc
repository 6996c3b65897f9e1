#include "storage/schema/producer_key.h"
#include "tests/storage/rocks/store_test.h"

namespace replog {
namespace {

using testing::NumberedRecords;

ProducerState StateAt(uint64_t epoch, uint64_t first, uint32_t count, Sequence log_first) {
  ProducerState state;
  state.next = first;
  state.Apply({.id = 7, .epoch = epoch, .first_sequence = first, .count = count, .outcomes = ""}, log_first,
              1'000'000);
  return state;
}

class ProducersTest : public testing::StoreTest {
 protected:
  ProducerState Find(LogNumber log, ProducerId producer) {
    auto found = store().FindProducer(log, producer);
    testing::MustWork(found.status());
    return *std::move(found);
  }
  void Commit(LogNumber log, ProducerId producer, const ProducerState& state) {
    LogCommit commit = testing::MakeCommit(driver_.LogOf(log), NumberedRecords("c", "text", 3));
    commit.producers.push_back({producer, state});
    ASSERT_TRUE(store().Commit({&commit, 1}, Durability::kSync).ok());
  }
};

TEST_F(ProducersTest, AnUnknownProducerHasWrittenNothing) { EXPECT_EQ(Find(log_, 7), ProducerState()); }

TEST_F(ProducersTest, TheStateIsWrittenWithTheRecordsAndKept) {
  Commit(log_, 7, StateAt(1, 0, 3, 0));
  Commit(log_, 8, StateAt(2, 10, 3, 3));
  Commit(log_, 7, StateAt(1, 3, 3, 6));
  driver_.Reopen();
  EXPECT_EQ(Find(log_, 7), StateAt(1, 3, 3, 6));
  EXPECT_EQ(Find(log_, 8), StateAt(2, 10, 3, 3));
  ASSERT_TRUE(store().Trim(log_, 9).ok());
  driver_.Reopen();
  EXPECT_EQ(Find(log_, 7), StateAt(1, 3, 3, 6)) << "it outlives its records";
}

TEST_F(ProducersTest, AreOfOneLogAndGoWithIt) {
  const LogNumber other = driver_.Create("other");
  Commit(log_, 7, StateAt(1, 0, 3, 0));
  EXPECT_EQ(Find(other, 7), ProducerState());
  Commit(other, 7, StateAt(5, 0, 3, 0));
  ASSERT_TRUE(store().DeleteLog(log_).ok());
  EXPECT_EQ(Find(log_, 7), ProducerState());
  EXPECT_EQ(Find(other, 7), StateAt(5, 0, 3, 0));
}

TEST_F(ProducersTest, CanBeForgotten) {
  for (const ProducerId producer : {7, 8, 9}) Commit(log_, producer, StateAt(1, 0, 3, 0));
  ASSERT_TRUE(store().ForgetProducers(log_, std::vector<ProducerId>{7, 9}).ok());
  driver_.Reopen();
  EXPECT_EQ(Find(log_, 7), ProducerState());
  EXPECT_EQ(Find(log_, 8), StateAt(1, 0, 3, 0));
  EXPECT_EQ(Find(log_, 9), ProducerState());
}

TEST_F(ProducersTest, ADamagedStateIsSaidToBe) {
  Commit(log_, 7, StateAt(1, 0, 3, 0));
  driver_.Close();
  testing::EditEngine(driver_.options(), [&](const Engine& engine) {
    ASSERT_TRUE(
        engine.db()->Put({}, engine.producers(), schema::ProducerKey{log_, 7}.Encode(), "\xff\xff").ok());
  });
  ASSERT_TRUE(driver_.Open().ok());
  EXPECT_EQ(ReasonOf(store().FindProducer(log_, 7).status()), Reason::kCorruptChunk);
}

}  // namespace
}  // namespace replog
