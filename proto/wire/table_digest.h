#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "proto/wire/record_view.h"

// The digest of a channel's table, by which two copies of it are proved equal. Definition, version 1, for any
// language:
//
//   The hash of a row, which is the newest record of a key, is SHA-256 over these bytes, one after another:
//     length of the channel        4 bytes, little endian
//     channel
//     length of the key            4 bytes, little endian
//     key
//     sequence                     8 bytes, little endian
//     deleted                      1 byte, 0 or 1
//     kind of the body             1 byte: 0 none, 1 text, 2 payload
//     length of the body           8 bytes, little endian; 0 when there is none
//     body
//   The digest is the sum of the hashes of the rows of all live keys (so `deleted` is 0 in each), each hash
//   read as a little-endian number of 256 bits, modulo 2^256; it is given as 32 bytes, little endian, with
//   the number of keys. A channel without a live key has the digest 0 of 0 keys, like one that does not
//   exist.
//
// A sum does not depend on an order and is kept in step in constant time: a row that is replaced is
// subtracted and the new one is added. It is made to find differences that happen, not to withstand somebody
// who makes records so that their sums agree.
namespace replog::wire {

inline constexpr uint32_t kTableDigestVersion = 1;

// A number of 256 bits, little endian.
using DigestBytes = std::array<uint8_t, 32>;

// Hashes rows.
//
// Thread Safety: none; cheap enough to have one for each thread.
class RowHasher {
 public:
  RowHasher();
  ~RowHasher();
  RowHasher(const RowHasher&) = delete;
  RowHasher& operator=(const RowHasher&) = delete;

  // Takes channel, key, sequence, deleted and the body of `row`; the rest is not covered.
  DigestBytes Hash(const RecordView& row);

 private:
  struct Context;
  const std::unique_ptr<Context> context_;
};

// The sum over a set of rows.
//
// Thread Safety: none.
class TableDigest {
 public:
  TableDigest() = default;
  // A digest as somebody else gives it.
  TableDigest(const DigestBytes& digest, uint64_t keys);
  void Add(const DigestBytes& row);
  // `row` must be in the sum.
  void Subtract(const DigestBytes& row);

  DigestBytes bytes() const;
  uint64_t keys() const { return keys_; }
  bool operator==(const TableDigest&) const = default;

 private:
  std::array<uint64_t, 4> sum_{};  // the lowest part first
  uint64_t keys_ = 0;
};

}  // namespace replog::wire
