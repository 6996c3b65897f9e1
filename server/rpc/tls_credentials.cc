#include "server/rpc/tls_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include "base/mutex.h"

namespace replog {
namespace {

// gRPC 1.51 insists on authorities for clients even if it asks no client for a certificate; it does not look
// at them then, and the server's own certificate stands in.
grpc_ssl_server_certificate_config* ConfigOf(const TlsTexts& pem) {
  const grpc_ssl_pem_key_cert_pair pair{pem.key.c_str(), pem.certificate.c_str()};
  const std::string& authorities = pem.client_ca.empty() ? pem.certificate : pem.client_ca;
  return grpc_ssl_server_certificate_config_create(authorities.c_str(), &pair, 1);
}

// gRPC's C++ interface has no credentials that are asked for a certificate at each handshake, only some that
// read files by themselves and cannot be told that what they read is no good. Its C interface has them, and a
// ServerCredentials need do no more than add a port with them.
class ReloadingCredentials final : public grpc::ServerCredentials {
 public:
  explicit ReloadingCredentials(TlsSource source) : source_(std::move(source)) {
    const auto demand = source_()->pem.client_ca.empty()
                            ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                            : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
    credentials_ = grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(demand, &Fetch, this));
  }
  ~ReloadingCredentials() override { grpc_server_credentials_release(credentials_); }

  // Nobody sets one: who calls is judged by the services.
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>& /*processor*/) override {}

 private:
  static grpc_ssl_certificate_config_reload_status Fetch(void* self,
                                                         grpc_ssl_server_certificate_config** config) {
    return static_cast<ReloadingCredentials*>(self)->FetchOne(*config);
  }

  grpc_ssl_certificate_config_reload_status FetchOne(grpc_ssl_server_certificate_config*& config) {
    auto material = source_();
    MutexLock lock(mutex_);
    if (material == given_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    config = ConfigOf(material->pem);
    given_ = std::move(material);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  const TlsSource source_;
  grpc_server_credentials* credentials_;
  Mutex mutex_;
  std::shared_ptr<const TlsMaterial> given_ TSA_GUARDED_BY(mutex_);  // what gRPC has
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> MakeTlsCredentials(TlsSource source) {
  return std::make_shared<ReloadingCredentials>(std::move(source));
}

}  // namespace replog
