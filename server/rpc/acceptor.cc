#include "server/rpc/acceptor.h"

#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/file_bound.h"

namespace replog {
namespace {

constexpr int kBacklog = 4096;
// How long to wait when a connection cannot be taken: it stays readable, and asking at once would spin.
constexpr int kPauseMs = 100;
// A peer that takes nothing for so long is gone, as gRPC's own listener has it.
constexpr int kUserTimeoutMs = 30'000;
constexpr int kSweepsToForget = 50;

struct Endpoint {
  std::string host;
  std::string port;
};

absl::Status CannotListen(const std::string& address, const std::string& why) {
  return MakeError(Reason::kInvalidField, absl::StrCat("cannot listen on ", address, ": ", why),
                   {{"field", "listen"}, {"value", address}});
}

absl::StatusOr<Endpoint> Split(const std::string& address) {
  const size_t colon = address.rfind(':');
  uint32_t port = 0;
  if (colon == std::string::npos || !absl::SimpleAtoi(address.substr(colon + 1), &port) || port > 65535)
    return CannotListen(address, "it is not HOST:PORT with a port from 0 to 65535");
  std::string host = address.substr(0, colon);
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host.empty()) return CannotListen(address, "it names no host");
  return Endpoint{host, address.substr(colon + 1)};
}

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

absl::StatusOr<Addresses> Resolve(const std::string& address, const Endpoint& endpoint) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(endpoint.host.c_str(), endpoint.port.c_str(), &hints, &found);
  if (error != 0) return CannotListen(address, ::gai_strerror(error));
  return Addresses(found, &freeaddrinfo);
}

uint16_t& PortOf(sockaddr& address) {
  return address.sa_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                       : reinterpret_cast<sockaddr_in&>(address).sin_port;
}

// The listening socket, or -1 with errno. Its address gets the port that was taken.
int Open(addrinfo& info) {
  const int socket = ::socket(info.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return -1;
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  // "[::]" is all of this machine's addresses, as gRPC has it.
  const int off = 0;
  if (info.ai_family == AF_INET6) ::setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
  socklen_t size = info.ai_addrlen;
  if (::bind(socket, info.ai_addr, size) == 0 && ::listen(socket, kBacklog) == 0 &&
      ::getsockname(socket, info.ai_addr, &size) == 0)
    return socket;
  const int error = errno;
  ::close(socket);
  errno = error;
  return -1;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Acceptor>> Acceptor::Listen(const std::string& address) {
  const auto endpoint = Split(address);
  if (!endpoint.ok()) return endpoint.status();
  const auto found = Resolve(address, *endpoint);
  if (!found.ok()) return found.status();
  std::unique_ptr<Acceptor> self(new Acceptor());
  self->file_bound_ = FileBound();
  uint16_t port = 0;  // in network order; of a name with several addresses all get the first one's
  int error = 0;
  for (addrinfo* info = found->get(); info != nullptr; info = info->ai_next) {
    if (port != 0) PortOf(*info->ai_addr) = port;
    const int socket = Open(*info);
    if (socket < 0) {
      error = errno;
      // A name may have an address of a kind that this machine does not speak.
      if (error == EAFNOSUPPORT || error == EADDRNOTAVAIL) continue;
      return CannotListen(address, std::strerror(error));
    }
    self->listeners_.push_back(socket);
    port = PortOf(*info->ai_addr);
  }
  if (self->listeners_.empty()) return CannotListen(address, std::strerror(error));
  self->address_ = absl::StrCat(address.substr(0, address.rfind(':')), ":", ntohs(port));
  self->wake_ = ::eventfd(0, EFD_CLOEXEC);
  return self;
}

Acceptor::~Acceptor() {
  Stop();
  for (const int listener : listeners_) ::close(listener);
  if (wake_ >= 0) ::close(wake_);
}

void Acceptor::Start(std::unique_ptr<Grpc> grpc, Connections& connections) {
  grpc_ = std::move(grpc);
  connections_ = &connections;
  thread_ = std::thread([this] { Loop(); });
}

void Acceptor::Stop() {
  if (!thread_.joinable()) return;
  ::eventfd_write(wake_, 1);
  thread_.join();
  for (const int listener : listeners_) ::close(listener);
  listeners_.clear();
}

void Acceptor::Loop() {
  std::vector<pollfd> polled{{wake_, POLLIN, 0}};
  for (const int listener : listeners_) polled.push_back({listener, POLLIN, 0});
  for (;;) {
    if (::poll(polled.data(), polled.size(), Connections::kSweepMs) < 0) continue;  // EINTR
    if (polled[0].revents != 0) return;
    for (const pollfd& one : polled) {
      if (one.revents != 0) Accept(one.fd);
    }
    Judge();  // also while connections come without a pause
  }
}

void Acceptor::Judge() {
  using std::chrono::steady_clock;
  const auto now = steady_clock::now();
  if (now < next_sweep_) return;
  connections_->Sweep();
  if (++sweeps_ % kSweepsToForget == 0) connections_->ForgetClosed();
  // With tens of thousands of them it takes a twentieth of a processor at most.
  next_sweep_ = now + std::max<steady_clock::duration>(std::chrono::milliseconds(Connections::kSweepMs),
                                                       20 * (steady_clock::now() - now));
}

void Acceptor::Accept(int listener) {
  sockaddr_storage peer{};
  socklen_t size = sizeof(peer);
  const int connection =
      ::accept4(listener, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (connection < 0) {
    // Out of files or memory; anything else is the client's leaving.
    pollfd stop{wake_, POLLIN, 0};
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) ::poll(&stop, 1, kPauseMs);
    return;
  }
  if (connection >= file_bound_) {
    ::close(connection);
    return;
  }
  const int on = 1;
  ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  ::setsockopt(connection, IPPROTO_TCP, TCP_USER_TIMEOUT, &kUserTimeoutMs, sizeof(kUserTimeoutMs));
  if (!connections_->Add(connection, peer)) {
    ::close(connection);
    return;
  }
  Grpc::NewConnectionParameters handed;
  handed.listener_fd = listener;
  handed.fd = connection;
  grpc_->HandleNewConnection(&handed);
}

}  // namespace replog
