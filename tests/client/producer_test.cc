#include "client/producer.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/client/fake_server.h"

namespace replog::client {
namespace {

using std::chrono::milliseconds;
using Stream = FakeServer::AppendReaderWriter;

v1::AppendStreamResponse Acknowledgement(uint64_t first, int count) {
  v1::AppendStreamResponse answer;
  answer.mutable_appended()->set_first_sequence(first);
  answer.mutable_appended()->set_last_sequence(first + static_cast<uint64_t>(count) - 1);
  return answer;
}

v1::AppendStreamResponse Refusal() {
  v1::AppendStreamResponse answer;
  answer.mutable_error()->ParseFromString(
      ErrorWithReason(grpc::StatusCode::RESOURCE_EXHAUSTED, "TOO_LARGE").error_details());
  return answer;
}

// The texts of all records that the server has taken.
class Log {
 public:
  // Appends and answers, as the real server does.
  grpc::Status Serve(Stream& stream) {
    v1::AppendRequest request;
    while (stream.Read(&request)) stream.Write(Append(request));
    return grpc::Status::OK;
  }
  v1::AppendStreamResponse Append(const v1::AppendRequest& request) {
    MutexLock lock(mutex_);
    const uint64_t first = texts_.size();
    for (const auto& record : request.records()) texts_.push_back(record.text());
    return Acknowledgement(first, request.records_size());
  }
  std::vector<std::string> texts() {
    MutexLock lock(mutex_);
    return texts_;
  }

 private:
  Mutex mutex_;
  std::vector<std::string> texts_ TSA_GUARDED_BY(mutex_);
};

std::vector<std::string> Numbers(int first, int end) {
  std::vector<std::string> numbers;
  for (int i = first; i < end; ++i) numbers.push_back(std::to_string(i));
  return numbers;
}

class ProducerTest : public testing::Test {
 protected:
  FakeServer::AppendScript Serve() {
    return [this](grpc::ServerContext&, Stream& stream) { return log_.Serve(stream); };
  }
  // Records with the texts first … end-1; their outcomes go to outcomes_.
  void Append(Producer& producer, int first, int end) {
    for (const std::string& text : Numbers(first, end)) {
      const NewRecord record{"room", text, BodyKind::kText, {}};
      const Status status =
          producer.Append(record, [this](const AppendOutcome& outcome) { outcomes_.push_back(outcome); });
      EXPECT_TRUE(status.ok()) << status.ToString();
    }
  }

