// Lookups of one connection, many under way at once.
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/mutex.h"
#include "replog/v1/replication_log.grpc.pb.h"
#include "tests/bench/tools/commands.h"

namespace replog::bench {
namespace {

// Hands out keys, and counts what came back. Thread-safe.
class Lookups {
 public:
  Lookups(const ClientOptions& options, v1::ReplicationLog::Stub& stub) : options_(options), stub_(stub) {}

  void Run() TSA_EXCLUDES(mutex_) {
    std::vector<std::unique_ptr<Call>> calls;
    for (uint64_t i = 0; i < options_.window; ++i) calls.push_back(std::make_unique<Call>());
    {
      MutexLock lock(mutex_);
      running_ = calls.size();
    }
    for (auto& call : calls) Next(*call);
    MutexLock lock(mutex_);
    while (running_ > 0) done_.Wait(mutex_);
    if (!failure_.ok()) throw CommandError("Lookup: " + failure_.error_message());
  }

  uint64_t found() const TSA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return found_;
  }

 private:
  struct Call {
    std::unique_ptr<grpc::ClientContext> context;
    v1::LookupRequest request;
    v1::LookupResponse response;
  };

  // The keys of the next call; false when there is none.
  bool Take(v1::LookupRequest& request) TSA_EXCLUDES(mutex_) {
    constexpr uint64_t kStride = 104'729;  // neighbours in time are not neighbours in the table
    request.clear_keys();
    MutexLock lock(mutex_);
    if (!failure_.ok() || asked_ >= options_.records) {
      if (--running_ == 0) done_.NotifyAll();
      return false;
    }
    for (uint64_t i = 0; i < options_.per_call && asked_ < options_.records; ++i)
      request.add_keys("key-" + std::to_string(asked_++ * kStride % options_.keys));
    return true;
  }

  void Next(Call& call) TSA_EXCLUDES(mutex_) {
    if (!Take(call.request)) return;
    call.request.set_log(options_.log);
    call.request.set_channel(options_.channel);
    call.context = std::make_unique<grpc::ClientContext>();
    stub_.async()->Lookup(call.context.get(), &call.request, &call.response,
                          [this, &call](const grpc::Status& status) {
                            Answered(call, status);
                            Next(call);
                          });
  }

  void Answered(const Call& call, const grpc::Status& status) TSA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    found_ += static_cast<uint64_t>(call.response.records_size());
    if (!status.ok()) failure_ = status;
  }

  const ClientOptions& options_;
  v1::ReplicationLog::Stub& stub_;
  mutable Mutex mutex_;
  CondVar done_;
  uint64_t asked_ TSA_GUARDED_BY(mutex_) = 0;
  uint64_t found_ TSA_GUARDED_BY(mutex_) = 0;
  size_t running_ TSA_GUARDED_BY(mutex_) = 0;
  grpc::Status failure_ TSA_GUARDED_BY(mutex_);
};

}  // namespace

void Lookup(const ClientOptions& options) {
  const auto channel = grpc::CreateChannel(options.server, grpc::InsecureChannelCredentials());
  if (!channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(10)))
    throw CommandError("cannot connect to " + options.server);
  const auto stub = v1::ReplicationLog::NewStub(channel);
  Lookups lookups(options, *stub);
  const auto start = std::chrono::steady_clock::now();
  lookups.Run();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const nlohmann::ordered_json result{{"keys", options.records},
                                      {"found", lookups.found()},
                                      {"per_call", options.per_call},
                                      {"seconds", seconds.count()},
                                      {"keys_per_s", static_cast<double>(options.records) / seconds.count()}};
  std::printf("%s\n", result.dump().c_str());
}

}  // namespace replog::bench
