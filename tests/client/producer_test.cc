#include "client/producer.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/client/fake_server.h"

namespace replog::client {
namespace {

using std::chrono::milliseconds;
using Stream = FakeServer::AppendReaderWriter;

v1::AppendStreamResponse Error(grpc::StatusCode code, const std::string& reason) {
  v1::AppendStreamResponse answer;
  answer.mutable_error()->ParseFromString(ErrorWithReason(code, reason).error_details());
  return answer;
}

v1::AppendStreamResponse Refusal() { return Error(grpc::StatusCode::RESOURCE_EXHAUSTED, "TOO_LARGE"); }

// A log that numbers one producer's records, as the real server does.
class Log {
 public:
  // Appends and answers until the client has no more.
  grpc::Status Serve(Stream& stream) {
    v1::AppendRequest request;
    while (stream.Read(&request)) stream.Write(Append(request));
    return grpc::Status::OK;
  }
  v1::AppendStreamResponse Append(const v1::AppendRequest& request) {
    MutexLock lock(mutex_);
    const v1::ProducerStamp& stamp = request.producer();
    if (request.has_producer() && stamp.epoch() != epoch_)
      return Error(grpc::StatusCode::FAILED_PRECONDITION, "PRODUCER_FENCED");
    if (request.has_producer() && stamp.first_sequence() > texts_.size())
      return Error(grpc::StatusCode::FAILED_PRECONDITION, "PRODUCER_GAP");
    const bool repeated = request.has_producer() && stamp.first_sequence() < texts_.size();
    return repeated ? Repeat(stamp.first_sequence(), request) : Write(request);
  }
  grpc::Status Register(const v1::RegisterProducerRequest& request, v1::RegisterProducerResponse& response) {
    MutexLock lock(mutex_);
    registrations_.push_back(request);
    response.set_id(7);
    response.set_epoch(++epoch_);
    response.set_next_sequence(texts_.size());
    return grpc::Status::OK;
  }
  // The texts of all records.
  std::vector<std::string> texts() const {
    MutexLock lock(mutex_);
    return texts_;
  }
  std::vector<v1::RegisterProducerRequest> registrations() const {
    MutexLock lock(mutex_);
    return registrations_;
  }

 private:
  v1::AppendStreamResponse Write(const v1::AppendRequest& request) TSA_REQUIRES(mutex_) {
    v1::AppendStreamResponse answer;
    answer.mutable_appended()->set_first_sequence(texts_.size());
    for (const auto& record : request.records()) texts_.push_back(record.text());
    answer.mutable_appended()->set_last_sequence(texts_.size() - 1);
    answer.mutable_appended()->set_producer_next_sequence(texts_.size());
    return answer;
  }
  v1::AppendStreamResponse Repeat(uint64_t first, const v1::AppendRequest& request) TSA_REQUIRES(mutex_) {
    v1::AppendStreamResponse answer;
    for (const auto& record : request.records()) {
      EXPECT_EQ(record.text(), texts_.at(first)) << "a number stands for one record";
      auto& result = *answer.mutable_appended()->add_results();
      result.set_outcome(v1::AppendResult::DUPLICATE);
      result.set_sequence(first++);
    }
    answer.mutable_appended()->set_producer_next_sequence(first);
    return answer;
  }

