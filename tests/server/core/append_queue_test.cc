#include "server/core/append_queue.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/server/core/fake_store.h"
#include "tests/server/core/records.h"

namespace replog {
namespace {

using testing::FakeStore;
using testing::MakeRequest;
using testing::NewRecord;
using Offer = AppendQueue::Offer;

constexpr std::chrono::microseconds kNow{0};
constexpr std::chrono::hours kLong{1};

class AppendQueueTest : public ::testing::Test {
 protected:
  LogPtr MakeLog(const std::string& name) { return std::make_shared<Log>(store_.MakeLog(name), 1 << 20); }
  static PendingAppend Append(const LogPtr& log, const std::string& text) {
    return {log, MakeRequest({NewRecord("c", text)}), [](absl::StatusOr<Appended>) {}};
  }
  static Offer Put(AppendQueue& queue, const LogPtr& log, const std::string& text,
                   std::function<void()> room = nullptr) {
    PendingAppend append = Append(log, text);
    return queue.TryPut(append, std::move(room));
  }
  // The texts of a group's records; {"task"} for a task, which is run.
  static std::vector<std::string> Texts(std::optional<AppendGroup> group) {
    std::vector<std::string> texts;
    if (!group) return {"closed"};
    if (group->task != nullptr) {
      group->task();
      return {"task"};
    }
    for (const PendingAppend& append : group->appends) {
      append.request.ForEachRecord([&](std::string_view record) {
        wire::FieldReader fields(record);
        wire::Field field;
        while (fields.Next(field)) {
          if (field.number == wire::record_field::kText) texts.emplace_back(field.bytes);
        }
      });
    }
    return texts;
  }
  using List = std::vector<std::string>;

  FakeStore store_;
  LogPtr a_ = MakeLog("a");
  LogPtr b_ = MakeLog("b");
};

TEST_F(AppendQueueTest, GivesEverythingThatIsReadyAsOneGroupInOrderOfArrival) {
  AppendQueue queue(AppendQueue::Options{}, SystemClock());
  EXPECT_EQ(Put(queue, a_, "1"), Offer::kTaken);
  EXPECT_EQ(Put(queue, b_, "2"), Offer::kTaken);
  EXPECT_EQ(Put(queue, a_, "3"), Offer::kTaken);
  EXPECT_EQ(Texts(queue.Take(kLong)), (List{"1", "2", "3"}));
  EXPECT_EQ(Texts(queue.Take(kNow)), List{});
}

TEST_F(AppendQueueTest, RunsATaskAfterWhatWasPutBeforeItAndBeforeWhatFollows) {
  AppendQueue queue(AppendQueue::Options{}, SystemClock());
  bool ran = false;
  Put(queue, a_, "1");
  EXPECT_TRUE(queue.PutTask([&] { ran = true; }));
  Put(queue, a_, "2");
  EXPECT_EQ(Texts(queue.Take(kLong)), List{"1"});
  EXPECT_FALSE(ran);
  EXPECT_EQ(Texts(queue.Take(kLong)), List{"task"});
  EXPECT_TRUE(ran);
  EXPECT_EQ(Texts(queue.Take(kLong)), List{"2"});
}

TEST_F(AppendQueueTest, BoundsAGroupButNeverBelowOneAppend) {
  AppendQueue::Options options;
  options.max_group_bytes = 1500;  // an append costs a little more than its bytes
  AppendQueue queue(options, SystemClock());
  Put(queue, a_, std::string(2000, 'x'));
  Put(queue, a_, "2");
  Put(queue, a_, "3");
  EXPECT_EQ(Texts(queue.Take(kLong)).size(), 1u);
  EXPECT_EQ(Texts(queue.Take(kLong)), (List{"2", "3"}));
}

TEST_F(AppendQueueTest, RefusesOneLogAtItsBoundAndNotTheOthers) {
  AppendQueue::Options options;
  options.max_log_bytes = 100;
  AppendQueue queue(options, SystemClock());
  EXPECT_EQ(Put(queue, a_, std::string(200, 'x')), Offer::kTaken) << "one larger append is let through";
  EXPECT_EQ(Put(queue, a_, "2"), Offer::kFull);
  EXPECT_EQ(Put(queue, b_, "3"), Offer::kTaken);
}

TEST_F(AppendQueueTest, LeavesARefusedAppendWithItsOwner) {
  AppendQueue::Options options;
  options.max_log_bytes = 10;
  AppendQueue queue(options, SystemClock());
  Put(queue, a_, "1234567890");
  PendingAppend append = Append(a_, "2");
  EXPECT_EQ(queue.TryPut(append, nullptr), Offer::kFull);
  EXPECT_EQ(append.request.count, 1u);
  EXPECT_NE(append.done, nullptr);
}

TEST_F(AppendQueueTest, CallsWhoFoundItFullOnceWhenThereIsRoom) {
  AppendQueue::Options options;
  options.max_log_bytes = 10;
  AppendQueue queue(options, SystemClock());
  int calls = 0;
  Put(queue, a_, "1234567890");
  EXPECT_EQ(Put(queue, a_, "2",
                [&] {
                  ++calls;
                  EXPECT_EQ(Put(queue, a_, "2"), Offer::kTaken) << "there is room when it is called";
                }),
            Offer::kFull);
  EXPECT_EQ(calls, 0);
  queue.Take(kLong);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(Texts(queue.Take(kLong)), List{"2"});
  EXPECT_EQ(calls, 1);
}

TEST_F(AppendQueueTest, GivesOutWhatItHasWhenItIsClosedAndTakesNothingMore) {
  AppendQueue queue(AppendQueue::Options{}, SystemClock());
  Put(queue, a_, "1");
  queue.Close();
  EXPECT_EQ(Put(queue, a_, "2"), Offer::kClosed);
  EXPECT_FALSE(queue.PutTask([] {}));
  EXPECT_EQ(Texts(queue.Take(kLong)), List{"1"});
  EXPECT_EQ(Texts(queue.Take(kLong)), List{"closed"});
}

TEST_F(AppendQueueTest, WakesATakerForAnAppendAndForTheEnd) {
  AppendQueue queue(AppendQueue::Options{}, SystemClock());
  size_t taken = 0;
  std::thread taker([&] {
    while (const auto group = queue.Take(kLong)) taken += group->appends.size();
  });
  for (int i = 0; i < 1000; ++i) Put(queue, a_, "x");
  queue.Close();
  taker.join();
  EXPECT_EQ(taken, 1000u);
}

}  // namespace
}  // namespace replog
