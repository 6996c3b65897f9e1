#include "server/tls/tls_material.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "server/tls/pem.h"

namespace replog {
namespace {

using Certificates = std::vector<OpenSslPtr<X509>>;
namespace ssl = boost::asio::ssl;

constexpr size_t kMaxFileBytes = 1 << 20;
constexpr int64_t kWarnUs = 30LL * 86'400 * 1'000'000;

// A file and the setting that names it, for errors.
struct Named {
  const char* setting;
  const std::string& path;

  absl::Status Error(absl::string_view what) const {
    return MakeError(Reason::kInvalidField, absl::StrCat(setting, " ", path, ": ", what),
                     {{"field", setting}, {"value", path}});
  }
};

std::string Day(int64_t us) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixMicros(us), absl::UTCTimeZone());
}

absl::StatusOr<std::string> ReadPem(const Named& file) {
  errno = 0;
  std::ifstream in(file.path, std::ios::binary);
  std::string text(kMaxFileBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.gcount() == 0) return file.Error(errno == 0 ? "is empty" : std::strerror(errno));
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.size() > kMaxFileBytes) return file.Error(absl::StrCat("has more than ", kMaxFileBytes, " bytes"));
  return text;
}

absl::StatusOr<Certificates> CertificatesOf(const Named& file, const std::string& pem) {
  auto certificates = ParseCertificates(pem);
  if (!certificates.ok()) return file.Error(certificates.status().message());
  return certificates;
}

// The problem of a certificate's time, or nothing.
std::string TimeProblem(const X509& certificate, int64_t now_us) {
  const std::string who = absl::StrCat("the certificate of ", SubjectOf(certificate));
  if (now_us >= NotAfterUs(certificate))
    return absl::StrCat(who, " expired on ", Day(NotAfterUs(certificate)));
  if (now_us < NotBeforeUs(certificate))
    return absl::StrCat(who, " is not valid before ", Day(NotBeforeUs(certificate)));
  return "";
}

// Every certificate of a chain is needed.
absl::Status CheckChainTimes(const Named& file, const Certificates& chain, int64_t now_us) {
  for (const auto& certificate : chain) {
    if (const std::string problem = TimeProblem(*certificate, now_us); !problem.empty())
      return file.Error(problem);
  }
  return absl::OkStatus();
}

// Of authorities, old ones may stand beside new ones.
absl::Status CheckAuthorityTimes(const Named& file, const Certificates& authorities, int64_t now_us) {
  const auto over = [&](const auto& authority) { return !TimeProblem(*authority, now_us).empty(); };
  if (!std::all_of(authorities.begin(), authorities.end(), over)) return absl::OkStatus();
  return file.Error(TimeProblem(*authorities.front(), now_us));
}

// Whom clients' certificates are checked against, and the names that clients choose theirs by.
void DemandClientCertificates(ssl::context& context, const std::string& client_ca_pem,
                              const Certificates& authorities) {
  context.add_certificate_authority(boost::asio::buffer(client_ca_pem));
  for (const auto& authority : authorities) SSL_CTX_add_client_CA(context.native_handle(), authority.get());
  context.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  // A session may only be resumed by this server; OpenSSL insists when clients are verified.
  static constexpr unsigned char kSession[] = "replog";
  SSL_CTX_set_session_id_context(context.native_handle(), kSession, sizeof kSession - 1);
}

std::shared_ptr<ssl::context> MakeContext(const TlsMaterial& material, const Certificates& authorities) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  context->use_certificate_chain(boost::asio::buffer(material.pem.certificate));
  context->use_private_key(boost::asio::buffer(material.pem.key), ssl::context::pem);
  if (!authorities.empty()) DemandClientCertificates(*context, material.pem.client_ca, authorities);
  return context;
}

