#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace replog {

// How a sender signs its deliveries: HMAC-SHA-256 over the body, and perhaps a time and the delivery's id, in
// a header field.
struct SignatureScheme {
  enum class Encoding : uint8_t { kHex, kBase64 };
  enum class Part : uint8_t { kLiteral, kBody, kTimestamp, kId };
  struct Piece {
    Part part = Part::kBody;
    std::string literal;
  };

  std::string header;     // of the signature
  std::string prefix;     // before it: `sha256=`
  std::string separator;  // between several signatures in the field; empty: there is one
  Encoding encoding = Encoding::kHex;
  std::vector<Piece> signed_text;  // what is signed, one piece behind the other
  // The time, in seconds since 1970, that the sender signed; only with a piece of it. The field may be the
  // one of the signature, whose entries then are told apart by their prefixes.
  std::string timestamp_header;
  std::string timestamp_prefix;
  int64_t tolerance_us = 0;  // how far it may be from now, either way
  // Where an id is taken that is signed too.
  std::string id_header;

  bool Signs(Part part) const;
};

// "{timestamp}.{body}" taken apart: {body}, {timestamp} and {id} stand for what they say, all else for
// itself.
absl::StatusOr<std::vector<SignatureScheme::Piece>> ParseSignedText(std::string_view text);

// The entries of a field that have the prefix, without it, in order; at most 16.
std::vector<std::string_view> SignedEntries(std::string_view field, std::string_view separator,
                                            std::string_view prefix);

}  // namespace replog
