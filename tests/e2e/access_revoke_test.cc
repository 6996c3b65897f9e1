// A grant that is taken away ends what goes on under it for long: backups, and calls that wait.

#include <gtest/gtest.h>

#include <future>
#include <random>

#include "replog/v1/leases.pb.h"
#include "tests/e2e/access_server.h"

namespace replog {
namespace {

using grpc::StatusCode;
using testing::AccessServer;
using testing::Eventually;
using testing::MakeAppend;
using testing::Principal;
using testing::Refusal;
using testing::RefusalOf;
using testing::SignIn;

constexpr const char* kAll =
    "[{verbs: [read, append, node, lease, admin], logs: [\"*\", \"_*\"], leases: [\"*\"], nodes: [\"*\"]}]";
constexpr int64_t kLongSeconds = 20;  // what a call waits that nobody ends

// One Backup call, which is read from only when that is asked for.
class Backup {
 public:
  Backup(AccessServer& server, const std::string& name) {
    SignIn(context_, name);
    stream_ = v1::LogAdmin::NewStub(server.channel())->Backup(&context_, v1::BackupRequest());
  }
  ~Backup() { context_.TryCancel(); }
  // Waits until it has begun.
  bool Begin() {
    v1::BackupResponse message;
    return stream_->Read(&message);
  }
  Refusal End() {
    v1::BackupResponse message;
    while (stream_->Read(&message)) continue;
    return RefusalOf(stream_->Finish());
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::BackupResponse>> stream_;
};

// ana may do everything, until it is taken away; bob keeps it.
class Revoked : public ::testing::Test {
 protected:
  void GiveAll() { server_.Reload(Principal("ana", kAll) + Principal("bob", kAll)); }
  void TakeAway() { server_.Reload(Principal("ana", "[]") + Principal("bob", kAll)); }
  template <typename Request>
  void MustAsk(const std::string& who, const std::string& method, const Request& request) {
    const Refusal refusal = server_.Ask(who, method, request);
    ASSERT_EQ(refusal.code, StatusCode::OK) << refusal.message;
  }
  // How a call of ana's ends that waits as all is taken away from her. Nobody announces that it waits: when
  // it came too late it was refused, and is made again.
  template <typename Request>
  Refusal EndOfWaiting(const std::string& method, const Request& request) {
    Refusal ended;
    Eventually("the call waits when the file is read", [&] {
      GiveAll();
      auto call = std::async(std::launch::async, [&] { return server_.Ask("ana", method, request); });
      TakeAway();
      ended = call.get();
      return ended.reason != "PERMISSION_DENIED";
    });
    return ended;
  }
  void ExpectRevoked(const Refusal& refusal) {
    EXPECT_EQ(refusal.code, StatusCode::PERMISSION_DENIED) << refusal.message;
    EXPECT_EQ(refusal.reason, "GRANT_REVOKED");
  }
  // More than flow control lets through to a client that does not read.
  void AppendMuch() {
    std::mt19937 random(1);
    for (int i = 0; i < 16; ++i) {
      std::string noise(1'000'000, '\0');
      for (char& c : noise) c = static_cast<char>('a' + random() % 26);
      MustAsk("bob", "ReplicationLog/Append", MakeAppend({noise}));
    }
  }

  AccessServer server_{Principal("ana", kAll) + Principal("bob", kAll)};
};

TEST_F(Revoked, ABackupEndsAndMakesRoomForAnother) {
  AppendMuch();
  Backup backup(server_, "ana");
  ASSERT_TRUE(backup.Begin());
  EXPECT_EQ(Backup(server_, "bob").End().reason, "BUSY");
  TakeAway();
  Eventually("another may be made, though the client does not read",
             [&] { return Backup(server_, "bob").End().code == StatusCode::OK; });
  ExpectRevoked(backup.End());
}

TEST_F(Revoked, ABackupThatNeedsMoreThanIsLeftEnds) {
  AppendMuch();
  Backup backup(server_, "ana");
  ASSERT_TRUE(backup.Begin());
  // It is of every log; an administrator of the server who may not read all of them makes none.
  const std::string less = "[{verbs: [read, admin], logs: [\"*\", \"_*\"], channels: [c]}]";
  server_.Reload(Principal("ana", less) + Principal("bob", kAll));
  ExpectRevoked(backup.End());
}

v1::AcquireRequest MakeAcquire(const std::string& holder, int64_t wait_seconds) {
  v1::AcquireRequest request;
  request.set_name("leader");
  request.set_holder(holder);
  request.mutable_ttl()->set_seconds(600);
  request.mutable_wait()->set_seconds(wait_seconds);
  return request;
}

TEST_F(Revoked, WhoWaitsForALeaseIsNotGivenIt) {
  v1::AcquireResponse held;
  ASSERT_EQ(server_.Ask("bob", "Leases/Acquire", MakeAcquire("bob", 0), &held).code, StatusCode::OK);
  ExpectRevoked(EndOfWaiting("Leases/Acquire", MakeAcquire("ana", kLongSeconds)));
  v1::ReleaseRequest release;
  *release.mutable_token() = held.lease().token();
  MustAsk("bob", "Leases/Release", release);
  v1::GetRequest get;
  get.set_name("leader");
  v1::GetResponse free;
  ASSERT_EQ(server_.Ask("bob", "Leases/Get", get, &free).code, StatusCode::OK);
  EXPECT_FALSE(free.has_lease()) << free.lease().holder();
}

TEST_F(Revoked, ABarrierIsNotWaitedFor) {
  MustAsk("bob", "ReplicationLog/Append", MakeAppend({"a"}));
  v1::AcknowledgeRequest behind;
  behind.set_node("n");
  behind.set_next_sequence(0);
  MustAsk("bob", "ReplicationLog/Acknowledge", behind);
  v1::AwaitSyncRequest request;
  request.set_sequence(0);
  request.mutable_timeout()->set_seconds(kLongSeconds);
  ExpectRevoked(EndOfWaiting("ReplicationLog/AwaitSync", request));
}

TEST_F(Revoked, AnAuditIsNotWaitedFor) {
  MustAsk("bob", "ReplicationLog/Append", MakeAppend({"a"}));
  grpc::ClientContext context;  // of a node that answers nothing
  SignIn(context, "bob");
  v1::SubscribeRequest node;
  node.set_node("n");
  const auto stream = v1::ReplicationLog::NewStub(server_.channel())->Subscribe(&context, node);
  v1::SubscribeResponse frame;
  ASSERT_TRUE(stream->Read(&frame));
  v1::AuditRequest request;
  request.mutable_timeout()->set_seconds(kLongSeconds);
  ExpectRevoked(EndOfWaiting("LogAdmin/Audit", request));
  context.TryCancel();
}

TEST(AccessStreams, BackupsAndChecksCountAsStreams) {
  AccessServer server(Principal("ana", kAll, "{streams: 1}"));
  grpc::ClientContext context;
  SignIn(context, "ana");
  const auto reader = v1::ReplicationLog::NewStub(server.channel())->Subscribe(&context, {});
  v1::SubscribeResponse frame;
  ASSERT_TRUE(reader->Read(&frame));
  EXPECT_EQ(Backup(server, "ana").End().reason, "TOO_MANY_STREAMS");
  EXPECT_EQ(server.Call("/replog.v1.LogAdmin/Verify", "", AccessServer::As("ana")).reason,
            "TOO_MANY_STREAMS");
  context.TryCancel();
  Eventually("the reader's place is given back",
             [&] { return Backup(server, "ana").End().code == StatusCode::OK; });
}

}  // namespace
}  // namespace replog
