#pragma once

#include <grpcpp/server.h>
#include <grpcpp/server_context.h>

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "replog/v1/replication_log.grpc.pb.h"

namespace replog::testing {

// Stands between producers and a server and does to appends and registrations what networks do at their
// worst: it loses requests and answers, breaks streams, and sends copies of requests again, before their turn
// or any time later, also when their stream is long gone. What it answers is what the server said.
// Thread-safe.
class ChaosProxy final : private v1::ReplicationLog::Service {
 public:
  // `server`: host:port. One of so many requests meets with something.
  ChaosProxy(const std::string& server, uint64_t seed, int one_of);
  ~ChaosProxy() override;

  const std::string& address() const { return address_; }
  // What has happened, of each kind.
  struct Counts {
    int lost_requests = 0;
    int lost_answers = 0;
    int copies = 0;  // that reached the server
  };
  Counts counts() const TSA_EXCLUDES(mutex_);

 private:
  using Stream = grpc::ServerReaderWriter<v1::AppendStreamResponse, v1::AppendRequest>;

  grpc::Status AppendStream(grpc::ServerContext* context, Stream* stream) override;
  grpc::Status RegisterProducer(grpc::ServerContext* context, const v1::RegisterProducerRequest* request,
                                v1::RegisterProducerResponse* response) override;

  // Nullopt: nobody knows what became of it.
  std::optional<v1::AppendStreamResponse> Forward(const v1::AppendRequest& request);
  // Sends copies that nobody waits for.
  void SendCopies() TSA_EXCLUDES(mutex_);
  void Keep(const v1::AppendRequest& request) TSA_EXCLUDES(mutex_);
  bool Chance() TSA_EXCLUDES(mutex_);

  const int one_of_;
  const std::unique_ptr<v1::ReplicationLog::Stub> stub_;
  mutable Mutex mutex_;
  std::mt19937_64 random_ TSA_GUARDED_BY(mutex_);
  std::vector<v1::AppendRequest> copies_ TSA_GUARDED_BY(mutex_);
  Counts counts_ TSA_GUARDED_BY(mutex_);
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace replog::testing
