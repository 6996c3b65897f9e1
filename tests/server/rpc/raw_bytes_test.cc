// The raw methods send bytes that no message was made of. What a client gets must be the message all the
// same.

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <future>

#include "proto/wire/record_view.h"
#include "replog/v1/replication_log.grpc.pb.h"
#include "server/rpc/buffers.h"
#include "server/rpc/rpc_server.h"
#include "tests/server/core/fake_store.h"
#include "tests/server/core/manual_clock.h"

namespace replog {
namespace {

using testing::FakeStore;
using testing::ManualClock;

constexpr int64_t kTimeUs = 1'700'000'000'123'456;

// A server in this process over a FakeStore and a clock that stands still, so that every answer is known to
// the byte.
class RawBytesTest : public ::testing::Test {
 protected:
  RawBytesTest() {
    clock_.wall_us = kTimeUs;
    service_ = *LogService::Open({}, store_, clock_);
    server_ =
        *RpcServer::Start(*service_, access_,
                          {.address = "127.0.0.1:0", .tls = nullptr, .audit = nullptr, .on_ended = nullptr});
    channel_ = grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
    stub_ = v1::ReplicationLog::NewStub(channel_);
  }

  // Sends a message and gives back the bytes of the answer.
  std::string Call(const std::string& method, const google::protobuf::Message& message) {
    grpc::ClientContext context;
    const grpc::Slice slice(message.SerializeAsString());
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> done;
    grpc::GenericStub(channel_).UnaryCall(&context, "/replog.v1.ReplicationLog/" + method, {}, &request,
                                          &response,
                                          [&](grpc::Status status) { done.set_value(std::move(status)); });
    const auto status = done.get_future().get();
    EXPECT_TRUE(status.ok()) << status.error_message();
    return Flatten(response);
  }

  // Three records with all that a record may have today.
  static v1::AppendRequest Batch() {
    v1::AppendRequest request;
    auto* text = request.add_records();
    text->set_channel("räume/1");
    text->set_text("grüße");
    (*text->mutable_headers())["user"] = "ana";
    (*text->mutable_headers())["empty"] = "";
    auto* bytes = request.add_records();
    bytes->set_channel("c");
    bytes->set_payload(std::string("\0\xff\n", 3));
    auto* none = request.add_records();
    none->set_channel("c");
    return request;
  }
  // What a reader has to get for it, made the ordinary way.
  static void FillRecords(google::protobuf::RepeatedPtrField<v1::Record>& records) {
    const auto batch = Batch();
    for (int i = 0; i < batch.records_size(); ++i) {
      auto* record = records.Add();
      record->set_sequence(static_cast<uint64_t>(i));
      FillTime(*record->mutable_time());
      record->set_channel(batch.records(i).channel());
      if (batch.records(i).has_text()) record->set_text(batch.records(i).text());
      if (batch.records(i).has_payload()) record->set_payload(batch.records(i).payload());
      *record->mutable_headers() = batch.records(i).headers();
    }
  }
  static void FillTime(google::protobuf::Timestamp& time) {
    time.set_seconds(kTimeUs / 1'000'000);
    time.set_nanos(static_cast<int32_t>(kTimeUs % 1'000'000 * 1000));
  }
  void FillPosition(v1::Position& position, uint64_t next) {
    position.set_log_uuid("uuid-1");
    position.set_lineage(0);
    position.set_epoch(1);
    position.set_next_sequence(next);
  }
  // Equal in every field, and without a field that the message does not have.
  template <typename Message>
  static void ExpectParses(const std::string& bytes, const Message& expected) {
    Message parsed;
    ASSERT_TRUE(parsed.ParseFromString(bytes));
    EXPECT_EQ(parsed.DebugString(), expected.DebugString());
    EXPECT_EQ(parsed.ByteSizeLong(), bytes.size()) << "nothing is given twice";
  }

  // Each record as it stands in a response.
  static std::vector<std::string> RecordBytes(const std::string& response) {
    std::vector<std::string> records;
    wire::RecordsReader reader(response);
    std::string_view encoded;
    while (reader.Next(encoded)) records.emplace_back(encoded);
    return records;
  }

