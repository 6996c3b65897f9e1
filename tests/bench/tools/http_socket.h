#pragma once

#include <string>

namespace replog::bench {

// A blocking connection to an HTTP server; what goes wrong is a CommandError.
class HttpSocket {
 public:
  // `server`: IPv4-ADDRESS:PORT.
  explicit HttpSocket(const std::string& server);
  ~HttpSocket();
  HttpSocket(const HttpSocket&) = delete;
  HttpSocket& operator=(const HttpSocket&) = delete;

  int descriptor() const { return descriptor_; }
  void Send(const std::string& bytes) const;
  // The next answer, which must be 200 and say its length.
  std::string ReadAnswer();

 private:
  void ReadMore();

  int descriptor_;
  std::string received_;
};

std::string PostRequest(const std::string& path, const std::string& type, const std::string& body);

}  // namespace replog::bench
