// Subscriptions that are nodes, and what they acknowledge.
#include <gtest/gtest.h>

#include <functional>
#include <future>

#include "base/mutex.h"
#include "client/subscription.h"
#include "client/table.h"
#include "tests/client/fake_server.h"

namespace replog::client {
namespace {

using std::chrono::milliseconds;
using Writer = FakeServer::SubscribeWriter;

const grpc::Status kBroken(grpc::StatusCode::UNAVAILABLE, "broken");

v1::SubscribeResponse CaughtUp(v1::SubscribeResponse frame) {
  frame.set_caught_up(true);
  return frame;
}
v1::SubscribeResponse Asking(v1::SubscribeResponse frame) {
  frame.set_acknowledge(true);
  return frame;
}

// The acknowledgements that a FakeServer got, and what it answers.
class Acknowledgements {
 public:
  using Answer = std::function<grpc::Status(const v1::AcknowledgeRequest&, v1::AcknowledgeResponse&)>;

  void Take(FakeServer& server) {
    server.OnAcknowledge([this](const v1::AcknowledgeRequest& request, v1::AcknowledgeResponse& response) {
      Answer answer;
      {
        MutexLock lock(mutex_);
        got_.push_back(request);
        if (!answers_.empty()) {
          answer = std::move(answers_.front());
          answers_.pop_front();
        }
        changed_.NotifyAll();
      }
      response.set_cursor(request.next_sequence());
      return answer ? answer(request, response) : grpc::Status();
    });
  }
  // How the next ones are answered; all others with OK.
  void Then(Answer answer) {
    MutexLock lock(mutex_);
    answers_.push_back(std::move(answer));
  }
  void Then(const grpc::Status& status) {
    Then([status](const auto&, auto&) { return status; });
  }
  // Waits until there is one of `next`.
  void Await(uint64_t next) {
    MutexLock lock(mutex_);
    while (got_.empty() || got_.back().next_sequence() != next) changed_.Wait(mutex_);
  }
  void AwaitCount(size_t count) {
    MutexLock lock(mutex_);
    while (got_.size() < count) changed_.Wait(mutex_);
  }
  std::vector<v1::AcknowledgeRequest> all() {
    MutexLock lock(mutex_);
    return got_;
  }
  std::vector<uint64_t> sequences() {
    std::vector<uint64_t> sequences;
    for (const auto& request : all()) sequences.push_back(request.next_sequence());
    return sequences;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::deque<Answer> answers_ TSA_GUARDED_BY(mutex_);
  std::vector<v1::AcknowledgeRequest> got_ TSA_GUARDED_BY(mutex_);
};
using Sequences = std::vector<uint64_t>;

class AcknowledgeTest : public testing::TestWithParam<DeliveryThread> {
 protected:
  // A node that acknowledges nothing on its own before it is caught up, asked, or at its end.
  SubscriptionOptions Node() {
    SubscriptionOptions options;
    options.delivery = GetParam();
    options.node = "a";
    options.fleet = "f";
    options.acknowledge_interval = std::chrono::hours(1);
    return options;
  }
  // Sends what Send is given, and hangs; ends with what End is given.
  void Serve() {
    acknowledgements_.Take(server_);
    server_.OnSubscribe([this](grpc::ServerContext& context, const v1::SubscribeRequest&, Writer& writer) {
      for (;;) {
        std::function<bool(Writer&)> step;
        {
          MutexLock lock(mutex_);
          while (steps_.empty() && !context.IsCancelled()) changed_.WaitFor(mutex_, milliseconds(5));
          if (steps_.empty()) return grpc::Status::CANCELLED;
          step = std::move(steps_.front());
          steps_.pop_front();
        }
        if (!step(writer)) return end_;
      }
    });
  }
  void Send(const v1::SubscribeResponse& frame) {
    Step([frame](Writer& writer) { return writer.Write(frame); });
  }
  void End(const grpc::Status& status) {
    end_ = status;
    Step([](Writer&) { return false; });
  }

 private:
  void Step(std::function<bool(Writer&)> step) {
    MutexLock lock(mutex_);
    steps_.push_back(std::move(step));
    changed_.NotifyAll();
  }

