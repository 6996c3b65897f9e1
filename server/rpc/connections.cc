#include "server/rpc/connections.h"

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <optional>

#include "absl/strings/str_cat.h"

namespace replog {
namespace {

// Nullopt when the number is no socket any more.
std::optional<uint64_t> CookieOf(int socket) {
  uint64_t cookie = 0;
  socklen_t size = sizeof(cookie);
  if (::getsockopt(socket, SOL_SOCKET, SO_COOKIE, &cookie, &size) != 0) return std::nullopt;
  return cookie;
}

uint64_t BytesReceived(int socket) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  // A kernel before 4.1 does not count them: then nobody is judged by them.
  return size < offsetof(tcp_info, tcpi_bytes_received) + sizeof(info.tcpi_bytes_received)
             ? 0
             : info.tcpi_bytes_received;
}

std::string Numeric(int family, const void* address) {
  char text[INET6_ADDRSTRLEN];
  return ::inet_ntop(family, address, text, sizeof(text)) == nullptr ? "" : text;
}

}  // namespace

std::string PeerName(const sockaddr_storage& peer) {
  if (peer.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
    return absl::StrCat("ipv4:", Numeric(AF_INET, &v4.sin_addr), ":", ntohs(v4.sin_port));
  }
  if (peer.ss_family != AF_INET6) return "";
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
    return absl::StrCat("ipv4:", Numeric(AF_INET, &v6.sin6_addr.s6_addr[12]), ":", ntohs(v6.sin6_port));
  if (v6.sin6_scope_id != 0) return "";  // named by its interface too
  return absl::StrCat("ipv6:%5B", Numeric(AF_INET6, &v6.sin6_addr), "%5D:", ntohs(v6.sin6_port));
}

Connections::Call::~Call() {
  if (connection_ != nullptr) --connection_->calls;
}

bool Connections::Connection::open() const { return CookieOf(socket) == cookie; }

bool Connections::Add(int socket, const sockaddr_storage& peer) {
  const std::string name = PeerName(peer);
  const auto cookie = CookieOf(socket);
  // Without a name its calls could not be told from a stranger's.
  if (name.empty() || !cookie) return true;
  MutexLock lock(mutex_);
  auto& connection = connections_[name];
  if (connection != nullptr && connection->open()) return false;
  connection = std::make_shared<Connection>(socket, *cookie);
  return true;
}

std::shared_ptr<Connections::Connection> Connections::Find(const std::string& peer) {
  MutexLock lock(mutex_);
  const auto found = connections_.find(peer);
  return found == connections_.end() ? nullptr : found->second;
}

Connections::Call Connections::Begin(const std::string& peer) {
  auto connection = Find(peer);
  if (connection != nullptr) {
    const int calls = ++connection->calls;
    // Told once, by the first that is too many; those behind it come until gRPC has closed the socket.
    const bool too_many = calls == kMaxCalls + 1 || (calls == kStrangerCalls + 1 && !connection->admitted);
    if (too_many) End(peer, *connection, "it has too many calls under way");
  }
  return Call(std::move(connection));
}

void Connections::NoteAdmitted(const std::string& peer) {
  if (const auto connection = Find(peer)) connection->admitted = true;
}

Connections::ByPeer Connections::Copy() {
  MutexLock lock(mutex_);
  return connections_;
}

void Connections::Sweep() {
  struct Stranger {
    uint64_t sent;
    std::string peer;
    std::shared_ptr<Connection> connection;
  };
  std::vector<Stranger> strangers;
  uint64_t sum = 0;
  for (const auto& [peer, connection] : Copy()) {
    if (connection->admitted || !connection->open()) continue;
    strangers.push_back({BytesReceived(connection->socket), peer, connection});
    sum += strangers.back().sent;
  }
  std::sort(strangers.begin(), strangers.end(), [](const auto& a, const auto& b) { return a.sent > b.sent; });
  for (const auto& [sent, peer, connection] : strangers) {
    if (sum <= stranger_bytes_) return;
    End(peer, *connection, "it has sent much, and none of its calls was admitted");
    sum -= sent;
  }
}

void Connections::ForgetClosed() {
  for (const auto& [peer, connection] : Copy()) {
    if (connection->open()) continue;
    MutexLock lock(mutex_);
    const auto found = connections_.find(peer);
    if (found != connections_.end() && found->second == connection) connections_.erase(found);
  }
}

void Connections::End(const std::string& peer, const Connection& connection, const char* why) const {
  // Were the socket closed and its number taken by another one between these two calls, that one would be
  // ended, and its client connect again.
  if (!connection.open()) return;
  // Not shutdown(): gRPC may be busy with what it has read, and what is in the socket would be kept for it.
  // This resets the connection, and gRPC closes the socket in its own time.
  const sockaddr nowhere{.sa_family = AF_UNSPEC, .sa_data = {}};
  if (::connect(connection.socket, &nowhere, sizeof(nowhere)) == 0 && on_ended_) on_ended_(peer, why);
}

}  // namespace replog
