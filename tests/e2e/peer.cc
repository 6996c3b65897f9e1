#include "tests/e2e/peer.h"

#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "google/rpc/error_details.pb.h"

namespace replog::testing {
namespace {

std::chrono::system_clock::time_point Deadline() { return std::chrono::system_clock::now() + kPatience; }

}  // namespace

Refusal RefusalOf(const google::rpc::Status& status) {
  Refusal refusal;
  refusal.code = static_cast<grpc::StatusCode>(status.code());
  refusal.message = status.message();
  for (const auto& detail : status.details()) {
    google::rpc::ErrorInfo info;
    if (detail.UnpackTo(&info)) {
      EXPECT_EQ(info.domain(), "replog");
      refusal.reason = info.reason();
      refusal.metadata.insert(info.metadata().begin(), info.metadata().end());
    }
    refusal.retry_hint |= detail.Is<google::rpc::RetryInfo>();
  }
  return refusal;
}

Refusal RefusalOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  Refusal refusal = RefusalOf(details);
  if (!status.error_details().empty()) EXPECT_EQ(refusal.code, status.error_code());
  refusal.code = status.error_code();
  refusal.message = status.error_message();
  return refusal;
}

v1::AppendRequest MakeAppend(const std::vector<std::string>& texts, const std::string& channel,
                             const std::string& log) {
  v1::AppendRequest request;
  request.set_log(log);
  for (const std::string& text : texts) {
    auto* record = request.add_records();
    record->set_channel(channel);
    record->set_text(text);
  }
  return request;
}

Peer::Peer(const std::string& address) : address_(address) { Reconnect(); }

void Peer::Reconnect() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  channel_ = grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments);
  log_ = v1::ReplicationLog::NewStub(channel_);
  admin_ = v1::LogAdmin::NewStub(channel_);
}

grpc::Status Peer::Append(const v1::AppendRequest& request, v1::AppendResponse* response) {
  grpc::ClientContext context;
  context.set_deadline(Deadline());
  context.set_wait_for_ready(true);
  v1::AppendResponse unused;
  return log_->Append(&context, request, response == nullptr ? &unused : response);
}

v1::AppendResponse Peer::MustAppend(const v1::AppendRequest& request) {
  v1::AppendResponse response;
  const auto status = Append(request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

grpc::Status Peer::Read(const v1::ReadRequest& request, v1::ReadResponse* response) {
  grpc::ClientContext context;
  context.set_deadline(Deadline());
  return log_->Read(&context, request, response);
}

v1::LogInfo Peer::GetLog(const std::string& log) {
  grpc::ClientContext context;
  context.set_deadline(Deadline());
  context.set_wait_for_ready(true);
  v1::GetLogRequest request;
  request.set_log(log);
  v1::GetLogResponse response;
  const auto status = admin_->GetLog(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.log();
}

void Peer::MustTrim(uint64_t before, const std::string& log) {
  grpc::ClientContext context;
  context.set_deadline(Deadline());
  v1::TrimLogRequest request;
  request.set_log(log);
  request.set_before_sequence(before);
  v1::TrimLogResponse response;
  const auto status = admin_->TrimLog(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.first_kept_sequence(), before);
}

grpc::Status Peer::CallRaw(const std::string& method, const std::string& bytes) {
  grpc::ClientContext context;
  context.set_deadline(Deadline());
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  std::promise<grpc::Status> done;
  grpc::GenericStub stub(channel_);
  stub.UnaryCall(&context, method, {}, &request, &response,
                 [&](grpc::Status status) { done.set_value(std::move(status)); });
  return done.get_future().get();
}

Subscriber::Subscriber(Peer& peer, const v1::SubscribeRequest& request, std::chrono::seconds deadline) {
  context_.set_deadline(std::chrono::system_clock::now() + deadline);
  context_.set_wait_for_ready(true);
  reader_ = peer.log().Subscribe(&context_, request);
}

Subscriber::~Subscriber() {
  if (finished_) return;
  Cancel();
  (void)Finish();
}

std::vector<v1::Record> Subscriber::ReadWhile(
    const std::function<bool(const v1::SubscribeResponse&)>& wanted) {
  std::vector<v1::Record> records;
  v1::SubscribeResponse frame;
  while (Next(frame)) {
    for (auto& record : *frame.mutable_records()) records.push_back(std::move(record));
    next_sequence_ = frame.next_sequence();
    if (frame.has_position()) position_ = frame.position();
    position_.set_next_sequence(next_sequence_);
    if (!wanted(frame)) return records;
  }
  return records;
}

std::vector<v1::Record> Subscriber::ReadTo(uint64_t next_sequence) {
  auto records = ReadWhile([&](const auto& frame) { return frame.next_sequence() < next_sequence; });
  EXPECT_GE(next_sequence_, next_sequence)
      << "the stream ended: " << (next_sequence_ < next_sequence ? Finish().error_message() : "");
  return records;
}

std::vector<v1::Record> Subscriber::ReadToCaughtUp() {
  return ReadWhile([](const auto& frame) { return !frame.caught_up(); });
}

std::vector<v1::Record> Subscriber::ReadAll() {
  return ReadWhile([](const auto&) { return true; });
}

grpc::Status Subscriber::Finish() {
  v1::SubscribeResponse rest;
  while (reader_->Read(&rest)) {
  }
  finished_ = true;
  return reader_->Finish();
}

std::vector<uint64_t> SequencesOf(const std::vector<v1::Record>& records) {
  std::vector<uint64_t> sequences;
  for (const auto& record : records) {
    EXPECT_TRUE(record.has_sequence());
    sequences.push_back(record.sequence());
  }
  return sequences;
}

std::vector<std::string> TextsOf(const std::vector<v1::Record>& records) {
  std::vector<std::string> texts;
  for (const auto& record : records) texts.push_back(record.text());
  return texts;
}

void Eventually(const std::string& what, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "never: " << what;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

bool UnderAddressSanitizer() {
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
  return true;
#endif
#endif
  return false;
}

}  // namespace replog::testing
