#include "tests/client/fake_server.h"

#include <grpcpp/server_builder.h>

#include <thread>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace replog::client {

FakeServer::FakeServer() {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(this);
  builder.RegisterService(&admin_);
  builder.RegisterService(&leases_);
  server_ = builder.BuildAndStart();
  address_ = "127.0.0.1:" + std::to_string(port);
}

FakeServer::~FakeServer() { server_->Shutdown(std::chrono::system_clock::now()); }

std::vector<v1::SubscribeRequest> FakeServer::subscribe_requests() {
  MutexLock lock(mutex_);
  return requests_;
}

ClientOptions FakeServer::MakeOptions() const {
  ClientOptions options;
  options.endpoints = {address_};
  options.backoff = {std::chrono::milliseconds(1), std::chrono::milliseconds(1), 1.0};
  options.own_connections = true;
  return options;
}

std::string FakeServer::UnusedAddress() {
  FakeServer gone;
  return gone.address_;
}

grpc::Status FakeServer::Subscribe(grpc::ServerContext* context, const v1::SubscribeRequest* request,
                                   SubscribeWriter* writer) {
  {
    MutexLock lock(mutex_);
    requests_.push_back(*request);
  }
  return Next(subscribe_scripts_)(*context, *request, *writer);
}

grpc::Status FakeServer::AppendStream(grpc::ServerContext* context, AppendReaderWriter* stream) {
  return Next(append_scripts_)(*context, *stream);
}

grpc::Status FakeServer::Append(grpc::ServerContext* /*context*/, const v1::AppendRequest* request,
                                v1::AppendResponse* response) {
  return Next(unary_scripts_)(*request, *response);
}

grpc::Status FakeServer::Lookup(grpc::ServerContext* /*context*/, const v1::LookupRequest* request,
                                v1::LookupResponse* response) {
  return Next(lookup_scripts_)(*request, *response);
}

grpc::Status FakeServer::RegisterProducer(grpc::ServerContext* /*context*/,
                                          const v1::RegisterProducerRequest* request,
                                          v1::RegisterProducerResponse* response) {
  return Next(register_scripts_)(*request, *response);
}

grpc::Status ErrorWithReason(grpc::StatusCode code, const std::string& reason, int retry_delay_ms) {
  google::rpc::Status rich;
  rich.set_code(code);
  rich.set_message("scripted");
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  rich.add_details()->PackFrom(info);
  if (retry_delay_ms > 0) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_nanos(retry_delay_ms * 1'000'000);
    rich.add_details()->PackFrom(retry);
  }
  return {code, "scripted", rich.SerializeAsString()};
}

v1::SubscribeResponse Frame(uint64_t first, uint64_t end, uint64_t epoch) {
  v1::SubscribeResponse frame;
  for (uint64_t sequence = first; sequence < end; ++sequence) {
    v1::Record& record = *frame.add_records();
    record.set_sequence(sequence);
    record.set_channel("room");
    record.set_text("text " + std::to_string(sequence));
  }
  frame.set_next_sequence(end);
  frame.set_committed_end(end);
  frame.mutable_position()->set_log_uuid("uuid");
  frame.mutable_position()->set_epoch(epoch);
  frame.mutable_position()->set_next_sequence(end);
  return frame;
}

grpc::Status Hang(grpc::ServerContext& context) {
  // The synchronous server has nothing to wait on but this.
  while (!context.IsCancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return grpc::Status::CANCELLED;
}

}  // namespace replog::client