  FakeServer server_;
  Log log_;
  std::vector<AppendOutcome> outcomes_;
};

TEST_F(ProducerTest, EachRecordIsAcknowledgedWithItsSequenceInOrder) {
  server_.OnAppendStream(Serve());
  ProducerOptions options;
  options.max_batch_records = 7;
  Producer producer(server_.MakeClient(), options);
  Append(producer, 0, 1'000);
  EXPECT_TRUE(producer.Flush().ok());
  EXPECT_EQ(log_.texts(), Numbers(0, 1'000));
  ASSERT_EQ(outcomes_.size(), 1'000u);
  for (uint64_t i = 0; i < outcomes_.size(); ++i) {
    EXPECT_EQ(outcomes_[i].fate, AppendFate::kAcknowledged);
    EXPECT_EQ(outcomes_[i].sequence, i);
  }
}

TEST_F(ProducerTest, AFutureHoldsTheOutcome) {
  server_.OnAppendStream(Serve());
  Producer producer(server_.MakeClient(), {});
  EXPECT_EQ(producer.AppendAsync({"room", "0", BodyKind::kText, {}}).get().sequence, 0u);
  EXPECT_EQ(producer.AppendAsync({"room", "1", BodyKind::kText, {}}).get().sequence, 1u);
  const AppendOutcome refused = producer.AppendAsync({"", "2", BodyKind::kText, {}}).get();
  EXPECT_EQ(refused.fate, AppendFate::kRejected);
  EXPECT_EQ(refused.status.code(), StatusCode::kInvalidArgument);
}

TEST_F(ProducerTest, ARefusedBatchIsRejectedAndTheNextOneGoesOn) {
  server_.OnAppendStream([this](grpc::ServerContext&, Stream& stream) {
    v1::AppendRequest request;
    stream.Read(&request);
    stream.Write(Refusal());
    return log_.Serve(stream);
  });
  Producer producer(server_.MakeClient(), {});
  Append(producer, 0, 1);
  EXPECT_EQ(producer.Flush().reason(), "TOO_LARGE");
  Append(producer, 1, 2);
  EXPECT_TRUE(producer.Flush().ok());
  ASSERT_EQ(outcomes_.size(), 2u);
  EXPECT_EQ(outcomes_[0].fate, AppendFate::kRejected);
  EXPECT_EQ(outcomes_[1].fate, AppendFate::kAcknowledged);
}

TEST_F(ProducerTest, WhatABrokenStreamLeavesUnansweredIsUnknownAndNotSentAgain) {
  server_.OnAppendStream([this](grpc::ServerContext&, Stream& stream) {
    v1::AppendRequest request;
    stream.Read(&request);
    log_.Append(request);  // written, but the answer is lost
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "broken");
  });
  server_.OnAppendStream(Serve());
  Producer producer(server_.MakeClient(), {});
  Append(producer, 0, 1);
  EXPECT_EQ(producer.Flush().code(), StatusCode::kUnavailable);
  Append(producer, 1, 10);
  EXPECT_TRUE(producer.Flush().ok());
  ASSERT_EQ(outcomes_.size(), 10u);
  EXPECT_EQ(outcomes_[0].fate, AppendFate::kUnknown);
  for (size_t i = 1; i < 10; ++i) EXPECT_EQ(outcomes_[i].fate, AppendFate::kAcknowledged);
  EXPECT_EQ(log_.texts(), Numbers(0, 10));
}

TEST_F(ProducerTest, WithStopAtFailureNothingIsSentAfterTheFailure) {
  std::promise<void> all_taken;
  server_.OnAppendStream([&](grpc::ServerContext&, Stream& stream) {
    v1::AppendRequest request;
    stream.Read(&request);
    all_taken.get_future().wait();
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "broken");
  });
  server_.OnAppendStream(Serve());
  ProducerOptions options;
  options.stop_at_failure = true;
  options.max_batch_records = 10;
  Producer producer(server_.MakeClient(), options);
  Append(producer, 0, 100);
  all_taken.set_value();
  EXPECT_EQ(producer.Flush().code(), StatusCode::kUnavailable);
  EXPECT_EQ(producer.Append({"room", "late", BodyKind::kText, {}}).reason(), reason::kNotSent);
  EXPECT_TRUE(log_.texts().empty());
  ASSERT_EQ(outcomes_.size(), 100u);
  EXPECT_EQ(outcomes_.front().fate, AppendFate::kUnknown);
  // Once one was not sent, none after it was.
  bool not_sent = false;
  for (const AppendOutcome& outcome : outcomes_) {
    not_sent |= outcome.status.reason() == reason::kNotSent;
    EXPECT_EQ(outcome.fate, not_sent ? AppendFate::kRejected : AppendFate::kUnknown);
  }
}

TEST_F(ProducerTest, WithoutAServerRecordsAreRejectedAsNeverSent) {
  ClientOptions client_options;
  client_options.endpoints = {FakeServer::UnusedAddress()};
  ProducerOptions options;
  options.connect_timeout = milliseconds(10);
  Producer producer(Client(client_options), options);
  Append(producer, 0, 3);
  EXPECT_EQ(producer.Flush().reason(), reason::kUnreachable);
  ASSERT_EQ(outcomes_.size(), 3u);
  for (const AppendOutcome& outcome : outcomes_) EXPECT_EQ(outcome.fate, AppendFate::kRejected);
}

TEST_F(ProducerTest, TheWindowBoundsWhatIsUnanswered) {
  std::promise<void> answer;
  server_.OnAppendStream([&](grpc::ServerContext&, Stream& stream) {
    answer.get_future().wait();
    return log_.Serve(stream);
  });
  ProducerOptions options;
  options.window_bytes = 1'000;
  Producer producer(server_.MakeClient(), options);
  const NewRecord record{"room", "x", BodyKind::kText, {}};
  int taken = 0;
  Status status;
  while ((status = producer.TryAppend(record)).ok()) ++taken;
  EXPECT_EQ(status.reason(), reason::kWouldBlock);
  EXPECT_EQ(taken, 1'000 / 11);  // 2 for the record's head, 6 for the channel, 3 for the text
  answer.set_value();
  EXPECT_TRUE(producer.Append(record).ok());  // waits for room
  EXPECT_TRUE(producer.Flush().ok());
  EXPECT_EQ(log_.texts().size(), static_cast<size_t>(taken) + 1);
}

TEST_F(ProducerTest, ARecordLargerThanTheWindowGoesAlone) {
  server_.OnAppendStream(Serve());
  ProducerOptions options;
  options.window_bytes = 100;
  Producer producer(server_.MakeClient(), options);
  const std::string large(10'000, 'x');
  EXPECT_TRUE(producer.Append({"room", large, BodyKind::kText, {}}).ok());
  EXPECT_TRUE(producer.Append({"room", large, BodyKind::kText, {}}).ok());
  EXPECT_TRUE(producer.Flush().ok());
  EXPECT_EQ(log_.texts().size(), 2u);
}

TEST_F(ProducerTest, LingerGathersAndFlushDoesNotWaitForIt) {
  server_.OnAppendStream(Serve());
  std::vector<uint64_t> counts;
  ProducerOptions options;
  options.linger = std::chrono::hours(1);
  options.on_batch = [&counts](const BatchOutcome& outcome) { counts.push_back(outcome.count); };
  Producer producer(server_.MakeClient(), options);
  Append(producer, 0, 50);
  EXPECT_TRUE(producer.Flush().ok());
  EXPECT_EQ(counts, std::vector<uint64_t>{50});
}

TEST_F(ProducerTest, TheDestructorSendsWhatWasTaken) {
  server_.OnAppendStream(Serve());
  {
    Producer producer(server_.MakeClient(), {});
    Append(producer, 0, 100);
  }
  EXPECT_EQ(outcomes_.size(), 100u);
  EXPECT_EQ(log_.texts(), Numbers(0, 100));
}

TEST_F(ProducerTest, ACallbackMayAppend) {
  server_.OnAppendStream(Serve());
  Producer producer(server_.MakeClient(), {});
  std::promise<void> second;
  const auto append = [&producer](const char* text, Producer::Callback callback) {
    EXPECT_TRUE(producer.Append({"room", text, BodyKind::kText, {}}, std::move(callback)).ok());
  };
  append("0", [&](const AppendOutcome&) { append("1", [&](const AppendOutcome&) { second.set_value(); }); });
  second.get_future().wait();
  EXPECT_EQ(log_.texts(), Numbers(0, 2));
}

}  // namespace
}  // namespace replog::client
