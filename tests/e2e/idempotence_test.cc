// What was appended before is found again: ids and producers, across repetitions, restarts and kills.

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "replog/v1/system.pb.h"
#include "tests/e2e/peer.h"
#include "tests/support/server_process.h"

namespace replog {
namespace {

using grpc::StatusCode;
using testing::MakeAppend;
using testing::Peer;
using testing::Refusal;
using testing::RefusalOf;
using testing::ServerProcess;

v1::AppendRequest WithIds(const std::vector<std::string>& ids) {
  v1::AppendRequest request = MakeAppend(std::vector<std::string>(ids.size(), "text"));
  for (size_t i = 0; i < ids.size(); ++i) request.mutable_records(static_cast<int>(i))->set_id(ids[i]);
  return request;
}

class IdempotenceTest : public ::testing::Test {
 protected:
  void Kill9AndRestart() {
    server_.Kill9();
    server_.Restart();
    peer_.Reconnect();
  }
  void TerminateAndRestart() {
    EXPECT_EQ(server_.Terminate(), 0);
    server_.Restart();
    peer_.Reconnect();
  }
  uint64_t End() { return peer_.GetLog().committed_end(); }

  grpc::Status Register(const v1::RegisterProducerRequest& request, v1::RegisterProducerResponse& response) {
    grpc::ClientContext context;
    return peer_.log().RegisterProducer(&context, request, &response);
  }
  v1::RegisterProducerResponse MustRegister(const std::string& name) {
    v1::RegisterProducerRequest request;
    request.set_name(name);
    v1::RegisterProducerResponse response;
    const auto status = Register(request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  static v1::AppendRequest Stamped(const v1::RegisterProducerResponse& as, uint64_t first, size_t count) {
    v1::AppendRequest request = MakeAppend(std::vector<std::string>(count, "text"));
    request.mutable_producer()->set_id(as.id());
    request.mutable_producer()->set_epoch(as.epoch());
    request.mutable_producer()->set_first_sequence(first);
    return request;
  }
  // The sequences of duplicates; fails when any record is none.
  static std::vector<uint64_t> DuplicatesOf(const v1::AppendResponse& response) {
    EXPECT_FALSE(response.has_first_sequence());
    EXPECT_FALSE(response.has_time());
    std::vector<uint64_t> sequences;
    for (const auto& result : response.results()) {
      EXPECT_EQ(result.outcome(), v1::AppendResult::DUPLICATE);
      sequences.push_back(result.sequence());
    }
    return sequences;
  }

  ServerProcess server_;
  Peer peer_{server_.address()};
};

TEST_F(IdempotenceTest, AnIdIsKnownAcrossRestartsKillsAndTheTrim) {
  EXPECT_EQ(peer_.MustAppend(WithIds({"a", "b", ""})).last_sequence(), 2u);
  EXPECT_EQ(DuplicatesOf(peer_.MustAppend(WithIds({"b", "a"}))), (std::vector<uint64_t>{1, 0}));
  Kill9AndRestart();
  EXPECT_EQ(DuplicatesOf(peer_.MustAppend(WithIds({"a"}))), std::vector<uint64_t>{0});
  peer_.MustTrim(3);
  TerminateAndRestart();
  EXPECT_EQ(DuplicatesOf(peer_.MustAppend(WithIds({"b"}))), std::vector<uint64_t>{1});
  EXPECT_EQ(End(), 3u);
  const auto mixed = peer_.MustAppend(WithIds({"a", "c"}));
  EXPECT_EQ(mixed.first_sequence(), 3u);
  EXPECT_EQ(mixed.results(0).outcome(), v1::AppendResult::DUPLICATE);
  EXPECT_EQ(mixed.results(1).outcome(), v1::AppendResult::APPENDED);
}

TEST_F(IdempotenceTest, TheWindowIsASettingOfTheLogAndIsKept) {
  grpc::ClientContext context;
  v1::UpdateLogRequest request;
  request.mutable_settings()->mutable_dedupe_window();  // 0 s: off
  v1::UpdateLogResponse response;
  EXPECT_EQ(peer_.GetLog().settings().dedupe_window().seconds(), 600);
  ASSERT_TRUE(peer_.admin().UpdateLog(&context, request, &response).ok());
  EXPECT_EQ(response.log().settings().dedupe_window().seconds(), 0);
  TerminateAndRestart();
  EXPECT_EQ(peer_.GetLog().settings().dedupe_window().seconds(), 0);
  EXPECT_EQ(peer_.MustAppend(WithIds({"a", "a"})).last_sequence(), 1u);
}

TEST_F(IdempotenceTest, AReaderSeesTheIdAndTheProducersStamp) {
  const auto producer = MustRegister("p");
  v1::AppendRequest request = Stamped(producer, 0, 2);
  request.mutable_records(1)->set_id("the id");
  peer_.MustAppend(request);
  v1::ReadResponse page;
  ASSERT_TRUE(peer_.Read({}, &page).ok());
  ASSERT_EQ(page.records_size(), 2);
  EXPECT_EQ(page.records(1).id(), "the id");
  const v1::ProducerStamp& stamp = page.records(0).producer();
  EXPECT_EQ(stamp.id(), producer.id());
  EXPECT_EQ(stamp.epoch(), 1u);
  EXPECT_TRUE(stamp.has_first_sequence());
  EXPECT_EQ(stamp.count(), 2u);
  EXPECT_FALSE(page.records(1).has_producer()) << "once for the batch";
}

TEST_F(IdempotenceTest, ABatchIsAppendedOnceHoweverOftenItIsSentAndWhateverIsKilled) {
  const auto producer = MustRegister("p");
  const auto first = peer_.MustAppend(Stamped(producer, 0, 3));
  EXPECT_EQ(first.last_sequence(), 2u);
  EXPECT_EQ(first.producer_next_sequence(), 3u);
  Kill9AndRestart();
  const auto again = peer_.MustAppend(Stamped(producer, 0, 3));
  EXPECT_EQ(DuplicatesOf(again), (std::vector<uint64_t>{0, 1, 2}));
  EXPECT_EQ(again.position().next_sequence(), 3u);
  EXPECT_EQ(again.producer_next_sequence(), 3u);
  const auto gap = RefusalOf(peer_.Append(Stamped(producer, 5, 1)));
  EXPECT_EQ(gap.code, StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(gap.reason, "PRODUCER_GAP");
  EXPECT_EQ(gap.metadata.at("expected_sequence"), "3");
  EXPECT_EQ(peer_.MustAppend(Stamped(producer, 3, 1)).first_sequence(), 3u);
  peer_.MustTrim(4);
  TerminateAndRestart();
  EXPECT_EQ(DuplicatesOf(peer_.MustAppend(Stamped(producer, 2, 2))), (std::vector<uint64_t>{2, 3}));
  EXPECT_EQ(End(), 4u);
}

TEST_F(IdempotenceTest, ARestartedProducerFencesItsFormerSelfAlsoAcrossAKill) {
  const auto former = MustRegister("p");
  peer_.MustAppend(Stamped(former, 0, 2));
  const auto now = MustRegister("p");
  EXPECT_EQ(now.id(), former.id());
  EXPECT_EQ(now.epoch(), former.epoch() + 1);
  EXPECT_EQ(now.next_sequence(), 2u);
  for (int i = 0; i < 2; ++i) {
    const auto fenced = RefusalOf(peer_.Append(Stamped(former, 2, 1)));
    EXPECT_EQ(fenced.code, StatusCode::FAILED_PRECONDITION);
    EXPECT_EQ(fenced.reason, "PRODUCER_FENCED");
    Kill9AndRestart();
  }
  EXPECT_EQ(peer_.MustAppend(Stamped(now, 2, 1)).first_sequence(), 2u);
}

TEST_F(IdempotenceTest, RegistrationsAreRecordsOfTheSystemLog) {
  const auto producer = MustRegister("loader/1");
  v1::ReadRequest request;
  request.set_log("_system");
  request.add_channels("producers");
  v1::ReadResponse page;
  ASSERT_TRUE(peer_.Read(request, &page).ok());
  ASSERT_EQ(page.records_size(), 1);
  EXPECT_EQ(page.records(0).key(), peer_.GetLog().uuid() + "/loader/1");
  v1::ProducerRecord record;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(page.records(0).text(), &record).ok());
  EXPECT_EQ(record.log(), "default");
  EXPECT_EQ(record.name(), "loader/1");
  EXPECT_EQ(record.id(), producer.id());
  EXPECT_EQ(record.epoch(), 1u);
  EXPECT_GT(record.registered().seconds(), 1'600'000'000);
}

TEST_F(IdempotenceTest, RegistrationsThatAreNotClearAreRefused) {
  const auto refused = [&](const std::function<void(v1::RegisterProducerRequest&)>& change) {
    v1::RegisterProducerRequest request;
    request.set_name("p");
    change(request);
    v1::RegisterProducerResponse response;
    return RefusalOf(Register(request, response));
  };
  const auto expect = [](const Refusal& refusal, StatusCode code, const std::string& reason,
                         const std::string& field) {
    EXPECT_EQ(refusal.code, code) << refusal.message;
    EXPECT_EQ(refusal.reason, reason) << refusal.message;
    if (!field.empty()) EXPECT_EQ(refusal.metadata.at("field"), field);
  };
  expect(refused([](auto& request) { request.clear_name(); }), StatusCode::INVALID_ARGUMENT, "INVALID_FIELD",
         "name");
  expect(refused([](auto& request) { request.set_name(std::string(257, 'p')); }),
         StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "name");
  expect(refused([](auto& request) { request.set_name("a\nb"); }), StatusCode::INVALID_ARGUMENT,
         "INVALID_FIELD", "name");
  expect(refused([](auto& request) { request.set_log("no-such-log"); }), StatusCode::NOT_FOUND,
         "LOG_NOT_FOUND", "");
  expect(refused([](auto& request) { request.set_log("_system"); }), StatusCode::FAILED_PRECONDITION,
         "LOG_PROTECTED", "");
  expect(refused([](auto& request) { request.set_renew(true); }), StatusCode::INVALID_ARGUMENT,
         "INVALID_FIELD", "instance");
  expect(refused([](auto& request) {
           request.set_renew(true);
           request.set_instance("1");
         }),
         StatusCode::NOT_FOUND, "UNKNOWN_PRODUCER", "name");
  MustRegister("p");
  expect(refused([](auto& request) {
           request.set_renew(true);
           request.set_instance("1");
         }),
         StatusCode::FAILED_PRECONDITION, "PRODUCER_FENCED", "instance");
}

TEST_F(IdempotenceTest, ARefusalOnAStreamIsInItsPlaceAndTheStreamGoesOn) {
  const auto producer = MustRegister("p");
  grpc::ClientContext context;
  const auto stream = peer_.log().AppendStream(&context);
  for (const uint64_t first : {0, 5, 1}) ASSERT_TRUE(stream->Write(Stamped(producer, first, 1)));
  stream->WritesDone();
  v1::AppendStreamResponse answer;
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_EQ(answer.appended().first_sequence(), 0u);
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_EQ(RefusalOf(answer.error()).reason, "PRODUCER_GAP");
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_EQ(answer.appended().first_sequence(), 1u);
  EXPECT_FALSE(stream->Read(&answer));
  EXPECT_TRUE(stream->Finish().ok());
}

}  // namespace
}  // namespace replog
