#include "backup/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>

#include "absl/strings/escaping.h"

namespace replog {
namespace {

// OpenSSL fails here only when there is no memory, or no SHA-256 in it at all.
void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

struct Sha256::Context {
  EVP_MD_CTX* const evp = EVP_MD_CTX_new();
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  Require(context_->evp != nullptr && EVP_DigestInit_ex2(context_->evp, EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() { EVP_MD_CTX_free(context_->evp); }

void Sha256::Add(std::string_view data) {
  Require(EVP_DigestUpdate(context_->evp, data.data(), data.size()) == 1);
}

std::string Sha256::Hex() {
  std::array<char, 32> digest;
  Require(EVP_DigestFinal_ex(context_->evp, reinterpret_cast<unsigned char*>(digest.data()), nullptr) == 1);
  return absl::BytesToHexString({digest.data(), digest.size()});
}

}  // namespace replog