  mutable Mutex mutex_;
  std::vector<std::string> texts_ TSA_GUARDED_BY(mutex_);
  uint64_t epoch_ TSA_GUARDED_BY(mutex_) = 0;
  std::vector<v1::RegisterProducerRequest> registrations_ TSA_GUARDED_BY(mutex_);
};

std::vector<std::string> Numbers(int first, int end) {
  std::vector<std::string> numbers;
  for (int i = first; i < end; ++i) numbers.push_back(std::to_string(i));
  return numbers;
}

class ProducerTest : public testing::Test {
 protected:
  ProducerTest() {
    server_.OnRegisterProducer(
        [this](const auto& request, auto& response) { return log_.Register(request, response); });
  }
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

TEST_F(ProducerTest, WhatABrokenStreamLeavesUnansweredIsAppendedOnce) {
  server_.OnAppendStream([this](grpc::ServerContext&, Stream& stream) {
    v1::AppendRequest request;
    stream.Read(&request);
    log_.Append(request);  // written, but the answer is lost
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "broken");
  });
  server_.OnAppendStream([](grpc::ServerContext&, Stream& stream) {
    v1::AppendRequest request;
    stream.Read(&request);  // not even written
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "broken");
  });
  server_.OnAppendStream(Serve());
  ProducerOptions options;
  options.max_batch_records = 3;
  Producer producer(server_.MakeClient(), options);
  Append(producer, 0, 10);
  EXPECT_TRUE(producer.Flush().ok());
  EXPECT_EQ(log_.texts(), Numbers(0, 10));
  ASSERT_EQ(outcomes_.size(), 10u);
  for (uint64_t i = 0; i < 10; ++i) {
    EXPECT_EQ(outcomes_[i].fate, AppendFate::kAcknowledged);
    EXPECT_EQ(outcomes_[i].sequence, i);
    EXPECT_FALSE(outcomes_[i].duplicate) << "nobody but this producer wrote it";
  }
}

TEST_F(ProducerTest, WithoutIdempotenceWhatABrokenStreamLeavesIsUnknownAndNotSentAgain) {
  server_.OnAppendStream([this](grpc::ServerContext&, Stream& stream) {
    v1::AppendRequest request;
    stream.Read(&request);
    EXPECT_FALSE(request.has_producer());
    log_.Append(request);
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "broken");
  });
  server_.OnAppendStream(Serve());
  ProducerOptions options;
  options.idempotent = false;
  Producer producer(server_.MakeClient(), options);
  Append(producer, 0, 1);
  EXPECT_EQ(producer.Flush().code(), StatusCode::kUnavailable);
  Append(producer, 1, 10);
  EXPECT_TRUE(producer.Flush().ok());
  ASSERT_EQ(outcomes_.size(), 10u);
  EXPECT_EQ(outcomes_[0].fate, AppendFate::kUnknown);
  for (size_t i = 1; i < 10; ++i) EXPECT_EQ(outcomes_[i].fate, AppendFate::kAcknowledged);
  EXPECT_EQ(log_.texts(), Numbers(0, 10));
  EXPECT_TRUE(log_.registrations().empty());
}

TEST_F(ProducerTest, AServerThatCannotWriteNowIsAskedAgain) {
  for (const char* reason : {"STORE_FAILED", "STORE_RECOVERING", "SHUTTING_DOWN"}) {
    server_.OnAppendStream([reason](grpc::ServerContext&, Stream& stream) {
      v1::AppendRequest request;
      while (stream.Read(&request)) stream.Write(Error(grpc::StatusCode::UNAVAILABLE, reason));
      return grpc::Status::OK;
    });
  }
  server_.OnAppendStream(Serve());
  ProducerOptions options;
  options.max_batch_records = 2;
  Producer producer(server_.MakeClient(), options);
  Append(producer, 0, 10);
  EXPECT_TRUE(producer.Flush().ok());
  EXPECT_EQ(log_.texts(), Numbers(0, 10));
}

TEST_F(ProducerTest, BehindARefusedBatchTheOthersAreAppendedInOrder) {
  server_.OnAppendStream([this](grpc::ServerContext&, Stream& stream) {
    v1::AppendRequest request;
    while (stream.Read(&request)) {
      const bool refused = request.records(0).text() == "30";
      stream.Write(refused ? Refusal() : log_.Append(request));
    }
    return grpc::Status::OK;
  });
  ProducerOptions options;
  options.max_batch_records = 10;
  Producer producer(server_.MakeClient(), options);
  Append(producer, 0, 100);
  EXPECT_EQ(producer.Flush().reason(), "TOO_LARGE");
  auto expected = Numbers(0, 30);
  for (const auto& text : Numbers(40, 100)) expected.push_back(text);
  EXPECT_EQ(log_.texts(), expected);
  ASSERT_EQ(outcomes_.size(), 100u);
  for (size_t i = 0; i < 100; ++i) {
    const bool refused = i >= 30 && i < 40;
    EXPECT_EQ(outcomes_[i].fate, refused ? AppendFate::kRejected : AppendFate::kAcknowledged);
    if (!refused) EXPECT_EQ(outcomes_[i].sequence, i < 30 ? i : i - 10);
  }
}

TEST_F(ProducerTest, RegistersOnceAndRenewsWhatIsItsOwn) {
  server_.OnAppendStream([this](grpc::ServerContext&, Stream& stream) {
    v1::AppendRequest request;
    stream.Read(&request);
    stream.Write(log_.Append(request));
    stream.Read(&request);
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "broken");
  });
  server_.OnAppendStream(Serve());
  ProducerOptions options;
  options.name = "loader";
  Producer producer(server_.MakeClient(), options);
  EXPECT_TRUE(log_.registrations().empty()) << "who sends nothing needs no name";
  for (int i = 0; i < 4; ++i) {
    Append(producer, i, i + 1);
    EXPECT_TRUE(producer.Flush().ok());
  }
  const auto registrations = log_.registrations();
  ASSERT_EQ(registrations.size(), 2u);
  EXPECT_EQ(registrations[0].name(), "loader");
  EXPECT_FALSE(registrations[0].renew());
  EXPECT_FALSE(registrations[0].instance().empty());
  EXPECT_TRUE(registrations[1].renew());
  EXPECT_EQ(registrations[1].instance(), registrations[0].instance());
  Producer other(server_.MakeClient(), {});
  Producer another(server_.MakeClient(), {});
  for (Producer* each : {&other, &another}) {
    Append(*each, 4, 5);
    (void)each->Flush();
  }
  EXPECT_NE(log_.registrations()[2].name(), log_.registrations()[3].name());
}