  Mutex mutex_;
  CondVar changed_;
  std::deque<std::function<bool(Writer&)>> steps_ TSA_GUARDED_BY(mutex_);
  grpc::Status end_;

 protected:
  Acknowledgements acknowledgements_;
  FakeServer server_;  // goes first: its calls use the rest
};

TEST_P(AcknowledgeTest, SaysWhoItIsAndWhereItBegins) {
  Serve();
  Send(CaughtUp(Frame(3, 5)));
  SubscriptionOptions options = Node();
  options.start = FromCursor{};
  const Subscription subscription(server_.MakeClient(), std::move(options));
  acknowledgements_.Await(5);
  const auto subscribe = server_.subscribe_requests()[0];
  EXPECT_TRUE(subscribe.from_cursor());
  EXPECT_EQ(subscribe.node(), "a");
  EXPECT_EQ(subscribe.fleet(), "f");
  EXPECT_EQ(acknowledgements_.all()[0].node(), "a");
  EXPECT_FALSE(acknowledgements_.all()[0].allow_backwards());
}

TEST_P(AcknowledgeTest, AcknowledgesWhatCallbacksReturnedForWhenCaughtUpOrAsked) {
  Serve();
  Send(Frame(0, 2));
  std::promise<void> release;
  auto released = release.get_future().share();
  std::promise<void> first_frame;
  SubscriptionOptions options = Node();
  options.on_frame = [&](const FrameInfo& frame) {
    EXPECT_EQ(frame.acknowledge, frame.next_sequence == 6);
    if (frame.next_sequence == 2) first_frame.set_value();
    if (frame.next_sequence == 6) released.wait();
  };
  const Subscription subscription(server_.MakeClient(), std::move(options));
  first_frame.get_future().wait();
  Send(CaughtUp(Frame(2, 4)));
  acknowledgements_.Await(4);
  Send(Asking(Frame(4, 6)));
  EXPECT_EQ(acknowledgements_.sequences(), Sequences{4}) << "not what is not applied";
  release.set_value();
  acknowledgements_.Await(6);
  EXPECT_EQ(acknowledgements_.sequences(), (Sequences{4, 6}));
}

TEST_P(AcknowledgeTest, WhatIsAppliedIsAcknowledgedAtTheEnd) {
  Serve();
  Send(Frame(0, 4));
  End(grpc::Status::OK);
  SubscriptionOptions options = Node();
  options.until_sequence = 4;
  Subscription subscription(server_.MakeClient(), std::move(options));
  EXPECT_TRUE(subscription.Wait().ok());
  EXPECT_EQ(acknowledgements_.sequences(), Sequences{4}) << "before Wait returned";
  EXPECT_EQ(subscription.cursor(), 4u);
  EXPECT_TRUE(subscription.acknowledge_status().ok());
}

TEST_P(AcknowledgeTest, ACancelledSubscriptionAcknowledgesWhatItHasApplied) {
  Serve();
  Send(Frame(0, 4));
  std::promise<void> applied;
  SubscriptionOptions options = Node();
  options.on_frame = [&applied](const FrameInfo&) { applied.set_value(); };
  {
    const Subscription subscription(server_.MakeClient(), std::move(options));
    applied.get_future().wait();
    // The frame counts once the callback has returned, which the destructor waits for.
  }
  const auto got = acknowledgements_.sequences();
  EXPECT_TRUE(got.empty() || got == Sequences{4});
}

TEST_P(AcknowledgeTest, TheCallbacksDoNotWaitForTheAnswerAndTheNewestGoesNext) {
  Serve();
  std::promise<void> release;
  auto released = release.get_future().share();
  acknowledgements_.Then([released](const auto&, auto&) {
    released.wait();
    return grpc::Status();
  });
  std::promise<void> all;
  SubscriptionOptions options = Node();
  options.on_frame = [&all](const FrameInfo& frame) {
    if (frame.next_sequence == 5) all.set_value();
  };
  const Subscription subscription(server_.MakeClient(), std::move(options));
  Send(Asking(Frame(0, 1)));
  acknowledgements_.Await(1);
  for (uint64_t i = 1; i < 5; ++i) Send(Asking(Frame(i, i + 1)));
  all.get_future().wait();
  EXPECT_EQ(acknowledgements_.sequences(), Sequences{1});
  release.set_value();
  acknowledgements_.Await(5);
  const auto got = acknowledgements_.sequences();
  EXPECT_LE(got.size(), 3u) << "4 and 5 may have raced the release, the others not";
}

TEST_P(AcknowledgeTest, WhatFailedIsMadeAgainAndABackwardOneIsPassedOver) {
  Serve();
  acknowledgements_.Then(kBroken);
  acknowledgements_.Then(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "slow"));
  const Subscription subscription(server_.MakeClient(), Node());
  Send(CaughtUp(Frame(0, 2)));
  acknowledgements_.AwaitCount(3);
  EXPECT_EQ(acknowledgements_.sequences(), (Sequences{2, 2, 2}));
  acknowledgements_.Then(ErrorWithReason(grpc::StatusCode::FAILED_PRECONDITION, "CURSOR_BACKWARDS"));
  Send(Asking(Frame(2, 3)));
  acknowledgements_.AwaitCount(4);
  Send(Asking(Frame(3, 4)));
  acknowledgements_.AwaitCount(5);
  EXPECT_EQ(acknowledgements_.sequences(), (Sequences{2, 2, 2, 3, 4}));
}

TEST_P(AcknowledgeTest, AnotherStreamOfTheNameEndsItWithoutAWord) {
  Serve();
  Send(Frame(0, 4));
  End(ErrorWithReason(grpc::StatusCode::ABORTED, "SUPERSEDED"));
  Subscription subscription(server_.MakeClient(), Node());
  EXPECT_EQ(subscription.Wait().reason(), "SUPERSEDED");
  EXPECT_EQ(server_.subscribe_requests().size(), 1u) << "it does not fight for the name";
  EXPECT_TRUE(acknowledgements_.all().empty());
}

TEST_P(AcknowledgeTest, NothingOfALostHistoryIsAcknowledged) {
  Serve();
  std::promise<void> got;
  SubscriptionOptions options = Node();
  options.on_frame = [&](const FrameInfo&) { got.set_value(); };
  Subscription subscription(server_.MakeClient(), std::move(options));
  Send(Frame(0, 10));
  got.get_future().wait();
  End(ErrorWithReason(grpc::StatusCode::ABORTED, "FORKED"));
  EXPECT_EQ(subscription.Wait().reason(), "FORKED");
  EXPECT_EQ(acknowledgements_.sequences(), Sequences());
}

TEST_P(AcknowledgeTest, AnApplicationMayAcknowledgeItself) {
  Serve();
  std::promise<void> applied;
  SubscriptionOptions options = Node();
  options.auto_acknowledge = false;
  options.on_frame = [&applied](const FrameInfo& frame) {
    if (frame.next_sequence == 4) applied.set_value();
  };
  Subscription subscription(server_.MakeClient(), std::move(options));
  Send(Asking(Frame(0, 2)));
  Send(CaughtUp(Frame(2, 4)));
  applied.get_future().wait();
  EXPECT_TRUE(subscription.Acknowledge(1).ok());
  acknowledgements_.Await(1);
  EXPECT_EQ(acknowledgements_.sequences(), Sequences{1});
  subscription.Cancel();
  EXPECT_EQ(subscription.Wait().reason(), reason::kCancelled);
  EXPECT_EQ(acknowledgements_.sequences(), Sequences{1});
  EXPECT_TRUE(subscription.Acknowledge(2).ok()) << "after the end it goes nowhere";
}

TEST_P(AcknowledgeTest, WithoutANodeThereIsNothingToAcknowledge) {
  Serve();
  SubscriptionOptions options = Node();
  options.node = "";
  Subscription subscription(server_.MakeClient(), std::move(options));
  const Status refused = subscription.Acknowledge(1);
  EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(refused.message().find("node"), std::string::npos);
}

TEST_P(AcknowledgeTest, ATableIsAcknowledgedOnceItIsComplete) {
  Serve();
  SubscriptionOptions options = Node();
  options.table = true;
  const Subscription subscription(server_.MakeClient(), std::move(options));
  v1::SubscribeResponse rows = Frame(2, 3);
  rows.set_next_sequence(10);
  rows.set_committed_end(10);
  rows.mutable_position()->set_next_sequence(10);
  Send(Asking(CaughtUp(rows)));
  v1::SubscribeResponse complete = CaughtUp(Frame(10, 12));
  complete.set_table_complete(true);
  Send(complete);
  acknowledgements_.Await(12);
  EXPECT_EQ(acknowledgements_.sequences(), Sequences{12});
}

TEST_P(AcknowledgeTest, ACheckpointIsAnsweredWithTheDigestsOfExactlyThere) {
  Serve();
  SubscriptionOptions options = Node();
  std::atomic<uint64_t> applied = 0;
  options.on_record = [&applied](const RecordView&) { ++applied; };
  options.digests = [&applied](uint64_t sequence) {
    EXPECT_EQ(applied, sequence);
    return std::vector<ChannelDigest>{{"room", sequence, {1, 2, 3}}};
  };
  const Subscription subscription(server_.MakeClient(), std::move(options));
  Send(Frame(0, 2));
  v1::SubscribeResponse checkpoint = Frame(2, 5);
  checkpoint.set_digest_checkpoint(5);
  Send(checkpoint);
  Send(Frame(5, 9));
  acknowledgements_.AwaitCount(1);
  const auto got = acknowledgements_.all()[0];
  EXPECT_EQ(got.digest_sequence(), 5u);
  ASSERT_EQ(got.digests_size(), 1);
  EXPECT_EQ(got.digests(0).channel(), "room");
  EXPECT_EQ(got.digests(0).version(), 1u);
  EXPECT_EQ(got.digests(0).keys(), 5u);
  EXPECT_EQ(got.digests(0).digest(), std::string("\1\2\3", 3) + std::string(29, '\0'));
}

TEST_P(AcknowledgeTest, ACheckpointThatIsNotWhereItsFrameEndsIsAViolation) {
  Serve();
  v1::SubscribeResponse checkpoint = Frame(0, 5);
  checkpoint.set_digest_checkpoint(4);
  Send(checkpoint);
  Subscription subscription(server_.MakeClient(), Node());
  EXPECT_EQ(subscription.Wait().reason(), reason::kProtocol);
}

INSTANTIATE_TEST_SUITE_P(Delivery, AcknowledgeTest,
                         testing::Values(DeliveryThread::kOwn, DeliveryThread::kShared),
                         [](const auto& param) {
                           return param.param == DeliveryThread::kOwn ? "OwnThread" : "SharedThreads";
                         });

TEST(TableNode, AcknowledgesAndAnswersCheckpoints) {
  Acknowledgements acknowledgements;
  FakeServer server;
  acknowledgements.Take(server);
  server.OnSubscribe([](grpc::ServerContext& context, const v1::SubscribeRequest&, Writer& writer) {
    v1::SubscribeResponse frame = Frame(0, 3);
    for (auto& record : *frame.mutable_records()) record.set_key("k" + std::to_string(record.sequence()));
    frame.set_table_complete(true);
    frame.set_digest_checkpoint(3);
    writer.Write(frame);
    v1::SubscribeResponse next = CaughtUp(Frame(3, 4));
    next.mutable_records(0)->set_key("k0");
    writer.Write(next);
    return Hang(context);
  });
  TableOptions<> options;
  options.node = "a";
  options.fleet = "f";
  const Table<> table(server.MakeClient(), std::move(options));
  ASSERT_TRUE(table.WaitUntil(3, std::chrono::seconds(60)).ok());
  acknowledgements.Await(4);
  const auto requests = acknowledgements.all();
  ASSERT_EQ(requests[0].digest_sequence(), 3u);
  EXPECT_EQ(requests[0].digests(0).keys(), 3u);
  const auto now = table.Digest();
  EXPECT_NE(requests[0].digests(0).digest(),
            std::string(now.channels[0].digest.begin(), now.channels[0].digest.end()));
  EXPECT_EQ(server.subscribe_requests()[0].node(), "a");
  EXPECT_EQ(server.subscribe_requests()[0].fleet(), "f");
}

}  // namespace
}  // namespace replog::client
