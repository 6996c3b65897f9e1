#include "server/main/health.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <chrono>

#include "absl/strings/str_cat.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace replog {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

constexpr std::chrono::seconds kPatience{4};

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeCredentials(const TlsFiles& files) {
  if (!files.on()) return grpc::InsecureChannelCredentials();
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_verify_server_certs(false);
  options.set_check_call_host(false);
  options.set_certificate_verifier(std::make_shared<grpc::experimental::NoOpCertificateVerifier>());
  if (!files.client_ca.empty()) {
    auto texts = ReadTlsFiles(files);
    if (!texts.ok()) return texts.status();
    options.set_certificate_provider(std::make_shared<grpc::experimental::StaticDataCertificateProvider>(
        std::vector<grpc::experimental::IdentityKeyCertPair>{{texts->key, texts->certificate}}));
    options.watch_identity_key_cert_pairs();
  }
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace

absl::StatusOr<std::string> HealthAddress(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  const std::string host = listen.substr(0, colon);
  const std::string port = colon == std::string::npos ? "" : listen.substr(colon + 1);
  if (port.empty() || port.find_first_not_of('0') == std::string::npos)
    return absl::InvalidArgumentError(absl::StrCat("listen is ", listen, ": a port is needed to ask at"));
  if (host == "0.0.0.0") return absl::StrCat("127.0.0.1:", port);
  if (host == "[::]") return absl::StrCat("[::1]:", port);
  return listen;
}

absl::Status AskHealth(const std::string& listen, const TlsFiles& tls, HealthGoal goal) {
  const auto address = HealthAddress(listen);
  if (!address.ok()) return address.status();
  const auto credentials = MakeCredentials(tls);
  if (!credentials.ok()) return credentials.status();
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  HealthCheckResponse response;
  const auto stub = Health::NewStub(grpc::CreateChannel(*address, *credentials));
  const grpc::Status status = stub->Check(&context, HealthCheckRequest(), &response);
  if (!status.ok())
    return absl::UnavailableError(absl::StrCat(*address, " does not answer: ", status.error_message()));
  if (goal == HealthGoal::kServing && response.status() != HealthCheckResponse::SERVING)
    return absl::UnavailableError(absl::StrCat(
        *address, " says ", HealthCheckResponse::ServingStatus_Name(response.status()), ", not SERVING"));
  return absl::OkStatus();
}

}  // namespace replog
