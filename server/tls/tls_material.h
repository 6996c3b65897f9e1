#pragma once

#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace replog {

// Where the PEM files are; empty: there is none.
struct TlsFiles {
  std::string certificate;  // the server's, then what signed it up to the authority
  std::string key;          // the certificate's, without a passphrase
  std::string client_ca;    // authorities: each client must show a certificate that one of them signed

  bool on() const { return !certificate.empty() || !key.empty() || !client_ca.empty(); }
};

// What is in the files.
struct TlsTexts {
  std::string certificate;
  std::string key;
  std::string client_ca;  // empty: clients show no certificate

  bool operator==(const TlsTexts&) const = default;
};

// What the files said at one time: checked, and never changed.
struct TlsMaterial {
  TlsTexts pem;
  // For people: the subject and the serial number of the server's certificate.
  std::string subject;
  std::string serial;
  // When the first certificate of the chain ends, in microseconds since 1970.
  int64_t expires_us = 0;
  // The same for OpenSSL: TLS 1.2 and 1.3, a client's certificate demanded when there is a client_ca.
  std::shared_ptr<boost::asio::ssl::context> context;
};

// Errors of both name the setting and the file.
// Not readable, empty, or not small.
absl::StatusOr<TlsTexts> ReadTlsFiles(const TlsFiles& files);
// Not PEM, a key with a passphrase or of another certificate, a certificate that is over, not begun yet (as
// of `now_us`), or too weak.
absl::StatusOr<std::shared_ptr<const TlsMaterial>> CheckTls(const TlsFiles& files, TlsTexts texts,
                                                            int64_t now_us);

// What to warn of from 30 days before a certificate of the chain ends; names the file and the day.
std::optional<std::string> ExpiryWarning(const TlsFiles& files, const TlsMaterial& material, int64_t now_us);

}  // namespace replog
