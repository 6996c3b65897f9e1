#include "tests/faults/support/chaos_proxy.h"

#include <grpcpp/server_builder.h>

#include "tests/faults/support/log_client.h"

namespace replog::testing {
namespace {

constexpr size_t kMostCopies = 200;

grpc::Status Broken() { return {grpc::StatusCode::UNAVAILABLE, "the proxy broke the connection"}; }

}  // namespace

ChaosProxy::ChaosProxy(const std::string& server, uint64_t seed, int one_of)
    : one_of_(one_of), stub_(v1::ReplicationLog::NewStub(Connect(server))), random_(seed) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  address_ = "127.0.0.1:" + std::to_string(port);
}

ChaosProxy::~ChaosProxy() { server_->Shutdown(std::chrono::system_clock::now()); }

ChaosProxy::Counts ChaosProxy::counts() const {
  MutexLock lock(mutex_);
  return counts_;
}

bool ChaosProxy::Chance() {
  MutexLock lock(mutex_);
  return random_() % static_cast<uint64_t>(one_of_) == 0;
}

void ChaosProxy::Keep(const v1::AppendRequest& request) {
  MutexLock lock(mutex_);
  if (copies_.size() < kMostCopies) copies_.push_back(request);
}

grpc::Status ChaosProxy::AppendStream(grpc::ServerContext* /*context*/, Stream* stream) {
  v1::AppendRequest request;
  while (stream->Read(&request)) {
    if (Chance()) Keep(request);
    SendCopies();
    if (Chance()) {
      MutexLock lock(mutex_);
      ++counts_.lost_requests;
      return Broken();
    }
    const auto answer = Forward(request);
    if (!answer) return Broken();
    if (Chance()) {
      MutexLock lock(mutex_);
      ++counts_.lost_answers;
      return Broken();
    }
    stream->Write(*answer);
  }
  return grpc::Status::OK;
}

std::optional<v1::AppendStreamResponse> ChaosProxy::Forward(const v1::AppendRequest& request) {
  const auto context = PatientContext();
  v1::AppendStreamResponse answer;
  const grpc::Status status = stub_->Append(context.get(), request, answer.mutable_appended());
  if (status.ok()) return answer;
  // Without details it is gRPC's own: the server is not there.
  if (status.error_details().empty()) return std::nullopt;
  answer.mutable_error()->ParseFromString(status.error_details());
  return answer;
}

void ChaosProxy::SendCopies() {
  while (Chance()) {
    v1::AppendRequest copy;
    {
      MutexLock lock(mutex_);
      if (copies_.empty()) return;
      std::swap(copies_[random_() % copies_.size()], copies_.back());
      copy = copies_.back();
      if (random_() % 4 != 0) copies_.pop_back();
      ++counts_.copies;
    }
    Forward(copy);
  }
}

grpc::Status ChaosProxy::RegisterProducer(grpc::ServerContext* /*context*/,
                                          const v1::RegisterProducerRequest* request,
                                          v1::RegisterProducerResponse* response) {
  if (Chance()) return Broken();
  const auto context = PatientContext();
  const grpc::Status status = stub_->RegisterProducer(context.get(), *request, response);
  return Chance() ? Broken() : status;
}

}  // namespace replog::testing
