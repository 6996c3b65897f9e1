#include "tests/faults/support/log_client.h"

#include <chrono>
#include <stdexcept>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace replog::testing {
namespace {

void MustWork(const grpc::Status& status, const std::string& what) {
  if (!status.ok()) throw std::runtime_error(what + ": " + status.error_message());
}

}  // namespace

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 100);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

std::unique_ptr<grpc::ClientContext> PatientContext() {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_wait_for_ready(true);
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  return context;
}

std::string ReasonOf(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  if (!details.ParseFromString(status.error_details())) return {};
  for (const auto& detail : details.details()) {
    if (detail.UnpackTo(&info)) return info.reason();
  }
  return {};
}

LogClient::LogClient(const std::string& address)
    : log_(v1::ReplicationLog::NewStub(Connect(address))), admin_(v1::LogAdmin::NewStub(Connect(address))) {}

void LogClient::CreateLog(const std::string& log, v1::Durability durability) {
  v1::CreateLogRequest request;
  v1::CreateLogResponse response;
  request.set_log(log);
  request.mutable_settings()->set_durability(durability);
  MustWork(admin_->CreateLog(PatientContext().get(), request, &response), "CreateLog");
}

v1::LogInfo LogClient::GetLog(const std::string& log) {
  v1::GetLogRequest request;
  v1::GetLogResponse response;
  request.set_log(log);
  MustWork(admin_->GetLog(PatientContext().get(), request, &response), "GetLog");
  return response.log();
}

void LogClient::Trim(const std::string& log, uint64_t before) {
  v1::TrimLogRequest request;
  v1::TrimLogResponse response;
  request.set_log(log);
  request.set_before_sequence(before);
  MustWork(admin_->TrimLog(PatientContext().get(), request, &response), "TrimLog");
}

grpc::Status LogClient::Append(const std::string& log, const std::vector<std::string>& texts,
                               v1::AppendResponse* response) {
  v1::AppendRequest request;
  v1::AppendResponse unused;
  request.set_log(log);
  for (const std::string& text : texts) {
    auto* record = request.add_records();
    record->set_channel("c");
    record->set_text(text);
  }
  return log_->Append(PatientContext().get(), request, response == nullptr ? &unused : response);
}

grpc::Status LogClient::Read(const std::string& log, uint64_t from, v1::ReadResponse* page) {
  v1::ReadRequest request;
  request.set_log(log);
  request.set_from_sequence(from);
  request.set_max_records(100'000);
  request.set_max_bytes(3 << 20);
  return log_->Read(PatientContext().get(), request, page);
}

std::vector<v1::Record> LogClient::Table(const std::string& log, const std::string& channel) {
  std::vector<v1::Record> records;
  v1::LookupRequest request;
  request.set_log(log);
  request.set_channel(channel);
  for (;;) {
    v1::LookupResponse page;
    MustWork(log_->Lookup(PatientContext().get(), request, &page), "Lookup");
    for (auto& record : *page.mutable_records()) records.push_back(std::move(record));
    if (!page.has_next_after_key()) return records;
    request.set_after_key(page.next_after_key());
  }
}

std::vector<v1::Record> LogClient::ReadAll(const std::string& log, uint64_t from, uint64_t until) {
  std::vector<v1::Record> records;
  while (from < until) {
    v1::ReadResponse page;
    MustWork(Read(log, from, &page), "Read");
    for (auto& record : *page.mutable_records()) {
      if (record.sequence() < until) records.push_back(std::move(record));
    }
    if (page.next_sequence() <= from) throw std::runtime_error("Read does not get on");
    from = page.next_sequence();
  }
  return records;
}

}  // namespace replog::testing
