#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/grpcpp.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/peer.h"
#include "tests/support/server_process.h"

namespace replog::testing {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The principal `name` with these grants and limits, and one token, as YAML for an access file.
std::string Principal(const std::string& name, const std::string& grants, const std::string& limits = "{}");

// A server with an access file, and calls to it by whomever. In the file TOKEN(name) stands for the digest of
// that name's token.
class AccessServer {
 public:
  // `principals`: the list in the file, as YAML.
  explicit AccessServer(const std::string& principals, std::vector<std::string> flags = {});

  // The token of a name, and the headers with which it calls.
  static std::string TokenOf(const std::string& name) { return "the-secret-token-of-" + name; }
  static Headers As(const std::string& name) { return {{"authorization", "Bearer " + TokenOf(name)}}; }

  const std::string& address() const { return server_.address(); }
  const std::shared_ptr<grpc::Channel>& channel() { return channel_; }
  std::string Stderr() const { return server_.Stderr(); }

  // Writes the access file anew and tells the server to read it. Returns when the server says what became of
  // it.
  void Reload(const std::string& principals);

  // One call with one message; the answer, if there is one, into `response`.
  Refusal Call(const std::string& method, const std::string& request, const Headers& headers,
               std::string* response = nullptr);
  // "ReplicationLog/Read", by the principal `name`.
  Refusal Ask(const std::string& name, const std::string& method, const google::protobuf::Message& request,
              google::protobuf::Message* response = nullptr);

 private:
  std::string WriteFile(const std::string& principals);

  const TempDirectory files_;
  ServerProcess server_;
  std::shared_ptr<grpc::Channel> channel_;
};

// Makes a call one of the principal `name`, with a deadline.
void SignIn(grpc::ClientContext& context, const std::string& name);

}  // namespace replog::testing
