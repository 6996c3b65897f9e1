#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/support/channel_arguments.h>

#include <chrono>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "client/client.h"

namespace replog::client::internal {

// The bearer token of ClientOptions, as it is now. Thread-safe.
class TokenSource {
 public:
  using Clock = std::chrono::steady_clock;

  // `file` wins; without either there is no token.
  TokenSource(std::string token, std::string file) : token_(std::move(token)), file_(std::move(file)) {}

  // The token; a file is looked at once a second, and one that cannot be read now leaves what was read
  // before. UNAUTHENTICATED when it was never read, or what there is cannot be a token.
  Result<std::string> Get(Clock::time_point now = Clock::now()) TSA_EXCLUDES(mutex_);

 private:
  Mutex mutex_;
  std::string token_ TSA_GUARDED_BY(mutex_);
  const std::string file_;
  Clock::time_point look_again_ TSA_GUARDED_BY(mutex_) = Clock::time_point::min();
};

// A channel to one server: TLS or plain text, with the token on each call. In plain text the token goes to
// loopback only, unless the options say otherwise.
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& endpoint, const ClientOptions& options,
                                           const grpc::ChannelArguments& arguments);

}  // namespace replog::client::internal
