#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "client/client.h"
#include "client/internal/timer.h"

namespace replog::client::internal {

using Channel = std::shared_ptr<grpc::Channel>;

// The connection behind a Client: a channel to each endpoint, and which of them is in use.
//
// Thread Safety: every member may be called from many threads.
class Transport {
 public:
  using Deadline = std::chrono::system_clock::time_point;

  // The last reference may be dropped on any thread.
  static std::shared_ptr<Transport> Make(ClientOptions options);

  const ClientOptions& options() const { return options_; }
  // `log`, or the client's default when it is empty.
  std::string LogName(std::string_view log) const { return log.empty() ? options_.log : std::string(log); }
  Timer& timer() { return timer_; }
  // A seed for one more Backoff.
  uint64_t NewSeed();

  // The channel in use; connected or not.
  Channel Current();
  // `failed` did not work: if it is still in use, the next endpoint takes its place.
  void Advance(const Channel& failed);
  // That no endpoint could be reached, and why, as far as that is known; nothing was sent.
  Status Unreachable() const;
  // Waits until an endpoint is connected, trying them in turn. Null when the deadline passes first.
  Channel Connect(Deadline deadline);

  enum class Repeat : uint8_t {
    kSafe,   // sent again after UNAVAILABLE, until the call's time-out
    kNever,  // sent at most once
  };
  // Makes a unary call on the calling thread. `longer`: how long the server may wait by itself, beside the
  // time-out.
  Status Call(Repeat repeat, const std::function<grpc::Status(const Channel&, grpc::ClientContext&)>& call,
              std::chrono::milliseconds longer = {});
  // The same of a method of a generated stub, as in &v1::LogAdmin::Stub::GetLog; its answer.
  template <typename Stub, typename Request, typename Response>
  Result<Response> Call(Repeat repeat,
                        grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                        const Request& request, std::chrono::milliseconds longer = {}) {
    Response response;
    Status status = Call(
        repeat,
        [&](const Channel& channel, grpc::ClientContext& context) {
          return (Stub(channel).*method)(&context, request, &response);
        },
        longer);
    if (!status.ok()) return status;
    return response;
  }

 private:
  explicit Transport(ClientOptions options);

  const ClientOptions options_;
  std::vector<Channel> channels_;
  Mutex mutex_;
  size_t current_ TSA_GUARDED_BY(mutex_) = 0;
  std::mt19937_64 random_ TSA_GUARDED_BY(mutex_);
  Timer timer_;
};

}  // namespace replog::client::internal
