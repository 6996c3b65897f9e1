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
#include "replog/v1/leases.grpc.pb.h"
#include "replog/v1/log_admin.grpc.pb.h"
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
  using RegisterScript =
      std::function<grpc::Status(const v1::RegisterProducerRequest&, v1::RegisterProducerResponse&)>;
  void OnRegisterProducer(RegisterScript script) { Add(register_scripts_, std::move(script)); }
  template <typename Request, typename Response>
  using CallScript = std::function<grpc::Status(const Request&, Response&)>;
  using AcknowledgeScript = CallScript<v1::AcknowledgeRequest, v1::AcknowledgeResponse>;
  void OnAcknowledge(AcknowledgeScript script) { Add(acknowledge_scripts_, std::move(script)); }
  using AwaitSyncScript = CallScript<v1::AwaitSyncRequest, v1::AwaitSyncResponse>;
  void OnAwaitSync(AwaitSyncScript script) { Add(await_sync_scripts_, std::move(script)); }
  using DigestTableScript = CallScript<v1::DigestTableRequest, v1::DigestTableResponse>;
  void OnDigestTable(DigestTableScript script) { Add(digest_table_scripts_, std::move(script)); }
  using GetLogScript = CallScript<v1::GetLogRequest, v1::GetLogResponse>;
  void OnGetLog(GetLogScript script) { Add(admin_.get_log, std::move(script)); }
  using ListNodesScript = CallScript<v1::ListNodesRequest, v1::ListNodesResponse>;
  void OnListNodes(ListNodesScript script) { Add(admin_.list_nodes, std::move(script)); }
  using ForgetNodeScript = CallScript<v1::ForgetNodeRequest, v1::ForgetNodeResponse>;
  void OnForgetNode(ForgetNodeScript script) { Add(admin_.forget_node, std::move(script)); }
  using AuditScript = CallScript<v1::AuditRequest, v1::AuditResponse>;
  void OnAudit(AuditScript script) { Add(admin_.audit, std::move(script)); }
  using AcquireScript = CallScript<v1::AcquireRequest, v1::AcquireResponse>;
  void OnAcquire(AcquireScript script) { Add(leases_.acquire, std::move(script)); }
  using RenewScript = CallScript<v1::RenewRequest, v1::RenewResponse>;
  void OnRenew(RenewScript script) { Add(leases_.renew, std::move(script)); }
  using ReleaseScript = CallScript<v1::ReleaseRequest, v1::ReleaseResponse>;
  void OnRelease(ReleaseScript script) { Add(leases_.release, std::move(script)); }
  using GetLeaseScript = CallScript<v1::GetRequest, v1::GetResponse>;
  void OnGetLease(GetLeaseScript script) { Add(leases_.get, std::move(script)); }
  using ListLeasesScript = CallScript<v1::ListRequest, v1::ListResponse>;
  void OnListLeases(ListLeasesScript script) { Add(leases_.list, std::move(script)); }
  std::vector<v1::SubscribeRequest> subscribe_requests();

  // Retries follow at once.
  ClientOptions MakeOptions() const;
  Client MakeClient() const { return Client(MakeOptions()); }
  // Of one that nobody listens on.
  static std::string UnusedAddress();

 private:
  struct Admin final : v1::LogAdmin::Service {
    explicit Admin(FakeServer& fake) : server(fake) {}
    grpc::Status GetLog(grpc::ServerContext*, const v1::GetLogRequest* request,
                        v1::GetLogResponse* response) override {
      return server.Next(get_log)(*request, *response);
    }
    grpc::Status ListNodes(grpc::ServerContext*, const v1::ListNodesRequest* request,
                           v1::ListNodesResponse* response) override {
      return server.Next(list_nodes)(*request, *response);
    }
    grpc::Status ForgetNode(grpc::ServerContext*, const v1::ForgetNodeRequest* request,
                            v1::ForgetNodeResponse* response) override {
      return server.Next(forget_node)(*request, *response);
    }
    grpc::Status Audit(grpc::ServerContext*, const v1::AuditRequest* request,
                       v1::AuditResponse* response) override {
      return server.Next(audit)(*request, *response);
    }
    FakeServer& server;
    std::deque<GetLogScript> get_log;
    std::deque<ListNodesScript> list_nodes;
    std::deque<ForgetNodeScript> forget_node;
    std::deque<AuditScript> audit;
  };
  struct Leases final : v1::Leases::Service {
    explicit Leases(FakeServer& fake) : server(fake) {}
    grpc::Status Acquire(grpc::ServerContext*, const v1::AcquireRequest* request,
                         v1::AcquireResponse* response) override {
      return server.Next(acquire)(*request, *response);
    }
    grpc::Status Renew(grpc::ServerContext*, const v1::RenewRequest* request,
                       v1::RenewResponse* response) override {
      return server.Next(renew)(*request, *response);
    }
    grpc::Status Release(grpc::ServerContext*, const v1::ReleaseRequest* request,
                         v1::ReleaseResponse* response) override {
      return server.Next(release)(*request, *response);
    }
    grpc::Status Get(grpc::ServerContext*, const v1::GetRequest* request,
                     v1::GetResponse* response) override {
      return server.Next(get)(*request, *response);
    }
    grpc::Status List(grpc::ServerContext*, const v1::ListRequest* request,
                      v1::ListResponse* response) override {
      return server.Next(list)(*request, *response);
    }
    FakeServer& server;
    std::deque<AcquireScript> acquire;
    std::deque<RenewScript> renew;
    std::deque<ReleaseScript> release;
    std::deque<GetLeaseScript> get;
    std::deque<ListLeasesScript> list;
  };
  template <typename Script>
  void Add(std::deque<Script>& scripts, Script script) TSA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    scripts.push_back(std::move(script));
  }
  template <typename Script>
  Script Next(std::deque<Script>& scripts) TSA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    Script script = scripts.at(0);
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

  grpc::Status Acknowledge(grpc::ServerContext*, const v1::AcknowledgeRequest* request,
                           v1::AcknowledgeResponse* response) override {
    return Next(acknowledge_scripts_)(*request, *response);
  }
  grpc::Status AwaitSync(grpc::ServerContext*, const v1::AwaitSyncRequest* request,
                         v1::AwaitSyncResponse* response) override {
    return Next(await_sync_scripts_)(*request, *response);
  }
  grpc::Status DigestTable(grpc::ServerContext*, const v1::DigestTableRequest* request,
                           v1::DigestTableResponse* response) override {
    return Next(digest_table_scripts_)(*request, *response);
  }

  grpc::Status RegisterProducer(grpc::ServerContext* context, const v1::RegisterProducerRequest* request,
                                v1::RegisterProducerResponse* response) override;

  Mutex mutex_;
  std::deque<SubscribeScript> subscribe_scripts_;
  std::deque<AppendScript> append_scripts_;
  std::deque<UnaryScript> unary_scripts_;
  std::deque<RegisterScript> register_scripts_;
  std::deque<LookupScript> lookup_scripts_;
  std::deque<AcknowledgeScript> acknowledge_scripts_;
  std::deque<AwaitSyncScript> await_sync_scripts_;
  std::deque<DigestTableScript> digest_table_scripts_;
  Admin admin_{*this};
  Leases leases_{*this};
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
