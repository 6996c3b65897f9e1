// Verify calls over a store whose checks go on until they are told to stop.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "replog/v1/log_admin.grpc.pb.h"
#include "server/auth/token.h"
#include "server/rpc/rpc_server.h"
#include "tests/server/core/fake_store.h"
#include "tests/server/core/manual_clock.h"

namespace replog {
namespace {

using testing::FakeStore;

const std::string kToken = "the-secret-token-of-ana";

Principal Ana(std::vector<Grant> grants) {
  Principal ana;
  ana.name = "ana";
  ana.tokens.push_back({"t", DigestOf(kToken), std::nullopt});
  ana.grants = std::move(grants);
  return ana;
}

Grant Administers() { return {Access::kAdmin, LogPatterns({"default"}), {}, {}, {}}; }

// One Verify call.
class Check {
 public:
  explicit Check(v1::LogAdmin::Stub& admin) {
    context_.AddMetadata("authorization", "Bearer " + kToken);
    stream_ = admin.Verify(&context_, v1::VerifyRequest());
  }
  // Waits until it has begun.
  bool Begin() {
    v1::VerifyResponse progress;
    return stream_->Read(&progress);
  }
  grpc::Status End() {
    while (Begin()) continue;
    return stream_->Finish();
  }
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::VerifyResponse>> stream_;
};

class VerifyStreamTest : public ::testing::Test {
 protected:
  VerifyStreamTest() {
    access_.Replace({Ana({Administers()})});
    store_.OnVerify([](const FakeStore::Report& report) {
      while (report(VerifyProgress())) continue;
      return MakeError(Reason::kCancelled, "the check was cancelled");
    });
    RpcServer::Options options;
    options.address = "127.0.0.1:0";
    options.audit = [this](const AdminAction& action) {
      MutexLock lock(mutex_);
      outcomes_.push_back(action.outcome);
      noted_.NotifyAll();
    };
    server_ = *RpcServer::Start(*service_, access_, std::move(options));
    admin_ =
        v1::LogAdmin::NewStub(grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials()));
  }
  // The outcomes of so many calls, as they were written down.
  std::vector<std::string> AwaitOutcomes(size_t count) {
    MutexLock lock(mutex_);
    while (outcomes_.size() < count) noted_.Wait(mutex_);
    return outcomes_;
  }

  Mutex mutex_;
  CondVar noted_;
  std::vector<std::string> outcomes_ TSA_GUARDED_BY(mutex_);
  FakeStore store_;
  testing::ManualClock clock_;
  AccessControl access_{clock_};
  const std::unique_ptr<LogService> service_ = *LogService::Open({}, store_, clock_);
  std::unique_ptr<RpcServer> server_;
  std::unique_ptr<v1::LogAdmin::Stub> admin_;
};

TEST_F(VerifyStreamTest, EndsWhenItsGrantIsTakenAway) {
  Check check(*admin_);
  ASSERT_TRUE(check.Begin());
  access_.Replace({Ana({})});
  EXPECT_EQ(AwaitOutcomes(1)[0], "GRANT_REVOKED") << "the check has stopped";
  const grpc::Status status = check.End();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << status.error_message();
}

TEST_F(VerifyStreamTest, StopsWhenTheClientLeavesAndMakesRoomForTheNext) {
  Check gone(*admin_);
  ASSERT_TRUE(gone.Begin());
  gone.Cancel();
  EXPECT_EQ(AwaitOutcomes(1)[0], "CANCELLED");
  Check next(*admin_);
  EXPECT_TRUE(next.Begin());
  next.Cancel();
}

}  // namespace
}  // namespace replog
