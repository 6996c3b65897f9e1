#include "server/rpc/rpc_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "grpc/health/v1/health.pb.h"
#include "server/rpc/acceptor.h"
#include "server/rpc/call_watch.h"
#include "server/rpc/connections.h"
#include "server/rpc/gate.h"
#include "server/rpc/leases_service.h"
#include "server/rpc/log_admin_service.h"
#include "server/rpc/replication_log_service.h"

namespace replog {
namespace {

constexpr const char* kHealthNames[] = {"", "replog.v1.ReplicationLog", "replog.v1.LogAdmin",
                                        "replog.v1.Leases"};
constexpr int64_t kHealthIntervalUs = 500'000;
// Calls end at once when the server stops; what this waits for is clients that still hold an idle connection
// and do not look at it (a Python client between calls), and readers that do not read.
constexpr std::chrono::seconds kStopPatience{1};
// Requests a little over the limit are to be refused by us, with a reason, and not by the transport.
constexpr size_t kReceiveSlack = 1 << 20;

// Enough for some who begin with the largest request, and many who begin with less.
uint64_t StrangerBytes(const Limits& limits) {
  return std::max<uint64_t>(64 << 20, 4 * limits.request_bytes);
}

void Configure(grpc::ServerBuilder& builder, const Limits& limits) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(limits.request_bytes + kReceiveSlack));
  builder.SetMaxSendMessageSize(-1);
  // Larger HTTP/2 frames from clients that append in bulk: less work for each byte.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_FRAME_SIZE, 1 << 20);
  // What a client may send ahead on a stream that is not read from. Left to itself gRPC lets it grow with the
  // bandwidth, to 100 MB and more for one client that appends and reads no answers.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 1 << 20);
  // A peer that is gone without a word is found in half a minute; clients may ask as often as every 5 s.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Who asks more often is told so and cut off.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
  // What a stranger may hold without saying anything: a connection, for as long as it takes to shake hands
  // and to say what HTTP/2 says first. gRPC's own patience is two minutes.
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000);
  // Headers of a call together; ours have less than 1 KiB, a token included.
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 8 << 10);
  // Of one connection, open at once; left to itself gRPC has no bound.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, Connections::kCallsAtOnce);
}

// gRPC puts reflection into every server as soon as it is linked in; this takes it out of one.
class WithoutReflection final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments* /*arguments*/) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    std::erase_if(*plugins, [](const auto& plugin) { return plugin->name() == "proto_server_reflection"; });
  }
};

}  // namespace

struct RpcServer::Services {
  Services(LogService& service, AccessControl& access, Options& options)
      : connections(StrangerBytes(service.options().limits), std::move(options.on_ended)),
        gate(access, connections, std::move(options.audit)),
        replication_log(service, gate),
        log_admin(service, gate),
        leases(service.leases(), gate) {}
  Connections connections;
  const Gate gate;
  ReplicationLogService replication_log;
  LogAdminService log_admin;
  LeasesService leases;
  std::shared_ptr<grpc::ServerCredentials> credentials;  // outlives the server
  std::unique_ptr<grpc::Server> server;
  std::unique_ptr<Acceptor> acceptor;
};

// SERVING only while it is true.
class RpcServer::HealthTimer final : public Timed {
 public:
  HealthTimer(LogService& service, grpc::HealthCheckServiceInterface& health)
      : service_(service), health_(health) {
    Set(true);
  }
  int64_t OnTime(int64_t now_us) override {
    MutexLock lock(mutex_);
    if (!stopped_) Set(service_.healthy());
    return stopped_ ? 0 : now_us + kHealthIntervalUs;
  }
  void Stop() {
    MutexLock lock(mutex_);
    stopped_ = true;
    Set(false);
  }

 private:
  void Set(bool serving) {
    // gRPC tells everyone who watches, also of what they know.
    if (serving_ == serving) return;
    serving_ = serving;
    for (const char* name : kHealthNames) health_.SetServingStatus(name, serving);
  }
  LogService& service_;
  grpc::HealthCheckServiceInterface& health_;
  Mutex mutex_;
  bool stopped_ TSA_GUARDED_BY(mutex_) = false;
  std::optional<bool> serving_;  // what was said last
};

RpcServer::RpcServer() = default;

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(LogService& service, AccessControl& access,
                                                            Options options) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  // gRPC answers health checks without this message; naming it makes reflection know the service.
  grpc::health::v1::HealthCheckRequest::descriptor();
  std::unique_ptr<RpcServer> self(new RpcServer());
  self->service_ = &service;
  self->services_ = std::make_unique<Services>(service, access, options);
  grpc::ServerBuilder builder;
  Configure(builder, service.options().limits);
  WatchCalls(builder, self->services_->connections, service.clock(), service.options().calls);
  auto acceptor = Acceptor::Listen(options.address);
  if (!acceptor.ok()) return acceptor.status();
  self->services_->acceptor = *std::move(acceptor);
  self->services_->credentials =
      options.tls ? MakeTlsCredentials(std::move(options.tls)) : grpc::InsecureServerCredentials();
  auto external = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, self->services_->credentials);
  if (!options.reflection) builder.SetOption(std::make_unique<WithoutReflection>());
  builder.RegisterService(&self->services_->replication_log);
  builder.RegisterService(&self->services_->log_admin);
  builder.RegisterService(&self->services_->leases);
  self->services_->server = builder.BuildAndStart();
  if (self->services_->server == nullptr)
    return MakeError(Reason::kInvalidField, "gRPC cannot start; its reason is in the log");
  self->services_->acceptor->Start(std::move(external), self->services_->connections);
  self->address_ = self->services_->acceptor->address();
  self->health_ = std::make_shared<HealthTimer>(service, *self->services_->server->GetHealthCheckService());
  service.timers().Schedule(service.clock().MonotonicMicros() + kHealthIntervalUs, self->health_);
  return self;
}

RpcServer::~RpcServer() { Stop(); }

void RpcServer::Stop() {
  if (services_ == nullptr || services_->server == nullptr) return;
  health_->Stop();
  services_->acceptor->Stop();
  service_->CloseReaders();
  service_->leases().Stop();
  service_->StopAppends();
  services_->replication_log.StopStreams();
  services_->server->Shutdown(std::chrono::system_clock::now() + kStopPatience);
  services_->server->Wait();
  services_->server.reset();
}

}  // namespace replog