absl::Status CheckSettings(const TlsFiles& files) {
  for (const Named& file : {Named{"tls_certificate", files.certificate}, Named{"tls_key", files.key}}) {
    if (file.path.empty())
      return MakeError(Reason::kInvalidField,
                       absl::StrCat(file.setting, " is missing: TLS takes tls_certificate and tls_key"),
                       {{"field", file.setting}});
  }
  return absl::OkStatus();
}

absl::StatusOr<Certificates> CheckChain(const TlsFiles& files, const TlsMaterial& material, int64_t now_us) {
  const Named certificate_file{"tls_certificate", files.certificate};
  auto chain = CertificatesOf(certificate_file, material.pem.certificate);
  if (!chain.ok()) return chain;
  const Named key_file{"tls_key", files.key};
  const auto key = ParseKey(material.pem.key);
  if (!key.ok()) return key_file.Error(key.status().message());
  if (X509_check_private_key(chain->front().get(), key->get()) != 1) {
    TakeOpenSslError();
    return key_file.Error(absl::StrCat("is not the key of tls_certificate ", files.certificate));
  }
  if (const auto status = CheckChainTimes(certificate_file, *chain, now_us); !status.ok()) return status;
  return chain;
}

absl::StatusOr<Certificates> CheckAuthorities(const TlsFiles& files, const TlsMaterial& material,
                                              int64_t now_us) {
  if (files.client_ca.empty()) return Certificates();
  const Named file{"tls_client_ca", files.client_ca};
  auto authorities = CertificatesOf(file, material.pem.client_ca);
  if (!authorities.ok()) return authorities;
  if (const auto status = CheckAuthorityTimes(file, *authorities, now_us); !status.ok()) return status;
  return authorities;
}

void Describe(const Certificates& chain, TlsMaterial& material) {
  material.subject = SubjectOf(*chain.front());
  material.serial = SerialOf(*chain.front());
  material.expires_us = std::numeric_limits<int64_t>::max();
  for (const auto& one : chain) material.expires_us = std::min(material.expires_us, NotAfterUs(*one));
}

}  // namespace

absl::StatusOr<TlsTexts> ReadTlsFiles(const TlsFiles& files) {
  if (const auto status = CheckSettings(files); !status.ok()) return status;
  auto certificate = ReadPem({"tls_certificate", files.certificate});
  if (!certificate.ok()) return certificate.status();
  auto key = ReadPem({"tls_key", files.key});
  if (!key.ok()) return key.status();
  TlsTexts texts{*std::move(certificate), *std::move(key), ""};
  if (files.client_ca.empty()) return texts;
  auto client_ca = ReadPem({"tls_client_ca", files.client_ca});
  if (!client_ca.ok()) return client_ca.status();
  texts.client_ca = *std::move(client_ca);
  return texts;
}

absl::StatusOr<std::shared_ptr<const TlsMaterial>> CheckTls(const TlsFiles& files, TlsTexts texts,
                                                            int64_t now_us) {
  auto material = std::make_shared<TlsMaterial>();
  material->pem = std::move(texts);
  const auto chain = CheckChain(files, *material, now_us);
  if (!chain.ok()) return chain.status();
  const auto authorities = CheckAuthorities(files, *material, now_us);
  if (!authorities.ok()) return authorities.status();
  Describe(*chain, *material);
  try {
    material->context = MakeContext(*material, *authorities);
  } catch (
      const boost::system::system_error& error) {  // a key that is too short, an algorithm that is too old
    return Named{"tls_certificate", files.certificate}.Error(
        absl::StrCat("OpenSSL refuses it: ", error.what()));
  }
  return material;
}

std::optional<std::string> ExpiryWarning(const TlsFiles& files, const TlsMaterial& material, int64_t now_us) {
  if (now_us < material.expires_us - kWarnUs) return std::nullopt;
  const char* verb = now_us < material.expires_us ? "expires" : "expired";
  return absl::StrCat("tls_certificate ", files.certificate, " ", verb, " on ", Day(material.expires_us));
}

}  // namespace replog
