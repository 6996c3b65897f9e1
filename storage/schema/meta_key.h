#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/model/types.h"
#include "storage/schema/big_endian.h"

namespace replog::schema {

// Keys of family `meta`. The first byte is the kind; it is on disk, so a kind is never changed nor used
// again.
enum class MetaKind : char {
  kStore = 's',  // "s" -> StoredIdentity: format version, storage id, the next log number
  kLog = 'l',    // "l", log -> StoredLogState: descriptor, epochs, trim point
};

inline std::string StoreKey() { return std::string(1, static_cast<char>(MetaKind::kStore)); }

inline std::string LogKey(LogNumber log) {
  std::string key(1, static_cast<char>(MetaKind::kLog));
  AppendBigEndian(key, log);
  return key;
}

// The log of a kLog key; nullopt for any other key.
inline std::optional<LogNumber> DecodeLogKey(std::string_view key) {
  LogNumber log;
  if (key.empty() || key[0] != static_cast<char>(MetaKind::kLog)) return {};
  key.remove_prefix(1);
  if (!TakeBigEndian(key, log) || !key.empty()) return {};
  return log;
}

}  // namespace replog::schema
