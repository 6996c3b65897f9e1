#include "client/internal/transport.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>
#include <thread>

#include "client/internal/reaction_scope.h"
#include "client/internal/status_conversion.h"

namespace replog::client::internal {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

// A frame or a page has at most 3 MiB, and then one record of its own.
constexpr int kMaxMessageBytes = 4 << 20;
// The server allows a ping every 10 s.
constexpr int kKeepaliveMs = 15'000;
constexpr int kKeepaliveTimeoutMs = 10'000;
// gRPC's own waits between connection attempts would otherwise grow to two minutes.
constexpr int kReconnectInitialMs = 100;
constexpr int kReconnectMaxMs = 2'000;
// How long one endpoint of several is waited for before the next one is tried.
constexpr milliseconds kEndpointTurn{500};

grpc::ChannelArguments ChannelArgumentsOf(const ClientOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectInitialMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectInitialMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMaxMs);
  // Retries are decided here, by what is safe to repeat; gRPC's own would keep a copy of what was sent.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // No look-ups of service configuration and no proxies: a replog server is addressed directly.
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (options.own_connections) arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  if (options.tls && !options.tls->server_name.empty()) {
    arguments.SetSslTargetNameOverride(options.tls->server_name);
  }
  return arguments;
}

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const ClientOptions& options) {
  if (!options.tls) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions ssl;
  ssl.pem_root_certs = options.tls->ca_pem;
  ssl.pem_cert_chain = options.tls->certificate_pem;
  ssl.pem_private_key = options.tls->key_pem;
  return grpc::SslCredentials(ssl);
}

}  // namespace

std::shared_ptr<Transport> Transport::Make(ClientOptions options) {
  const auto destroy = [](Transport* transport) {
    if (ReactionScope::Active()) {
      std::thread([transport] { delete transport; }).detach();
    } else {
      delete transport;
    }
  };
  return {new Transport(std::move(options)), destroy};
}

Transport::Transport(ClientOptions options) : options_(std::move(options)), random_(std::random_device{}()) {
  const auto arguments = ChannelArgumentsOf(options_);
  const auto credentials = CredentialsOf(options_);
  for (const std::string& endpoint : options_.endpoints) {
    channels_.push_back(grpc::CreateCustomChannel(endpoint, credentials, arguments));
  }
  if (channels_.empty())
    channels_.push_back(grpc::CreateCustomChannel("localhost:50051", credentials, arguments));
}

uint64_t Transport::NewSeed() {
  MutexLock lock(mutex_);
  return random_();
}

Channel Transport::Current() {
  MutexLock lock(mutex_);
  return channels_[current_];
}

void Transport::Advance(const Channel& failed) {
  MutexLock lock(mutex_);
  if (channels_[current_] == failed) current_ = (current_ + 1) % channels_.size();
}

Channel Transport::Connect(Deadline deadline) {
  for (;;) {
    Channel channel = Current();
    const auto turn =
        channels_.size() == 1 ? deadline : std::min(deadline, system_clock::now() + kEndpointTurn);
    if (channel->WaitForConnected(turn)) return channel;
    if (system_clock::now() >= deadline) return nullptr;
    Advance(channel);
  }
}

Status Transport::Call(Repeat repeat,
                       const std::function<grpc::Status(const Channel&, grpc::ClientContext&)>& call,
                       milliseconds longer) {
  const auto deadline = system_clock::now() + options_.call_timeout + longer;
  Backoff backoff(options_.backoff, NewSeed());
  for (;;) {
    const Channel channel = Connect(std::min(deadline, system_clock::now() + options_.connect_timeout));
    if (channel == nullptr) return UnreachableError(options_);
    grpc::ClientContext context;
    context.set_deadline(deadline);
    Status status = FromGrpc(call(channel, context));
    if (status.code() != StatusCode::kUnavailable) return status;
    Advance(channel);
    const auto delay = backoff.Next(status.retry_delay());
    if (repeat == Repeat::kNever || system_clock::now() + delay >= deadline) return status;
    std::this_thread::sleep_for(delay);
  }
}

Status UnreachableError(const ClientOptions& options) {
  std::string servers;
  for (const std::string& endpoint : options.endpoints) servers += (servers.empty() ? "" : ", ") + endpoint;
  return {StatusCode::kUnavailable, "no connection to " + servers, reason::kUnreachable};
}

}  // namespace replog::client::internal
