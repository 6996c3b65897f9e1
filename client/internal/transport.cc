#include "client/internal/transport.h"

#include <grpcpp/support/channel_arguments.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include "client/internal/reaction_scope.h"
#include "client/internal/request_id.h"
#include "client/internal/status_conversion.h"
#include "client/internal/token.h"
#include "replog/v1/log_admin.grpc.pb.h"

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
// How long a call may take that is to fail at once.
constexpr milliseconds kFailureTime{200};
// What gRPC puts before the cause of a failure to connect.
constexpr char kLastError[] = "last error: ";

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

// Why a channel is not connected, in gRPC's words: a refused port, a certificate that is not trusted. gRPC
// says so only to a call, which such a channel fails at once without sending it. Empty when it is connecting,
// or is there.
std::string LastFailure(const Channel& channel) {
  if (channel->GetState(/*try_to_connect=*/false) != GRPC_CHANNEL_TRANSIENT_FAILURE) return "";
  grpc::ClientContext context;
  context.set_deadline(system_clock::now() + kFailureTime);
  v1::GetLogResponse response;
  const auto status = v1::LogAdmin::NewStub(channel)->GetLog(&context, {}, &response);
  if (status.error_code() != grpc::StatusCode::UNAVAILABLE) return "";
  const std::string& message = status.error_message();
  const size_t last = message.find(kLastError);
  return last == std::string::npos ? message : message.substr(last + std::strlen(kLastError));
}

// What may be behind a failure, in words of who configures a client.
std::string Hint(const std::string& why, bool tls) {
  if (why.ends_with("Socket closed"))
    return tls ? "; does it demand a client certificate?" : "; does it expect TLS?";
  if (why.find("certificate verify failed") != std::string::npos)
    return "; is its certificate's authority one that is trusted (tls.ca_pem, --tls-ca)?";
  return why.ends_with("wrong version number") ? "; does it serve plain text?" : "";
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
  for (const std::string& endpoint : options_.endpoints) {
    channels_.push_back(MakeChannel(endpoint, options_, arguments));
  }
  if (channels_.empty()) channels_.push_back(MakeChannel("localhost:50051", options_, arguments));
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
  const std::string request_id = RandomInstance();
  for (;;) {
    const Channel channel = Connect(std::min(deadline, system_clock::now() + options_.connect_timeout));
    if (channel == nullptr) return Unreachable();
    grpc::ClientContext context;
    context.set_deadline(deadline);
    SetRequestId(context, request_id);
    Status status = FromGrpc(call(channel, context));
    if (status.code() != StatusCode::kUnavailable) return status;
    Advance(channel);
    const auto delay = backoff.Next(status.retry_delay());
    if (repeat == Repeat::kNever || system_clock::now() + delay >= deadline) return status;
    std::this_thread::sleep_for(delay);
  }
}

Status Transport::Unreachable() const {
  std::string servers;
  for (const std::string& endpoint : options_.endpoints) servers += (servers.empty() ? "" : ", ") + endpoint;
  std::string why;
  for (const Channel& channel : channels_) why = why.empty() ? LastFailure(channel) : why;
  if (!why.empty()) why = ": " + why + Hint(why, options_.tls.has_value());
  return {StatusCode::kUnavailable, "no connection to " + servers + why, reason::kUnreachable};
}

}  // namespace replog::client::internal
