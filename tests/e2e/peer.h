#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "replog/v1/log_admin.grpc.pb.h"
#include "replog/v1/replication_log.grpc.pb.h"

// A client made of the generated stubs alone, as a user of any language has it.
namespace replog::testing {

// No call of a test takes this long; one that does fails instead of hanging.
inline constexpr std::chrono::seconds kPatience{60};

// A failed call, as a program sees it.
struct Refusal {
  grpc::StatusCode code = grpc::StatusCode::OK;
  std::string reason;  // ErrorInfo.reason; empty without one
  std::map<std::string, std::string> metadata;
  std::string message;
  bool retry_hint = false;  // there is a RetryInfo
};
Refusal RefusalOf(const grpc::Status& status);
Refusal RefusalOf(const google::rpc::Status& status);

v1::AppendRequest MakeAppend(const std::vector<std::string>& texts, const std::string& channel = "c",
                             const std::string& log = "");

// One connection of its own to a server.
class Peer {
 public:
  explicit Peer(const std::string& address);
  // Connects anew: after a kill of the server the old connection may not have noticed yet.
  void Reconnect();

  v1::ReplicationLog::Stub& log() { return *log_; }
  v1::LogAdmin::Stub& admin() { return *admin_; }
  const std::shared_ptr<grpc::Channel>& channel() { return channel_; }

  grpc::Status Append(const v1::AppendRequest& request, v1::AppendResponse* response = nullptr);
  // Fails the test when it is refused.
  v1::AppendResponse MustAppend(const v1::AppendRequest& request);
  v1::AppendResponse MustAppend(const std::vector<std::string>& texts) {
    return MustAppend(MakeAppend(texts));
  }
  grpc::Status Read(const v1::ReadRequest& request, v1::ReadResponse* response);
  v1::LogInfo GetLog(const std::string& log = "");
  void MustTrim(uint64_t before, const std::string& log = "");
  // Sends `bytes` as the request of a method ("/package.Service/Method"), whatever they are.
  grpc::Status CallRaw(const std::string& method, const std::string& bytes);

 private:
  const std::string address_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ReplicationLog::Stub> log_;
  std::unique_ptr<v1::LogAdmin::Stub> admin_;
};

// One Subscribe stream. Cancelled at the end.
class Subscriber {
 public:
  Subscriber(Peer& peer, const v1::SubscribeRequest& request, std::chrono::seconds deadline = kPatience);
  ~Subscriber();

  // The next frame; false at the end of the stream.
  bool Next(v1::SubscribeResponse& frame) { return reader_->Read(&frame); }
  // The records of the frames up to the one with which everything before `next_sequence` was sent or filtered
  // out.
  std::vector<v1::Record> ReadTo(uint64_t next_sequence);
  // The same, up to the first frame that says caught up.
  std::vector<v1::Record> ReadToCaughtUp();
  // The records up to the end of the stream.
  std::vector<v1::Record> ReadAll();
  void Cancel() { context_.TryCancel(); }
  // How the stream ended, after all its frames.
  grpc::Status Finish();

  // The newest values that the stream said.
  uint64_t next_sequence() const { return next_sequence_; }
  const v1::Position& position() const { return position_; }

 private:
  std::vector<v1::Record> ReadWhile(const std::function<bool(const v1::SubscribeResponse&)>& wanted);

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::SubscribeResponse>> reader_;
  uint64_t next_sequence_ = 0;
  v1::Position position_;
  bool finished_ = false;
};

std::vector<uint64_t> SequencesOf(const std::vector<v1::Record>& records);
std::vector<std::string> TextsOf(const std::vector<v1::Record>& records);

// Asks again and again until it is true; fails the test when it never is. For what nobody announces.
void Eventually(const std::string& what, const std::function<bool()>& condition);

// Whether the test, and so the server that it starts, is built with the address sanitizer, which keeps freed
// memory.
bool UnderAddressSanitizer();

}  // namespace replog::testing
