// A server that is asked to stop: it says so, ends its streams with a hint, and loses nothing that it
// acknowledged.

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <set>
#include <thread>

#include "grpc/health/v1/health.pb.h"
#include "tests/e2e/peer.h"
#include "tests/support/server_process.h"

namespace replog {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using testing::MakeAppend;
using testing::Peer;
using testing::Refusal;
using testing::RefusalOf;
using testing::ServerProcess;
using testing::Subscriber;

// The Watch call of grpc.health.v1.Health, for which there is no stub.
class HealthWatch {
 public:
  HealthWatch(Peer& peer, const std::string& service)
      : method_("/grpc.health.v1.Health/Watch", grpc::internal::RpcMethod::SERVER_STREAMING, peer.channel()) {
    HealthCheckRequest request;
    request.set_service(service);
    context_.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
    reader_.reset(grpc::internal::ClientReaderFactory<HealthCheckResponse>::Create(
        peer.channel().get(), method_, &context_, request));
  }
  // The next status that is said; UNKNOWN when the stream ended.
  HealthCheckResponse::ServingStatus Next() {
    HealthCheckResponse response;
    return reader_->Read(&response) ? response.status() : HealthCheckResponse::UNKNOWN;
  }
  ~HealthWatch() {
    context_.TryCancel();
    (void)reader_->Finish();
  }

 private:
  grpc::internal::RpcMethod method_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<HealthCheckResponse>> reader_;
};

// A writer that appends one record after another until it is refused; each text is given once.
class LoadWriter {
 public:
  LoadWriter(const std::string& address, int id) : thread_([this, address, id] { Run(address, id); }) {}
  ~LoadWriter() { thread_.join(); }
  void Join() {
    thread_.join();
    thread_ = std::thread([] {});
  }
  std::atomic<size_t> acknowledged_count{0};
  std::map<uint64_t, std::string> acknowledged;  // after Join
  Refusal refusal;                               // after Join

 private:
  void Run(const std::string& address, int id) {
    Peer peer(address);
    for (int n = 0;; ++n) {
      const std::string text = std::to_string(id) + ":" + std::to_string(n);
      grpc::ClientContext context;
      v1::AppendResponse answer;
      const auto status = peer.log().Append(&context, MakeAppend({text}), &answer);
      if (!status.ok()) {
        refusal = RefusalOf(status);
        return;
      }
      acknowledged[answer.first_sequence()] = text;
      ++acknowledged_count;
    }
  }
  std::thread thread_;
};

TEST(Shutdown, UnderLoadEndsCleanlyAndKeepsEverythingThatWasAcknowledged) {
  ServerProcess server;
  Peer peer(server.address());
  HealthWatch all(peer, "");
  HealthWatch log(peer, "replog.v1.ReplicationLog");
  EXPECT_EQ(all.Next(), HealthCheckResponse::SERVING);
  EXPECT_EQ(log.Next(), HealthCheckResponse::SERVING);

  std::vector<std::unique_ptr<LoadWriter>> writers;
  for (int i = 0; i < 4; ++i) writers.push_back(std::make_unique<LoadWriter>(server.address(), i));
  Subscriber idle(peer, {});
  grpc::ClientContext stream_context;
  const auto append_stream = peer.log().AppendStream(&stream_context);
  ASSERT_TRUE(append_stream->Write(MakeAppend({"on the stream"})));
  v1::AppendStreamResponse streamed;
  ASSERT_TRUE(append_stream->Read(&streamed));
  testing::Eventually("every writer is at work", [&] {
    return std::all_of(writers.begin(), writers.end(),
                       [](const auto& writer) { return writer->acknowledged_count > 50; });
  });

  EXPECT_EQ(server.Terminate(), 0);
  EXPECT_EQ(all.Next(), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(log.Next(), HealthCheckResponse::NOT_SERVING);
  const auto ended = RefusalOf(idle.Finish());
  EXPECT_EQ(ended.code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ended.reason, "SHUTTING_DOWN");
  EXPECT_TRUE(ended.retry_hint);
  while (append_stream->Read(&streamed)) {
  }
  const auto stream_ended = RefusalOf(append_stream->Finish());
  EXPECT_EQ(stream_ended.code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(stream_ended.reason, "SHUTTING_DOWN");
  for (const auto& writer : writers) {
    writer->Join();
    // gRPC itself cancels a call that reaches it in the moment between the last answer and the closed door.
    const auto code = writer->refusal.code;
    EXPECT_TRUE(code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::CANCELLED)
        << writer->refusal.message;
  }

  server.Restart();
  peer.Reconnect();
  const uint64_t end = peer.GetLog().committed_end();
  const auto kept = Subscriber(peer, {}).ReadTo(end);
  ASSERT_EQ(kept.size(), end);
  for (const auto& writer : writers) {
    for (const auto& [sequence, text] : writer->acknowledged) {
      ASSERT_LT(sequence, end);
      ASSERT_EQ(kept[sequence].text(), text);
    }
  }
}

TEST(Shutdown, OfAnIdleServerIsCleanAlsoByInterrupt) {
  ServerProcess server;
  Peer(server.address()).MustAppend({"a"});
  ::kill(server.pid(), SIGINT);
  EXPECT_EQ(server.Terminate(), 0);
}

TEST(Shutdown, IsNotHeldUpByAReaderThatNeverReads) {
  ServerProcess server;
  Peer peer(server.address());
  const std::string text(1 << 19, 'x');
  for (int i = 0; i < 40; ++i) peer.MustAppend({text});
  Subscriber stalled(peer, {});
  v1::SubscribeResponse frame;
  ASSERT_TRUE(stalled.Next(frame));
  EXPECT_EQ(server.Terminate(), 0);
}

}  // namespace
}  // namespace replog
