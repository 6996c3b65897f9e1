#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "replog/v1/log_admin.grpc.pb.h"
#include "replog/v1/replication_log.grpc.pb.h"

namespace replog::testing {

// A connection of its own to `address` that is made again quickly after the server was away.
std::shared_ptr<grpc::Channel> Connect(const std::string& address);

// The calls that checks need, on generated stubs, which wait for the server to be there. The ones that return
// no status throw std::runtime_error when they fail. Thread-safe.
class LogClient {
 public:
  explicit LogClient(const std::string& address);

  v1::ReplicationLog::Stub& log_stub() { return *log_; }
  v1::LogAdmin::Stub& admin_stub() { return *admin_; }

  void CreateLog(const std::string& log, v1::Durability durability);
  v1::LogInfo GetLog(const std::string& log);
  void Trim(const std::string& log, uint64_t before);
  grpc::Status Append(const std::string& log, const std::vector<std::string>& texts,
                      v1::AppendResponse* response = nullptr);
  // One page of [from, …).
  grpc::Status Read(const std::string& log, uint64_t from, v1::ReadResponse* page);
  // The newest records of a channel's keys.
  std::vector<v1::Record> Table(const std::string& log, const std::string& channel);
  // All of [from, until), page by page.
  std::vector<v1::Record> ReadAll(const std::string& log, uint64_t from, uint64_t until);

 private:
  const std::unique_ptr<v1::ReplicationLog::Stub> log_;
  const std::unique_ptr<v1::LogAdmin::Stub> admin_;
};

// A context whose call waits for the server, at most a minute.
std::unique_ptr<grpc::ClientContext> PatientContext();

// ErrorInfo.reason of a status; empty when it has none.
std::string ReasonOf(const grpc::Status& status);

}  // namespace replog::testing
