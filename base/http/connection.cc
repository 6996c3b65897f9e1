#include "base/http/connection.h"

#include <openssl/x509v3.h>

#include "base/http/endpoint.h"

namespace replog::http {
namespace {

std::string Text(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<size_t>(ASN1_STRING_length(text))};
}

void AddCommonNames(const X509& certificate, std::vector<std::string>& names) {
  X509_NAME* subject = X509_get_subject_name(&certificate);
  int last = -1;
  while ((last = X509_NAME_get_index_by_NID(subject, NID_commonName, last)) >= 0) {
    names.push_back(Text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last))));
  }
}

void AddAlternativeNames(const X509& certificate, std::vector<std::string>& names) {
  auto* found =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(found); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(found, i);
    if (name->type == GEN_DNS || name->type == GEN_URI || name->type == GEN_EMAIL) {
      names.push_back(Text(name->d.ia5));
    }
  }
  GENERAL_NAMES_free(found);
}

std::vector<std::string> VerifiedNames(SSL* ssl) {
  std::vector<std::string> names;
  X509* certificate = SSL_get_peer_certificate(ssl);
  if (certificate != nullptr && SSL_get_verify_result(ssl) == X509_V_OK) {
    // The common name counts where there is no other: authorities vouch for the alternative names.
    AddAlternativeNames(*certificate, names);
    if (names.empty()) AddCommonNames(*certificate, names);
  }
  X509_free(certificate);
  return names;
}

}  // namespace

std::string Connection::address() const {
  boost::system::error_code error;
  const auto endpoint = tcp_.socket().remote_endpoint(error);
  return error ? "" : EndpointName(endpoint);
}

Peer Connection::peer() const {
  Peer peer;
  peer.address = address();
  peer.encrypted = encrypted();
  if (encrypted()) peer.certificate_names = VerifiedNames(tls_->stream.native_handle());
  return peer;
}

void Connection::ShutDownSend() {
  boost::system::error_code ignored;
  tcp_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
}

}  // namespace replog::http
