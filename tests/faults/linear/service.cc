#include "tests/faults/linear/service.h"

#include <map>
#include <memory>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "replog/v1/leases.grpc.pb.h"
#include "tests/faults/support/log_client.h"

namespace replog::linear {
namespace {

using testing::PatientContext;
using testing::ReasonOf;

constexpr char kChannel[] = "registers";
// No run is as long as that: terms end when they are released.
constexpr int64_t kTermSeconds = 3600;

std::map<std::string, std::string> MetadataOf(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  details.ParseFromString(status.error_details());
  for (const auto& detail : details.details()) {
    if (detail.UnpackTo(&info)) return {info.metadata().begin(), info.metadata().end()};
  }
  return {};
}

std::optional<int64_t> SequenceIn(const std::map<std::string, std::string>& metadata) {
  const auto found = metadata.find("sequence");
  return found == metadata.end() ? std::nullopt : std::optional(std::stoll(found->second));
}

// Whether a failed call is one that a kill explains; throws when it is not.
bool IsLost(const grpc::Status& status) {
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE && ReasonOf(status).empty()) return true;
  throw std::runtime_error("code " + std::to_string(status.error_code()) + ", " + ReasonOf(status) + ": " +
                           status.error_message());
}

class Registers {
 public:
  explicit Registers(const std::string& address)
      : stub_(v1::ReplicationLog::NewStub(testing::Connect(address))) {}

  std::optional<RegisterModel::Answer> operator()(const std::string& key,
                                                  const RegisterModel::Request& request) {
    return request.kind == RegisterModel::Request::Kind::kRead ? Read(key) : Write(key, request);
  }

 private:
  std::optional<RegisterModel::Answer> Read(const std::string& key) {
    v1::LookupRequest lookup;
    v1::LookupResponse found;
    lookup.set_channel(kChannel);
    lookup.add_keys(key);
    const auto status = stub_->Lookup(PatientContext().get(), lookup, &found);
    if (!status.ok()) return IsLost(status), std::nullopt;
    RegisterModel::Answer answer;
    for (const auto& record : found.records()) {
      if (record.key() != key || answer.sequence) throw std::runtime_error("a record that was not asked for");
      answer.sequence = record.sequence();
      answer.value = std::stoull(record.text());
    }
    return answer;
  }

  std::optional<RegisterModel::Answer> Write(const std::string& key, const RegisterModel::Request& request) {
    v1::AppendResponse written;
    const auto status = stub_->Append(PatientContext().get(), ToAppend(key, request), &written);
    RegisterModel::Answer answer;
    if (status.ok()) {
      answer.sequence = written.first_sequence();
      return answer;
    }
    if (ReasonOf(status) != "CONDITION_FAILED") return IsLost(status), std::nullopt;
    const auto metadata = MetadataOf(status);
    answer.refused = true;
    answer.sequence = SequenceIn(metadata);
    const auto deleted = metadata.find("deleted");
    answer.deleted = deleted != metadata.end() && deleted->second == "true";
    return answer;
  }

  static v1::AppendRequest ToAppend(const std::string& key, const RegisterModel::Request& request) {
    using Kind = RegisterModel::Request::Kind;
    v1::AppendRequest append;
    auto* record = append.add_records();
    record->set_channel(kChannel);
    record->set_key(key);
    request.kind == Kind::kDelete ? record->set_deleted(true)
                                  : record->set_text(std::to_string(request.value));
    if (request.kind != Kind::kPutIf && request.kind != Kind::kPutIfAbsent) return append;
    auto* condition = append.mutable_conditions()->add_keys();
    condition->set_channel(kChannel);
    condition->set_key(key);
    if (request.kind == Kind::kPutIfAbsent) condition->set_absent(true);
    if (request.kind == Kind::kPutIf) condition->set_sequence(static_cast<uint64_t>(request.expected));
    return append;
  }

  std::shared_ptr<v1::ReplicationLog::Stub> stub_;
};

class Leases {
 public:
  explicit Leases(const std::string& address) : stub_(v1::Leases::NewStub(testing::Connect(address))) {}

  std::optional<LeaseModel::Answer> operator()(const std::string& name, const LeaseModel::Request& request) {
    v1::Lease lease;
    const auto status = Call(name, request, lease);
    LeaseModel::Answer answer;
    if (status.ok()) {
      answer.holder = lease.holder();
      if (lease.has_token()) answer.token = lease.token().sequence();
      return answer;
    }
    if (ReasonOf(status) != "LEASE_HELD" && ReasonOf(status) != "LEASE_NOT_HELD") {
      return IsLost(status), std::nullopt;
    }
    auto metadata = MetadataOf(status);
    answer.refused = true;
    answer.holder = metadata["holder"];
    answer.token = SequenceIn(metadata);
    return answer;
  }

 private:
  // Sets `lease` to what the answer tells of it; nothing when it is free.
  grpc::Status Call(const std::string& name, const LeaseModel::Request& request, v1::Lease& lease) {
    switch (request.kind) {
      case LeaseModel::Request::Kind::kAcquire: {
        v1::AcquireRequest acquire;
        acquire.set_name(name);
        acquire.set_holder(request.holder);
        acquire.mutable_ttl()->set_seconds(kTermSeconds);
        return Call<v1::AcquireResponse>(&v1::Leases::Stub::Acquire, acquire, &lease);
      }
      case LeaseModel::Request::Kind::kRenew: {
        v1::RenewRequest renew;
        *renew.mutable_token() = Token(name, request.token);
        return Call<v1::RenewResponse>(&v1::Leases::Stub::Renew, renew, &lease);
      }
      case LeaseModel::Request::Kind::kRelease: {
        v1::ReleaseRequest release;
        v1::ReleaseResponse released;
        *release.mutable_token() = Token(name, request.token);
        return stub_->Release(PatientContext().get(), release, &released);
      }
      default: {
        v1::GetRequest get;
        get.set_name(name);
        return Call<v1::GetResponse>(&v1::Leases::Stub::Get, get, &lease);
      }
    }
  }

  template <typename Response, typename Request>
  grpc::Status Call(grpc::Status (v1::Leases::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, v1::Lease* lease) {
    Response response;
    const auto status = (stub_.get()->*method)(PatientContext().get(), request, &response);
    *lease = response.lease();
    return status;
  }

  static v1::LeaseToken Token(const std::string& name, int64_t sequence) {
    v1::LeaseToken token;
    token.set_name(name);
    token.set_sequence(static_cast<uint64_t>(sequence));
    return token;
  }

  std::shared_ptr<v1::Leases::Stub> stub_;
};

}  // namespace

Service<RegisterModel> RegistersAt(const std::string& address) { return Registers(address); }
Service<LeaseModel> LeasesAt(const std::string& address) { return Leases(address); }

}  // namespace replog::linear
