#pragma once

#include <grpcpp/server.h>
#include <grpcpp/server_context.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "client/client.h"
#include "replog/v1/replication_log.grpc.pb.h"

namespace replog::client {

// A server in the test's process, on a free port, whose streams do what the test says: each stream takes the
// next script, and the last script serves all further streams. It writes down the requests.
class FakeServer final : private v1::ReplicationLog::Service {
 public:
  using SubscribeWriter = grpc::ServerWriter<v1::SubscribeResponse>;
  using AppendReaderWriter = grpc::ServerReaderWriter<v1::AppendStreamResponse, v1::AppendRequest>;
  using SubscribeScript =
      std::function<grpc::Status(grpc::ServerContext&, const v1::SubscribeRequest&, SubscribeWriter&)>;
  using AppendScript = std::function<grpc::Status(grpc::ServerContext&, AppendReaderWriter&)>;
  using UnaryScript = std::function<grpc::Status(const v1::AppendRequest&, v1::AppendResponse&)>;

  FakeServer();
  ~FakeServer() override;

  void OnSubscribe(SubscribeScript script) { Add(subscribe_scripts_, std::move(script)); }
  void OnAppendStream(AppendScript script) { Add(append_scripts_, std::move(script)); }
  using LookupScript = std::function<grpc::Status(const v1::LookupRequest&, v1::LookupResponse&)>;
  void OnLookup(LookupScript script) { Add(lookup_scripts_, std::move(script)); }
  void OnAppend(UnaryScript script) { Add(unary_scripts_, std::move(script)); }
  std::vector<v1::SubscribeRequest> subscribe_requests();

  // Retries follow at once.
  Client MakeClient() const;
  // Of one that nobody listens on.
  static std::string UnusedAddress();

 private:
  template <typename Script>
  void Add(std::deque<Script>& scripts, Script script) TSA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    scripts.push_back(std::move(script));
  }
  template <typename Script>
  Script Next(std::deque<Script>& scripts) TSA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    Script script = scripts.front();
    if (scripts.size() > 1) scripts.pop_front();
    return script;
  }

  grpc::Status Subscribe(grpc::ServerContext* context, const v1::SubscribeRequest* request,
                         SubscribeWriter* writer) override;
  grpc::Status AppendStream(grpc::ServerContext* context, AppendReaderWriter* stream) override;
  grpc::Status Append(grpc::ServerContext* context, const v1::AppendRequest* request,
                      v1::AppendResponse* response) override;
  grpc::Status Lookup(grpc::ServerContext* context, const v1::LookupRequest* request,
                      v1::LookupResponse* response) override;

  Mutex mutex_;
  std::deque<SubscribeScript> subscribe_scripts_;
  std::deque<AppendScript> append_scripts_;
  std::deque<UnaryScript> unary_scripts_;
  std::deque<LookupScript> lookup_scripts_;
  std::vector<v1::SubscribeRequest> requests_ TSA_GUARDED_BY(mutex_);
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

// An error with a reason, as the real server gives it.
grpc::Status ErrorWithReason(grpc::StatusCode code, const std::string& reason, int retry_delay_ms = 0);

// A frame of the records [first, end), which stands at epoch `epoch` of the log "uuid".
v1::SubscribeResponse Frame(uint64_t first, uint64_t end, uint64_t epoch = 1);

// Waits until the client has gone.
grpc::Status Hang(grpc::ServerContext& context);

}  // namespace replog::client
