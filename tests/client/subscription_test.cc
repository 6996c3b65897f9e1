#include "client/subscription.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <numeric>
#include <utility>

#include "tests/client/fake_server.h"

namespace replog::client {
namespace {

using std::chrono::milliseconds;
using Writer = FakeServer::SubscribeWriter;

const grpc::Status kBroken(grpc::StatusCode::UNAVAILABLE, "broken");

FakeServer::SubscribeScript SendAndEnd(std::vector<v1::SubscribeResponse> frames, grpc::Status end) {
  return [frames, end](grpc::ServerContext&, const v1::SubscribeRequest&, Writer& writer) {
    for (const auto& frame : frames) writer.Write(frame);
    return end;
  };
}

FakeServer::SubscribeScript SendAndHang(std::vector<v1::SubscribeResponse> frames) {
  return [frames](grpc::ServerContext& context, const v1::SubscribeRequest&, Writer& writer) {
    for (const auto& frame : frames) writer.Write(frame);
    return Hang(context);
  };
}

std::vector<uint64_t> Sequences(uint64_t first, uint64_t end) {
  std::vector<uint64_t> sequences(end - first);
  std::iota(sequences.begin(), sequences.end(), first);
  return sequences;
}

// Both ways of delivery keep every promise.
class SubscriptionTest : public testing::TestWithParam<DeliveryThread> {
 protected:
  // Options that write down what is delivered.
  SubscriptionOptions Options() {
    SubscriptionOptions options;
    options.delivery = GetParam();
    options.on_record = [this](const RecordView& record) {
      EXPECT_EQ(record.body(), "text " + std::to_string(record.sequence()));
      delivered_.push_back(record.sequence());
    };
    options.on_end = [this](const Status&) { ++ends_; };
    return options;
  }
  // Subscribes and waits for the end.
  Status Run(SubscriptionOptions options) {
    Subscription subscription(server_.MakeClient(), std::move(options));
    return subscription.Wait();
  }