TEST_F(ProducerTest, AFencedProducerEnds) {
  std::promise<void> all_taken;
  server_.OnAppendStream([&](grpc::ServerContext&, Stream& stream) {
    v1::AppendRequest request;
    stream.Read(&request);
    stream.Write(log_.Append(request));
    all_taken.get_future().wait();
    v1::RegisterProducerResponse other;
    (void)log_.Register({}, other);
    return log_.Serve(stream);
  });
  ProducerOptions options;
  options.max_batch_records = 10;
  Producer producer(server_.MakeClient(), options);
  Append(producer, 0, 100);
  all_taken.set_value();
  EXPECT_EQ(producer.Flush().reason(), "PRODUCER_FENCED");
  ASSERT_EQ(outcomes_.size(), 100u);
  const size_t appended = log_.texts().size();
  for (size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(outcomes_[i].fate, i < appended ? AppendFate::kAcknowledged : AppendFate::kRejected);
    if (i >= appended) EXPECT_EQ(outcomes_[i].status.reason(), "PRODUCER_FENCED");
  }
  EXPECT_EQ(producer.Append({"room", "late", BodyKind::kText, {}}).reason(), "PRODUCER_FENCED");
}

TEST_F(ProducerTest, OfWhatWasUnderWayWhenItWasFencedAProducerKnowsNothing) {
  server_.OnAppendStream([this](grpc::ServerContext&, Stream& stream) {
    v1::AppendRequest request;
    stream.Read(&request);
    log_.Append(request);
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "broken");
  });
  server_.OnAppendStream(Serve());
  server_.OnRegisterProducer([](const auto&, auto&) {
    return ErrorWithReason(grpc::StatusCode::FAILED_PRECONDITION, "PRODUCER_FENCED");
  });
  Producer producer(server_.MakeClient(), {});
  Append(producer, 0, 1);
  EXPECT_EQ(producer.Flush().reason(), "PRODUCER_FENCED");
  EXPECT_EQ(outcomes_.at(0).fate, AppendFate::kUnknown);
}

TEST_F(ProducerTest, ARefusedRegistrationRefusesWhatWaitsAndIsTriedAgain) {
  FakeServer server;
  server.OnRegisterProducer(
      [](const auto&, auto&) { return ErrorWithReason(grpc::StatusCode::NOT_FOUND, "LOG_NOT_FOUND"); });
  server.OnRegisterProducer(
      [](const auto&, auto&) { return grpc::Status(grpc::StatusCode::UNAVAILABLE, "busy"); });
  server.OnRegisterProducer(
      [this](const auto& request, auto& response) { return log_.Register(request, response); });
  server.OnAppendStream(Serve());
  Producer producer(server.MakeClient(), {});
  Append(producer, 0, 3);
  EXPECT_EQ(producer.Flush().reason(), "LOG_NOT_FOUND");
  Append(producer, 3, 6);
  EXPECT_TRUE(producer.Flush().ok());
  EXPECT_EQ(log_.texts(), Numbers(3, 6));
  for (size_t i = 0; i < 6; ++i)
    EXPECT_EQ(outcomes_.at(i).fate, i < 3 ? AppendFate::kRejected : AppendFate::kAcknowledged);
}

TEST_F(ProducerTest, WhatCannotBeFoundOutInTimeIsUnknown) {
  server_.OnAppendStream([](grpc::ServerContext&, Stream& stream) {
    v1::AppendRequest request;
    stream.Read(&request);
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "broken");
  });
  ProducerOptions options;
  options.max_batch_records = 1;
  options.connect_timeout = milliseconds(50);
  Producer producer(server_.MakeClient(), options);
  Append(producer, 0, 1);
  EXPECT_EQ(producer.Flush().code(), StatusCode::kUnavailable);
  EXPECT_EQ(outcomes_.at(0).fate, AppendFate::kUnknown);
}

