#include "server/main/health.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/x509v3.h>

#include <chrono>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "server/tls/pem.h"

namespace replog {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

constexpr std::chrono::seconds kPatience{4};

using grpc::experimental::IdentityKeyCertPair;

absl::Status CheckGoodForClients(const std::string& path, const std::string& pem) {
  const auto chain = ParseCertificates(pem);
  if (!chain.ok())
    return absl::Status(chain.status().code(), absl::StrCat(path, ": ", chain.status().message()));
  if (X509_check_purpose(chain->front().get(), X509_PURPOSE_SSL_CLIENT, /*ca=*/0) == 1)
    return absl::OkStatus();
  return MakeError(Reason::kInvalidField,
                   absl::StrCat(path,
                                " is not good for clients (extendedKeyUsage), and the server demands a "
                                "certificate: name one with --client-certificate and --client-key"));
}

absl::StatusOr<IdentityKeyCertPair> ReadIdentity(const TlsFiles& server, const HealthIdentity& identity) {
  TlsFiles shown = server;
  if (!identity.certificate.empty()) shown.certificate = identity.certificate;
  if (!identity.key.empty()) shown.key = identity.key;
  auto texts = ReadTlsFiles(shown);
  if (!texts.ok()) return texts.status();
  if (auto status = CheckGoodForClients(shown.certificate, texts->certificate); !status.ok()) return status;
  return IdentityKeyCertPair{texts->key, texts->certificate};
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeCredentials(const TlsFiles& files,
                                                                          const HealthIdentity& identity) {
  if (!files.on()) return grpc::InsecureChannelCredentials();
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_verify_server_certs(false);
  options.set_check_call_host(false);
  options.set_certificate_verifier(std::make_shared<grpc::experimental::NoOpCertificateVerifier>());
  if (!files.client_ca.empty()) {
    auto shown = ReadIdentity(files, identity);
    if (!shown.ok()) return shown.status();
    options.set_certificate_provider(std::make_shared<grpc::experimental::StaticDataCertificateProvider>(
        std::vector<IdentityKeyCertPair>{*std::move(shown)}));
    options.watch_identity_key_cert_pairs();
  }
  return grpc::experimental::TlsCredentials(options);
}

// Not every authority of clients has signed the server's own certificate.
std::string Hint(const TlsFiles& tls, const HealthIdentity& identity) {
  if (tls.client_ca.empty() || !identity.certificate.empty()) return "";
  return "; it demands a certificate and was shown its own, see --client-certificate";
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

absl::Status AskHealth(const std::string& listen, const TlsFiles& tls, const HealthIdentity& identity,
                       HealthGoal goal) {
  const auto address = HealthAddress(listen);
  if (!address.ok()) return address.status();
  const auto credentials = MakeCredentials(tls, identity);
  if (!credentials.ok()) return credentials.status();
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  HealthCheckResponse response;
  const auto stub = Health::NewStub(grpc::CreateChannel(*address, *credentials));
  const grpc::Status status = stub->Check(&context, HealthCheckRequest(), &response);
  if (!status.ok())
    return absl::UnavailableError(
        absl::StrCat(*address, " does not answer: ", status.error_message(), Hint(tls, identity)));
  if (goal == HealthGoal::kServing && response.status() != HealthCheckResponse::SERVING)
    return absl::UnavailableError(absl::StrCat(
        *address, " says ", HealthCheckResponse::ServingStatus_Name(response.status()), ", not SERVING"));
  return absl::OkStatus();
}

}  // namespace replog