  FakeServer server_;
  std::vector<uint64_t> delivered_;
  int ends_ = 0;
};

TEST_P(SubscriptionTest, EndsWithOkWhereUntilSays) {
  server_.OnSubscribe(SendAndEnd({Frame(0, 3), Frame(3, 5)}, grpc::Status::OK));
  SubscriptionOptions options = Options();
  options.until_sequence = 5;
  EXPECT_TRUE(Run(std::move(options)).ok());
  EXPECT_EQ(delivered_, Sequences(0, 5));
  EXPECT_EQ(ends_, 1);
  EXPECT_EQ(server_.subscribe_requests()[0].until_sequence(), 5u);
}

TEST_P(SubscriptionTest, ResumesAfterEachBreakWithoutAGapOrARepetition) {
  server_.OnSubscribe(SendAndEnd({Frame(0, 3), Frame(3, 7)}, kBroken));
  server_.OnSubscribe(SendAndEnd({}, kBroken));
  server_.OnSubscribe(SendAndEnd({Frame(7, 8, 2)}, grpc::Status(grpc::StatusCode::INTERNAL, "RST_STREAM")));
  server_.OnSubscribe(SendAndEnd({Frame(8, 10, 2)}, grpc::Status::OK));
  SubscriptionOptions options = Options();
  options.until_sequence = 10;
  EXPECT_TRUE(Run(std::move(options)).ok());
  EXPECT_EQ(delivered_, Sequences(0, 10));
  const auto requests = server_.subscribe_requests();
  ASSERT_EQ(requests.size(), 4u);
  EXPECT_EQ(requests[0].start_case(), v1::SubscribeRequest::START_NOT_SET);
  EXPECT_EQ(requests[1].from_position().next_sequence(), 7u);
  EXPECT_EQ(requests[1].from_position().epoch(), 1u);
  EXPECT_EQ(requests[2].from_position().next_sequence(), 7u);
  EXPECT_EQ(requests[3].from_position().next_sequence(), 8u);
  EXPECT_EQ(requests[3].from_position().epoch(), 2u);
  EXPECT_EQ(requests[3].from_position().log_uuid(), "uuid");
}

TEST_P(SubscriptionTest, AForkFoundOnResumingEndsIt) {
  server_.OnSubscribe(SendAndEnd({Frame(0, 3)}, kBroken));
  server_.OnSubscribe(SendAndEnd({}, ErrorWithReason(grpc::StatusCode::ABORTED, "FORKED")));
  const Status end = Run(Options());
  EXPECT_EQ(end.code(), StatusCode::kAborted);
  EXPECT_EQ(end.reason(), "FORKED");
  EXPECT_EQ(delivered_, Sequences(0, 3));
  EXPECT_EQ(server_.subscribe_requests().size(), 2u);
  EXPECT_EQ(ends_, 1);
}

TEST_P(SubscriptionTest, ATrimBelowItsPositionEndsIt) {
  server_.OnSubscribe(SendAndEnd({}, ErrorWithReason(grpc::StatusCode::OUT_OF_RANGE, "BELOW_FIRST_KEPT")));
  EXPECT_EQ(Run(Options()).reason(), "BELOW_FIRST_KEPT");
}

TEST_P(SubscriptionTest, ARepeatedOrMissingRecordIsNotDeliveredAndEndsIt) {
  for (const auto& second : {Frame(2, 5), Frame(4, 5)}) {
    FakeServer server;
    server.OnSubscribe(SendAndHang({Frame(0, 3), second}));
    delivered_.clear();
    Subscription subscription(server.MakeClient(), Options());
    EXPECT_EQ(subscription.Wait().reason(), reason::kProtocol);
    EXPECT_EQ(delivered_, Sequences(0, 3));
  }
}

TEST_P(SubscriptionTest, WaitsAsLongAsTheServerAsks) {
  server_.OnSubscribe(SendAndEnd({}, ErrorWithReason(grpc::StatusCode::UNAVAILABLE, "SHUTTING_DOWN", 20)));
  server_.OnSubscribe(SendAndEnd({Frame(0, 1)}, grpc::Status::OK));
  SubscriptionOptions options = Options();
  options.until_sequence = 1;
  std::vector<milliseconds> delays;
  options.on_retry = [&delays](const Status& why, milliseconds delay) {
    EXPECT_EQ(why.reason(), "SHUTTING_DOWN");
    delays.push_back(delay);
  };
  EXPECT_TRUE(Run(std::move(options)).ok());
  ASSERT_EQ(delays.size(), 1u);
  EXPECT_GE(delays[0], milliseconds(20));
}

TEST_P(SubscriptionTest, ASilentStreamIsMadeAgain) {
  server_.OnSubscribe(SendAndHang({Frame(0, 2)}));
  server_.OnSubscribe(SendAndEnd({Frame(2, 4)}, grpc::Status::OK));
  SubscriptionOptions options = Options();
  options.until_sequence = 4;
  options.watchdog = milliseconds(30);
  EXPECT_TRUE(Run(std::move(options)).ok());
  EXPECT_EQ(delivered_, Sequences(0, 4));
}

TEST_P(SubscriptionTest, CaughtUpIsSaidAfterTheFramesRecords) {
  v1::SubscribeResponse last = Frame(2, 4);
  last.set_caught_up(true);
  server_.OnSubscribe(SendAndEnd({Frame(0, 2), last}, grpc::Status::OK));
  SubscriptionOptions options = Options();
  options.until_sequence = 4;
  std::vector<size_t> delivered_when_caught_up;
  options.on_caught_up = [&](uint64_t next) {
    EXPECT_EQ(next, 4u);
    delivered_when_caught_up.push_back(delivered_.size());
  };
  EXPECT_TRUE(Run(std::move(options)).ok());
  EXPECT_EQ(delivered_when_caught_up, std::vector<size_t>{4});
}

TEST_P(SubscriptionTest, NothingIsDeliveredAfterCancelWithinACallback) {
  server_.OnSubscribe(SendAndHang({Frame(0, 100)}));
  std::promise<Subscription*> made;
  auto subscription_made = made.get_future().share();
  SubscriptionOptions options = Options();
  options.on_record = [&](const RecordView& record) {
    delivered_.push_back(record.sequence());
    if (record.sequence() == 5) subscription_made.get()->Cancel();
  };
  Subscription subscription(server_.MakeClient(), std::move(options));
  made.set_value(&subscription);
  EXPECT_EQ(subscription.Wait().reason(), reason::kCancelled);
  EXPECT_EQ(delivered_, Sequences(0, 6));
}

TEST_P(SubscriptionTest, MayBeDestroyedWithinItsCallback) {
  server_.OnSubscribe(SendAndHang({Frame(0, 100)}));
  std::promise<std::unique_ptr<Subscription>> made;
  auto subscription_made = made.get_future();
  std::promise<void> ended;
  SubscriptionOptions options = Options();
  options.on_record = [&](const RecordView& record) {
    delivered_.push_back(record.sequence());
    subscription_made.get().reset();
  };
  options.on_end = [&](const Status& status) {
    EXPECT_EQ(status.code(), StatusCode::kCancelled);
    ended.set_value();
  };
  made.set_value(std::make_unique<Subscription>(server_.MakeClient(), std::move(options)));
  ended.get_future().wait();
  EXPECT_EQ(delivered_, Sequences(0, 1));
}

TEST_P(SubscriptionTest, TheDestructorEndsItWhileItWaitsToTryAgain) {
  server_.OnSubscribe(SendAndEnd({}, ErrorWithReason(grpc::StatusCode::UNAVAILABLE, "SHUTTING_DOWN", 900)));
  std::promise<void> retrying;
  SubscriptionOptions options = Options();
  options.on_retry = [&retrying](const Status&, milliseconds) { retrying.set_value(); };
  {
    Subscription subscription(server_.MakeClient(), std::move(options));
    retrying.get_future().wait();
  }
  EXPECT_EQ(ends_, 1);
}

TEST_P(SubscriptionTest, GivesUpWhenItIsTold) {
  server_.OnSubscribe(SendAndEnd({}, kBroken));
  SubscriptionOptions options = Options();
  options.give_up_after = milliseconds(20);
  EXPECT_EQ(Run(std::move(options)).code(), StatusCode::kUnavailable);
}

// Many small frames, so that reading ahead and delivering overlap in every way.
TEST_P(SubscriptionTest, FramesReadAheadStayInOrder) {
  constexpr uint64_t kRecords = 20'000;
  std::vector<v1::SubscribeResponse> frames;
  for (uint64_t i = 0; i < kRecords; ++i) frames.push_back(Frame(i, i + 1));
  server_.OnSubscribe(SendAndEnd(frames, grpc::Status::OK));
  SubscriptionOptions options = Options();
  options.until_sequence = kRecords;
  EXPECT_TRUE(Run(std::move(options)).ok());
  EXPECT_EQ(delivered_, Sequences(0, kRecords));
}

TEST_P(SubscriptionTest, PositionIsWhereANewSubscriptionGoesOn) {
  server_.OnSubscribe(SendAndHang({Frame(0, 3, 7)}));
  SubscriptionOptions options = Options();
  std::promise<void> framed;
  options.on_frame = [&framed](const FrameInfo& frame) {
    EXPECT_EQ(frame.records, 3u);
    EXPECT_EQ(frame.committed_end, 3u);
    framed.set_value();
  };
  Subscription subscription(server_.MakeClient(), std::move(options));
  framed.get_future().wait();
  EXPECT_EQ(subscription.position(), (Position{"uuid", 0, 7, 3}));
}

// The table rows 7 and 2 of a log that is at 10.
v1::SubscribeResponse TableRows() {
  v1::SubscribeResponse frame = Frame(7, 8);
  frame.MergeFrom(Frame(2, 3));
  frame.set_next_sequence(10);
  frame.set_committed_end(12);
  frame.mutable_position()->set_next_sequence(10);
  return frame;
}

v1::SubscribeResponse Completing(v1::SubscribeResponse frame) {
  frame.set_table_complete(true);
  return frame;
}

// What a table subscription delivered, in order.
class TableSubscriptionTest : public SubscriptionTest {
 protected:
  SubscriptionOptions TableOptions() {
    SubscriptionOptions options = Options();
    options.table = true;
    options.until_sequence = 14;
    options.on_record = [this](const RecordView& record) { Say(std::to_string(record.sequence())); };
    options.on_reset = [this] { Say("reset"); };
    options.on_frame = [this](const FrameInfo& frame) {
      if (frame.table_complete) Say("complete at " + std::to_string(frame.next_sequence));
    };
    return options;
  }
  void Say(std::string what) { said_.push_back(std::move(what)); }