TEST_F(ProducerTest, DuplicatesByTheirIdsAreToldWithTheirPlaces) {
  server_.OnAppendStream([](grpc::ServerContext&, Stream& stream) {
    v1::AppendRequest request;
    stream.Read(&request);
    EXPECT_EQ(request.records(1).id(), "the id");
    v1::AppendStreamResponse answer;
    answer.mutable_appended()->set_first_sequence(100);
    answer.mutable_appended()->set_last_sequence(101);
    answer.mutable_appended()->set_producer_next_sequence(3);
    for (const uint64_t sequence : {100, 7, 101}) {
      auto& result = *answer.mutable_appended()->add_results();
      result.set_outcome(sequence == 7 ? v1::AppendResult::DUPLICATE : v1::AppendResult::APPENDED);
      result.set_sequence(sequence);
    }
    stream.Write(answer);
    stream.Read(&request);
    return grpc::Status::OK;
  });
  std::vector<RecordPlace> places;
  ProducerOptions options;
  options.linger = std::chrono::hours(1);
  options.on_batch = [&](const BatchOutcome& outcome) { places = outcome.places; };
  Producer producer(server_.MakeClient(), options);
  Append(producer, 0, 1);
  NewRecord record{"room", "1", BodyKind::kText, {}};
  record.id = "the id";
  ASSERT_TRUE(
      producer.Append(record, [&](const AppendOutcome& outcome) { outcomes_.push_back(outcome); }).ok());
  Append(producer, 2, 3);
  EXPECT_TRUE(producer.Flush().ok());
  ASSERT_EQ(outcomes_.size(), 3u);
  EXPECT_EQ(outcomes_[0].sequence, 100u);
  EXPECT_FALSE(outcomes_[0].duplicate);
  EXPECT_EQ(outcomes_[1].sequence, 7u);
  EXPECT_TRUE(outcomes_[1].duplicate);
  EXPECT_EQ(outcomes_[2].sequence, 101u);
  ASSERT_EQ(places.size(), 3u);
  record.id = "";
  EXPECT_EQ(producer.Append(record).code(), StatusCode::kInvalidArgument);
}

TEST_F(ProducerTest, SaysWhichNumberComesNext) {
  server_.OnAppendStream(Serve());
  {
    Producer earlier(server_.MakeClient(), {});
    EXPECT_EQ(earlier.NextNumber().value(), 0u);
    Append(earlier, 0, 5);
    EXPECT_TRUE(earlier.Flush().ok());
    EXPECT_EQ(earlier.NextNumber().value(), 5u);
  }
  Producer producer(server_.MakeClient(), {});
  EXPECT_EQ(producer.NextNumber().value(), 5u);
  Append(producer, 5, 8);
  EXPECT_TRUE(producer.Flush().ok());
  EXPECT_EQ(log_.texts(), Numbers(0, 8));
}

TEST_F(ProducerTest, ANumberThatCannotBeHadIsAnError) {
  ProducerOptions plain;
  plain.idempotent = false;
  server_.OnAppendStream(Serve());
  EXPECT_EQ(Producer(server_.MakeClient(), plain).NextNumber().status().code(),
            StatusCode::kFailedPrecondition);
  FakeServer server;
  server.OnAppendStream(Serve());
  server.OnRegisterProducer(
      [](const auto&, auto&) { return ErrorWithReason(grpc::StatusCode::NOT_FOUND, "LOG_NOT_FOUND"); });
  EXPECT_EQ(Producer(server.MakeClient(), {}).NextNumber().status().reason(), "LOG_NOT_FOUND");
  ClientOptions client_options;
  client_options.endpoints = {FakeServer::UnusedAddress()};
  ProducerOptions options;
  options.connect_timeout = milliseconds(10);
  EXPECT_EQ(Producer(Client(client_options), options).NextNumber().status().reason(), reason::kUnreachable);
}

TEST_F(ProducerTest, WithStopAtFailureNothingIsSentAfterTheFailure) {
  std::promise<void> all_taken;
  server_.OnAppendStream([&](grpc::ServerContext&, Stream& stream) {
    v1::AppendRequest request;
    stream.Read(&request);
    all_taken.get_future().wait();
    stream.Write(Refusal());
    return log_.Serve(stream);
  });
  ProducerOptions options;
  options.stop_at_failure = true;
  options.max_batch_records = 10;
  Producer producer(server_.MakeClient(), options);
  Append(producer, 0, 100);
  all_taken.set_value();
  EXPECT_EQ(producer.Flush().reason(), "TOO_LARGE");
  EXPECT_EQ(producer.Append({"room", "late", BodyKind::kText, {}}).reason(), reason::kNotSent);
  EXPECT_TRUE(log_.texts().empty());
  ASSERT_EQ(outcomes_.size(), 100u);
  EXPECT_EQ(outcomes_.front().status.reason(), "TOO_LARGE");
  EXPECT_EQ(outcomes_.back().status.reason(), reason::kNotSent);
  for (const AppendOutcome& outcome : outcomes_) EXPECT_EQ(outcome.fate, AppendFate::kRejected);
}

TEST_F(ProducerTest, WithStopAtFailureAndWithoutIdempotenceABrokenStreamIsTheFailure) {
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
  options.idempotent = false;
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
