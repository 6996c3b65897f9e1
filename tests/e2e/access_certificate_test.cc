// Who calls, told by the certificate of the client.

#include <gtest/gtest.h>

#include "tests/e2e/access_server.h"
#include "tests/support/certificates.h"

namespace replog {
namespace {

using grpc::StatusCode;
using testing::AccessServer;
using testing::Certificates;
using testing::Headers;
using testing::ReadFile;
using testing::Refusal;

constexpr const char* kPrincipals = R"(
- name: chat
  certificates: [chat.example]
  grants: [{verbs: [read], logs: [default], channels: ["room-*"]}]
- name: other
  tokens: [{id: t, sha256: TOKEN(other)}]
  grants: [{verbs: [read], logs: [default], channels: [other]}]
)";

class ByCertificate : public ::testing::Test {
 protected:
  ByCertificate() {
    certificates_.MakeAuthority("ca");
    certificates_.Make("server", "ca", "DNS:localhost,IP:127.0.0.1");
    certificates_.Make("chat", "ca", "DNS:somewhere.example,DNS:chat.example");
    certificates_.Make("stranger", "ca", "DNS:stranger.example");
    server_.emplace(kPrincipals, std::vector<std::string>{"--tls-certificate", certificates_.Pem("server"),
                                                          "--tls-key", certificates_.Key("server"),
                                                          "--tls-client-ca", certificates_.Pem("ca")});
  }
  // What becomes of reading a channel under a certificate.
  Refusal Read(const std::string& certificate, const std::string& channel, const Headers& headers = {}) {
    const grpc::SslCredentialsOptions options{.pem_root_certs = ReadFile(certificates_.Pem("ca")),
                                              .pem_private_key = ReadFile(certificates_.Key(certificate)),
                                              .pem_cert_chain = ReadFile(certificates_.Pem(certificate))};
    const auto tls = grpc::CreateChannel(server_->address(), grpc::SslCredentials(options));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
    for (const auto& [name, value] : headers) context.AddMetadata(name, value);
    v1::ReadRequest request;
    request.add_channels(channel);
    v1::ReadResponse response;
    return testing::RefusalOf(v1::ReplicationLog::NewStub(tls)->Read(&context, request, &response));
  }
  Certificates certificates_;
  std::optional<AccessServer> server_;
};

TEST_F(ByCertificate, AnyOfItsNamesTellsThePrincipal) {
  EXPECT_EQ(Read("chat", "room-1").code, StatusCode::OK);
  const Refusal denied = Read("chat", "other");
  EXPECT_EQ(denied.code, StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(denied.metadata.at("principal"), "chat");
}

TEST_F(ByCertificate, OneThatIsTrustedButNotKnownIsRefused) {
  EXPECT_EQ(Read("stranger", "room-1").code, StatusCode::UNAUTHENTICATED);
}

TEST_F(ByCertificate, ATokenDecidesAlone) {
  EXPECT_EQ(Read("chat", "other", AccessServer::As("other")).code, StatusCode::OK);
  EXPECT_EQ(Read("chat", "room-1", AccessServer::As("other")).code, StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Read("chat", "room-1", AccessServer::As("nobody")).code, StatusCode::UNAUTHENTICATED);
}

}  // namespace
}  // namespace replog