  std::vector<std::string> said_;
};
using Said = std::vector<std::string>;

TEST_P(TableSubscriptionTest, GivesTheTableAndThenTheLog) {
  server_.OnSubscribe(
      SendAndEnd({TableRows(), Frame(10, 11), Completing(Frame(11, 12)), Frame(12, 14)}, grpc::Status::OK));
  EXPECT_TRUE(Run(TableOptions()).ok());
  EXPECT_EQ(said_, (Said{"7", "2", "10", "11", "complete at 12", "12", "13"}));
  EXPECT_TRUE(server_.subscribe_requests()[0].table());
}

TEST_P(TableSubscriptionTest, AStreamThatBreaksBeforeTheMarkerBeginsAgain) {
  server_.OnSubscribe(SendAndEnd({TableRows(), Frame(10, 11)}, kBroken));
  server_.OnSubscribe(SendAndEnd({}, kBroken));
  server_.OnSubscribe(SendAndEnd({}, ErrorWithReason(grpc::StatusCode::OUT_OF_RANGE, "BELOW_FIRST_KEPT")));
  server_.OnSubscribe(SendAndEnd({TableRows(), Completing(Frame(10, 14))}, grpc::Status::OK));
  EXPECT_TRUE(Run(TableOptions()).ok());
  EXPECT_EQ(said_, (Said{"7", "2", "10", "reset", "7", "2", "10", "11", "12", "13", "complete at 14"}));
  for (const auto& request : server_.subscribe_requests()) {
    EXPECT_TRUE(request.table());
    EXPECT_EQ(request.start_case(), v1::SubscribeRequest::START_NOT_SET);
  }
}

TEST_P(TableSubscriptionTest, AStreamThatBreaksAfterTheMarkerIsResumed) {
  server_.OnSubscribe(SendAndEnd({TableRows(), Completing(Frame(10, 12))}, kBroken));
  server_.OnSubscribe(SendAndEnd({Frame(12, 14)}, grpc::Status::OK));
  EXPECT_TRUE(Run(TableOptions()).ok());
  EXPECT_EQ(said_, (Said{"7", "2", "10", "11", "complete at 12", "12", "13"}));
  const auto request = server_.subscribe_requests()[1];
  EXPECT_FALSE(request.table());
  EXPECT_EQ(request.from_position().next_sequence(), 12u);
}

TEST_P(TableSubscriptionTest, WhenItsPlaceIsGoneItBeginsAgainAndNeverSkips) {
  for (const char* reason : {"BELOW_FIRST_KEPT", "FORKED"}) {
    FakeServer server;
    server.OnSubscribe(SendAndEnd({TableRows(), Completing(Frame(10, 12))}, kBroken));
    server.OnSubscribe(SendAndEnd({}, ErrorWithReason(grpc::StatusCode::OUT_OF_RANGE, reason)));
    server.OnSubscribe(SendAndEnd({TableRows(), Completing(Frame(10, 14))}, grpc::Status::OK));
    said_.clear();
    SubscriptionOptions options = TableOptions();
    options.on_retry = [this](const Status& why, milliseconds) {
      if (!why.reason().empty()) Say(why.reason());
    };
    Subscription subscription(server.MakeClient(), std::move(options));
    EXPECT_TRUE(subscription.Wait().ok());
    EXPECT_EQ(said_, (Said{"7", "2", "10", "11", "complete at 12", reason, "reset", "7", "2", "10", "11",
                           "12", "13", "complete at 14"}));
    EXPECT_TRUE(server.subscribe_requests()[2].table());
  }
}

TEST_P(TableSubscriptionTest, HasNoPositionBeforeItIsComplete) {
  server_.OnSubscribe([](grpc::ServerContext&, const v1::SubscribeRequest&, Writer& writer) {
    writer.Write(TableRows());
    writer.Write(Completing(Frame(10, 14)));
    return grpc::Status::OK;
  });
  std::promise<Subscription*> made;
  auto subscription_made = made.get_future().share();
  SubscriptionOptions options = TableOptions();
  options.on_frame = [&](const FrameInfo& frame) {
    EXPECT_EQ(subscription_made.get()->position().has_value(), frame.table_complete);
  };
  Subscription subscription(server_.MakeClient(), std::move(options));
  made.set_value(&subscription);
  EXPECT_TRUE(subscription.Wait().ok());
  EXPECT_EQ(subscription.position()->next_sequence, 14u);
}

TEST_P(TableSubscriptionTest, ARowAfterTheLogWasBegunEndsIt) {
  server_.OnSubscribe(SendAndHang({TableRows(), Frame(10, 11), TableRows()}));
  EXPECT_EQ(Run(TableOptions()).reason(), reason::kProtocol);
  EXPECT_EQ(said_, (Said{"7", "2", "10"}));
}

INSTANTIATE_TEST_SUITE_P(Delivery, TableSubscriptionTest,
                         testing::Values(DeliveryThread::kOwn, DeliveryThread::kShared),
                         [](const auto& param) {
                           return param.param == DeliveryThread::kOwn ? "OwnThread" : "SharedThreads";
                         });
INSTANTIATE_TEST_SUITE_P(Delivery, SubscriptionTest,
                         testing::Values(DeliveryThread::kOwn, DeliveryThread::kShared),
                         [](const auto& param) {
                           return param.param == DeliveryThread::kOwn ? "OwnThread" : "SharedThreads";
                         });

// Frames of 2 MiB, from where the client asks; counts what was written.
FakeServer::SubscribeScript SendLargeFrames(uint64_t frames, std::atomic<uint64_t>& written) {
  return [frames, &written](grpc::ServerContext&, const v1::SubscribeRequest& request, Writer& writer) {
    for (uint64_t i = request.from_position().next_sequence(); i < frames; ++i) {
      v1::SubscribeResponse frame = Frame(i, i + 1);
      frame.mutable_records(0)->set_text(std::string(2 << 20, 'x'));
      if (!writer.Write(frame)) return grpc::Status::CANCELLED;
      ++written;
    }
    return grpc::Status::OK;
  };
}

// The callback blocks for longer than the watchdog's time, as a second subscription shows whose server is
// silent.
TEST(SubscriptionBackPressure, ABlockedCallbackStopsTheReadingAndTheWatchdog) {
  constexpr uint64_t kFrames = 64;
  FakeServer server;
  FakeServer silent_server;
  std::atomic<uint64_t> written = 0;
  server.OnSubscribe(SendLargeFrames(kFrames, written));
  silent_server.OnSubscribe(SendAndHang({}));
  std::promise<void> watchdog_fired;
  SubscriptionOptions silent_options;
  silent_options.watchdog = milliseconds(300);
  silent_options.on_retry = [&, fired = false](const Status&, milliseconds) mutable {
    if (!std::exchange(fired, true)) watchdog_fired.set_value();
  };
  std::promise<void> blocked;
  std::promise<void> release;
  auto released = release.get_future().share();
  uint64_t records = 0;
  SubscriptionOptions options;
  options.until_sequence = kFrames;
  options.watchdog = milliseconds(300);
  options.on_record = [&](const RecordView&) {
    if (++records == 1) blocked.set_value();
    released.wait();
  };
  Subscription subscription(server.MakeClient(), std::move(options));
  blocked.get_future().wait();
  Subscription silent(silent_server.MakeClient(), std::move(silent_options));
  watchdog_fired.get_future().wait();
  // 128 MiB do not fit into what gRPC and the kernel buffer, so the server cannot have written all.
  EXPECT_LT(written, kFrames);
  EXPECT_EQ(subscription.reconnects(), 0u);
  EXPECT_EQ(records, 1u);
  release.set_value();
  EXPECT_TRUE(subscription.Wait().ok());
  EXPECT_EQ(records, kFrames);
}

}  // namespace
}  // namespace replog::client
