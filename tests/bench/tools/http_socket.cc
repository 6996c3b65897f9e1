#include "tests/bench/tools/http_socket.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tests/bench/tools/commands.h"

namespace replog::bench {

HttpSocket::HttpSocket(const std::string& server) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const size_t colon = server.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(std::stoul(server.substr(colon + 1))));
  ::inet_pton(AF_INET, server.substr(0, colon).c_str(), &address.sin_addr);
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    throw CommandError("cannot connect to " + server + ": " + std::strerror(errno));
  }
}

HttpSocket::~HttpSocket() { ::close(descriptor_); }

void HttpSocket::Send(const std::string& bytes) const {
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t now = ::send(descriptor_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (now <= 0) throw CommandError(std::string("the connection broke: ") + std::strerror(errno));
    sent += static_cast<size_t>(now);
  }
}

void HttpSocket::ReadMore() {
  char piece[16 << 10];
  const ssize_t now = ::recv(descriptor_, piece, sizeof(piece), 0);
  if (now <= 0) throw CommandError("the connection ended before its answer");
  received_.append(piece, static_cast<size_t>(now));
}

std::string HttpSocket::ReadAnswer() {
  constexpr std::string_view kLength = "Content-Length: ";
  size_t head;
  while ((head = received_.find("\r\n\r\n")) == std::string::npos) ReadMore();
  head += 4;
  const size_t length = std::stoul(received_.substr(received_.find(kLength) + kLength.size()));
  while (received_.size() < head + length) ReadMore();
  const std::string body = received_.substr(head, length);
  const bool good = received_.starts_with("HTTP/1.1 200");
  received_.erase(0, head + length);
  if (!good) throw CommandError("refused: " + body);
  return body;
}

std::string PostRequest(const std::string& path, const std::string& type, const std::string& body) {
  return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace replog::bench
