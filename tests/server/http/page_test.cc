#include "server/http/page.h"

#include <gtest/gtest.h>

#include <future>

#include "base/error.h"
#include "tests/server/core/fake_store.h"
#include "tests/server/core/manual_clock.h"
#include "tests/server/core/records.h"

namespace replog {
namespace {

using testing::FakeStore;

// A log whose reads the store holds back, and one page under way on the one thread that reads them.
class PageTest : public ::testing::Test {
 protected:
  PageTest() {
    std::promise<absl::Status> appended;
    PendingAppend append{
        *service_->logs().Find(""), testing::MakeRequest({testing::NewRecord("c", "text")}),
        [&](const absl::StatusOr<Appended>& outcome) { appended.set_value(outcome.status()); }};
    service_->appends().TryPut(append, nullptr);
    EXPECT_TRUE(appended.get_future().get().ok());
    store_.HoldReads(true);
    Ask();
    store_.AwaitHeldReads(1);
  }
  ~PageTest() override { store_.HoldReads(false); }

  // Asks for a page; its answer comes when reads go on.
  std::future<absl::StatusOr<http::Response>> Ask(
      std::shared_ptr<const std::atomic<bool>> abandoned = nullptr) {
    http::Request request;
    request.abandoned = std::move(abandoned);
    const auto answer = std::make_shared<std::promise<absl::StatusOr<http::Response>>>();
    AnswerPage(context_, {.log = "", .channel = ""}, Call{request, id_, *access_.Identify({})},
               [answer](absl::StatusOr<http::Response> response) { answer->set_value(std::move(response)); });
    return answer->get_future();
  }

  const std::string id_ = "request";
  FakeStore store_;
  testing::ManualClock clock_;
  AccessControl access_{clock_};
  const std::unique_ptr<LogService> service_ = *LogService::Open({.blocking_threads = 1}, store_, clock_);
  ApiContext context_{*service_, access_};
};

TEST_F(PageTest, AreRefusedWhenTooManyWait) {
  std::vector<std::future<absl::StatusOr<http::Response>>> waiting;
  while (!context_.pages.full()) waiting.push_back(Ask());
  auto over = Ask();
  ASSERT_EQ(over.wait_for(std::chrono::seconds(0)), std::future_status::ready) << "at once";
  const absl::Status refused = over.get().status();
  ASSERT_EQ(ReasonOf(refused), Reason::kBusy);
  EXPECT_EQ(MetadataOf(refused), (Metadata{{"limit", "1000"}}));
  store_.HoldReads(false);
  for (auto& page : waiting) EXPECT_TRUE(page.get().ok());
  EXPECT_TRUE(Ask().get().ok()) << "there is room again";
}

TEST_F(PageTest, ThatNobodyWaitsForAreNotReadWhileOthersWait) {
  const auto abandoned = std::make_shared<std::atomic<bool>>(false);
  auto left = Ask(abandoned);
  auto last = Ask();
  *abandoned = true;
  store_.HoldReads(false);
  EXPECT_EQ(ReasonOf(left.get().status()), Reason::kCancelled);
  EXPECT_TRUE(last.get().ok());
}

TEST_F(PageTest, OfAClientThatClosedOnlyItsSideIsReadWhenNobodyElseWaits) {
  auto half_closed = Ask(std::make_shared<std::atomic<bool>>(true));
  store_.HoldReads(false);
  EXPECT_TRUE(half_closed.get().ok());
}

}  // namespace
}  // namespace replog
