#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace replog {

// Certificates and keys out of PEM text. Errors say what is wrong with the text, not where it came from.

struct OpenSslFree {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
template <typename T>
using OpenSslPtr = std::unique_ptr<T, OpenSslFree>;

// All certificates of the text; one at least.
absl::StatusOr<std::vector<OpenSslPtr<X509>>> ParseCertificates(const std::string& pem);
// A key that needs no passphrase.
absl::StatusOr<OpenSslPtr<EVP_PKEY>> ParseKey(const std::string& pem);

// When a certificate's time begins and ends, in microseconds since 1970.
int64_t NotBeforeUs(const X509& certificate);
int64_t NotAfterUs(const X509& certificate);
// "CN=replog,O=Example" and "1A:2B" in upper case without the colons.
std::string SubjectOf(const X509& certificate);
std::string SerialOf(const X509& certificate);

// The newest error of OpenSSL on this thread, in its words; forgets them all.
std::string TakeOpenSslError();

}  // namespace replog
