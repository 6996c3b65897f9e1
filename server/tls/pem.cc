#include "server/tls/pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <ctime>

namespace replog {
namespace {

constexpr int64_t kSecondUs = 1'000'000;

OpenSslPtr<BIO> Text(const std::string& pem) {
  return OpenSslPtr<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// Asked for a passphrase; would otherwise ask at the terminal.
int NoPassphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

int64_t MicrosOf(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return timegm(&parts) * kSecondUs;
}

std::string TakeText(BIO& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(&bio, &data);
  return {data, static_cast<size_t>(size)};
}

}  // namespace

absl::StatusOr<std::vector<OpenSslPtr<X509>>> ParseCertificates(const std::string& pem) {
  const auto text = Text(pem);
  std::vector<OpenSslPtr<X509>> certificates;
  while (X509* one = PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)) certificates.emplace_back(one);
  // The text ends with "no start line"; anything else is a block that cannot be read.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string why = TakeOpenSslError();
  if (!at_end) return absl::InvalidArgumentError("has a damaged certificate: " + why);
  if (certificates.empty()) return absl::InvalidArgumentError("has no certificate in PEM form");
  return certificates;
}

absl::StatusOr<OpenSslPtr<EVP_PKEY>> ParseKey(const std::string& pem) {
  bool passphrase = false;
  OpenSslPtr<EVP_PKEY> key(PEM_read_bio_PrivateKey(Text(pem).get(), nullptr, NoPassphrase, &passphrase));
  const std::string why = TakeOpenSslError();
  if (passphrase) return absl::InvalidArgumentError("needs a passphrase; give a key without one");
  if (key == nullptr) return absl::InvalidArgumentError("has no private key in PEM form: " + why);
  return key;
}

int64_t NotBeforeUs(const X509& certificate) { return MicrosOf(X509_get0_notBefore(&certificate)); }
int64_t NotAfterUs(const X509& certificate) { return MicrosOf(X509_get0_notAfter(&certificate)); }

std::string SubjectOf(const X509& certificate) {
  const OpenSslPtr<BIO> out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), X509_get_subject_name(&certificate), 0, XN_FLAG_RFC2253);
  return TakeText(*out);
}

std::string SerialOf(const X509& certificate) {
  const OpenSslPtr<BIO> out(BIO_new(BIO_s_mem()));
  i2a_ASN1_INTEGER(out.get(), X509_get0_serialNumber(&certificate));
  return TakeText(*out);
}

std::string TakeOpenSslError() {
  const unsigned long code = ERR_peek_last_error();
  const char* why = ERR_reason_error_string(code);
  ERR_clear_error();
  return why == nullptr ? "unknown" : why;
}

}  // namespace replog
