#include "proto/wire/table_digest.h"

#include <openssl/evp.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace replog::wire {
namespace {

// Of libcrypto, which fails here only when there is no memory, or no SHA-256 in the installation.
void Require(bool ok) {
  if (ok) return;
  std::fputs("libcrypto cannot compute SHA-256\n", stderr);
  std::abort();
}

// Looked up once: libcrypto's own look-up for each hash would cost more than hashing a row.
const EVP_MD* Sha256() {
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Require(sha256 != nullptr);
  return sha256;
}

template <typename Number>
void AppendLittleEndian(std::string& out, Number number) {
  for (size_t i = 0; i < sizeof(number); ++i) out += static_cast<char>(number >> (8 * i));
}

// Everything but the body.
void AppendPrefix(std::string& out, const RecordView& row) {
  AppendLittleEndian(out, static_cast<uint32_t>(row.channel.size()));
  out += row.channel;
  AppendLittleEndian(out, static_cast<uint32_t>(row.key.size()));
  out += row.key;
  AppendLittleEndian(out, row.sequence);
  out += static_cast<char>(row.deleted);
  static_assert(static_cast<int>(RecordView::Body::kText) == 1 &&
                static_cast<int>(RecordView::Body::kPayload) == 2);
  out += static_cast<char>(row.body_kind);
  AppendLittleEndian(out, static_cast<uint64_t>(row.body.size()));
}

uint64_t ReadPart(const DigestBytes& bytes, size_t part) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8; ++i) value |= uint64_t{bytes[part * 8 + i]} << (8 * i);
  return value;
}

}  // namespace

struct RowHasher::Context {
  EVP_MD_CTX* const evp = EVP_MD_CTX_new();
  std::string prefix;  // kept for its memory
};

RowHasher::RowHasher() : context_(std::make_unique<Context>()) {
  Require(context_->evp != nullptr && EVP_DigestInit_ex2(context_->evp, Sha256(), nullptr) == 1);
}

RowHasher::~RowHasher() { EVP_MD_CTX_free(context_->evp); }

DigestBytes RowHasher::Hash(const RecordView& row) {
  EVP_MD_CTX* const evp = context_->evp;
  std::string& prefix = context_->prefix;
  prefix.clear();
  AppendPrefix(prefix, row);
  DigestBytes hash;
  Require(EVP_DigestInit_ex2(evp, nullptr, nullptr) == 1 &&
          EVP_DigestUpdate(evp, prefix.data(), prefix.size()) == 1 &&
          EVP_DigestUpdate(evp, row.body.data(), row.body.size()) == 1 &&
          EVP_DigestFinal_ex(evp, hash.data(), nullptr) == 1);
  return hash;
}

TableDigest::TableDigest(const DigestBytes& digest, uint64_t keys) : keys_(keys) {
  for (size_t part = 0; part < sum_.size(); ++part) sum_[part] = ReadPart(digest, part);
}

void TableDigest::Add(const DigestBytes& row) {
  unsigned __int128 carry = 0;
  for (size_t part = 0; part < sum_.size(); ++part) {
    carry += static_cast<unsigned __int128>(sum_[part]) + ReadPart(row, part);
    sum_[part] = static_cast<uint64_t>(carry);
    carry >>= 64;
  }
  ++keys_;
}

void TableDigest::Subtract(const DigestBytes& row) {
  uint64_t borrow = 0;
  for (size_t part = 0; part < sum_.size(); ++part) {
    const auto taken = static_cast<unsigned __int128>(ReadPart(row, part)) + borrow;
    borrow = sum_[part] < taken ? 1 : 0;
    sum_[part] -= static_cast<uint64_t>(taken);
  }
  --keys_;
}

DigestBytes TableDigest::bytes() const {
  DigestBytes bytes;
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(sum_[i / 8] >> (8 * (i % 8)));
  return bytes;
}

}  // namespace replog::wire