  FakeStore store_;
  ManualClock clock_;
  AccessControl access_{clock_};
  std::unique_ptr<LogService> service_;
  std::unique_ptr<RpcServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ReplicationLog::Stub> stub_;
};

TEST_F(RawBytesTest, OfAnAppendParseToItsResponse) {
  v1::AppendResponse expected;
  expected.set_first_sequence(0);
  expected.set_last_sequence(2);
  FillPosition(*expected.mutable_position(), 3);
  expected.set_durability(v1::DURABILITY_SYNC);
  FillTime(*expected.mutable_time());
  ExpectParses(Call("Append", Batch()), expected);
}

TEST_F(RawBytesTest, OfAPageParseToItsResponse) {
  Call("Append", Batch());
  v1::ReadResponse expected;
  FillRecords(*expected.mutable_records());
  expected.set_next_sequence(3);
  expected.set_committed_end(3);
  expected.set_at_end(true);
  expected.set_first_kept_sequence(0);
  FillPosition(*expected.mutable_position(), 3);
  ExpectParses(Call("Read", v1::ReadRequest()), expected);
}

TEST_F(RawBytesTest, OfAnEmptyPageSayTheSequenceZero) {
  v1::ReadResponse expected;
  expected.set_next_sequence(0);
  expected.set_committed_end(0);
  expected.set_at_end(true);
  expected.set_first_kept_sequence(0);
  FillPosition(*expected.mutable_position(), 0);
  expected.mutable_position()->set_epoch(0);
  ExpectParses(Call("Read", v1::ReadRequest()), expected);
}

TEST_F(RawBytesTest, OfAFrameParseToItsResponse) {
  Call("Append", Batch());
  v1::SubscribeRequest request;
  request.set_until_sequence(3);
  v1::SubscribeResponse expected;
  FillRecords(*expected.mutable_records());
  expected.set_next_sequence(3);
  expected.set_committed_end(3);
  expected.set_caught_up(true);
  FillPosition(*expected.mutable_position(), 3);
  expected.set_first_kept_sequence(0);
  // One frame, and then the end: the answer of a call that expects one message.
  ExpectParses(Call("Subscribe", request), expected);
}

TEST_F(RawBytesTest, AreTheSameForEveryReaderFromMemoryAndFromTheStore) {
  Call("Append", Batch());
  const auto from_store = RecordBytes(Call("Read", v1::ReadRequest()));
  ASSERT_EQ(from_store.size(), 3u);
  v1::SubscribeRequest request;
  request.set_until_sequence(3);
  EXPECT_EQ(RecordBytes(Call("Subscribe", request)), from_store);
  request.add_channels("*");
  EXPECT_EQ(RecordBytes(Call("Subscribe", request)), from_store);
}

TEST_F(RawBytesTest, ASubscriptionToldByTheClockSendsABookmark) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  const auto reader = stub_->Subscribe(&context, {});
  v1::SubscribeResponse frame;
  ASSERT_TRUE(reader->Read(&frame));
  EXPECT_TRUE(frame.caught_up());
  clock_.monotonic_us += 15'000'000;
  ASSERT_TRUE(reader->Read(&frame));
  EXPECT_EQ(frame.records_size(), 0);
  EXPECT_TRUE(frame.has_next_sequence());
  EXPECT_TRUE(frame.has_committed_end());
  EXPECT_FALSE(frame.has_position());
  context.TryCancel();
}

TEST_F(RawBytesTest, AStoreThatFailsIsUnavailableWithAReasonForEachFate) {
  store_.SetCommitFate(FakeStore::CommitFate::kFailed);
  store_.SetRecoverFails(true);
  const auto refusal = [&] {
    grpc::ClientContext context;
    v1::AppendResponse response;
    return stub_->Append(&context, Batch(), &response);
  };
  const auto unknown = refusal();
  EXPECT_EQ(unknown.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_NE(unknown.error_details().find("STORE_FAILED"), std::string::npos);
  const auto rejected = refusal();
  EXPECT_EQ(rejected.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_NE(rejected.error_details().find("STORE_RECOVERING"), std::string::npos);
}

}  // namespace
}  // namespace replog
