#include "storage/schema/fence_key.h"
#include "tests/storage/rocks/store_test.h"

namespace replog {
namespace {

using testing::NumberedRecords;

class FencesTest : public testing::StoreTest {
 protected:
  std::optional<FencingToken> Find(LogNumber log, const std::string& lease) {
    const auto found = store().FindFence(log, lease);
    testing::MustWork(found.status());
    return *found;
  }
  void Commit(LogNumber log, const std::vector<LeaseToken>& fences) {
    LogCommit commit = testing::MakeCommit(driver_.LogOf(log), NumberedRecords("c", "text", 3));
    commit.fences = fences;
    ASSERT_TRUE(store().Commit({&commit, 1}, Durability::kSync).ok());
  }
};

TEST_F(FencesTest, AreWrittenWithTheRecordsAndKept) {
  EXPECT_EQ(Find(log_, "leader"), std::nullopt);
  Commit(log_, {{"leader", {0, 5}}, {"other", {1, 2}}});
  Commit(log_, {{"leader", {0, 9}}});
  driver_.Reopen();
  EXPECT_EQ(Find(log_, "leader"), (FencingToken{0, 9}));
  EXPECT_EQ(Find(log_, "other"), (FencingToken{1, 2}));
  ASSERT_TRUE(store().Trim(log_, 6).ok());
  driver_.Reopen();
  EXPECT_EQ(Find(log_, "leader"), (FencingToken{0, 9})) << "they outlive their records";
}

TEST_F(FencesTest, AreOfOneLogAndGoWithIt) {
  const LogNumber other = driver_.Create("other");
  Commit(log_, {{"leader", {0, 5}}});
  EXPECT_EQ(Find(other, "leader"), std::nullopt);
  Commit(other, {{"leader", {0, 7}}});
  ASSERT_TRUE(store().DeleteLog(log_).ok());
  EXPECT_EQ(Find(log_, "leader"), std::nullopt);
  EXPECT_EQ(Find(other, "leader"), (FencingToken{0, 7}));
}

TEST_F(FencesTest, AValueThatIsNoneIsNotTakenForNone) {
  Commit(log_, {{"leader", {0, 5}}});
  const auto options = driver_.options();
  driver_.Close();
  testing::EditEngine(options, [&](const Engine& engine) {
    const auto key = schema::FenceKey{log_, "leader"}.Encode();
    ASSERT_TRUE(engine.db()->Put({}, engine.fences(), key, "short").ok());
  });
  testing::MustWork(driver_.Open());
  EXPECT_EQ(ReasonOf(store().FindFence(log_, "leader").status()), Reason::kCorruptChunk);
}

}  // namespace
}  // namespace replog
