#pragma once

#include <grpcpp/server_builder.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "server/rpc/connections.h"

namespace replog {

// Takes connections and hands them to gRPC, whose own listener (1.51) stops for good when the process has no
// file left for one more. This one closes connections beyond a bound, which leaves the store the files that
// it needs, and goes on. Start and Stop from one thread.
class Acceptor {
 public:
  using Grpc = grpc::experimental::ExternalConnectionAcceptor;

  // `address` is host:port; port 0 takes a free one. Connections wait until Start. INVALID_FIELD.
  static absl::StatusOr<std::unique_ptr<Acceptor>> Listen(const std::string& address);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  // The host as it was given, with the port that was taken.
  const std::string& address() const { return address_; }

  // `grpc` is what ServerBuilder::AddExternalConnectionAcceptor gave; its server has been started.
  // `connections` judges those that are handed over, and must outlive the acceptor.
  void Start(std::unique_ptr<Grpc> grpc, Connections& connections);
  // Listens no more. Connections that were handed over live on.
  void Stop();

 private:
  Acceptor() = default;
  void Loop();
  // Takes one that waits, if there is one.
  void Accept(int listener);
  // Has the connections looked at, when it is time.
  void Judge();

  std::string address_;
  std::vector<int> listeners_;
  int wake_ = -1;       // an eventfd: readable when the thread is to end
  int file_bound_ = 0;  // a connection whose number is this or more is one too many
  std::unique_ptr<Grpc> grpc_;
  Connections* connections_ = nullptr;
  std::chrono::steady_clock::time_point next_sweep_;
  int sweeps_ = 0;
  std::thread thread_;
};

}  // namespace replog
