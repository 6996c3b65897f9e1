#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/model/producer_state.h"
#include "storage/schema/big_endian.h"

namespace replog::schema {

// Key of family `producers`: a producer of a log. Value: EncodeProducerState.
struct ProducerKey {
  LogNumber log = 0;
  ProducerId producer = 0;

  std::string Encode() const {
    std::string key;
    AppendBigEndian(key, log);
    AppendBigEndian(key, producer);
    return key;
  }
  static std::optional<ProducerKey> Decode(std::string_view encoded) {
    ProducerKey key;
    if (!TakeBigEndian(encoded, key.log) || !TakeBigEndian(encoded, key.producer) || !encoded.empty())
      return {};
    return key;
  }
};

}  // namespace replog::schema
