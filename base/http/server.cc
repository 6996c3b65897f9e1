#include "base/http/server.h"

#include "base/http/endpoint.h"

namespace replog::http {

Server::Server(ServerOptions options) : options_(std::move(options)), sessions_(options_.max_sessions) {}

Server::~Server() { Stop(); }

absl::Status Server::Start(Router router) {
  const auto endpoint = ResolveEndpoint(options_.listen);
  if (!endpoint.ok()) return endpoint.status();
  router_ = std::move(router);
  auto listener = std::make_shared<Listener>(io_, options_.session, router_, sessions_, options_.tls);
  if (auto status = listener->Open(*endpoint); !status.ok()) return status;
  address_ = EndpointName(listener->endpoint());
  listener_ = std::move(listener);
  listener_->Start();
  for (size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { io_.run(); });
  return absl::OkStatus();
}

void Server::StopSoon() {
  if (listener_ == nullptr) return;
  listener_->Stop();
  listener_.reset();
  sessions_.StopAll();
}

void Server::Stop() {
  if (threads_.empty()) return;
  StopSoon();
  sessions_.WaitUntilEmpty(options_.stop_time);
  io_.stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace replog::http
