#pragma once

#include <array>
#include <cstdint>

// The RocksDB schema on one page. One file per key kind beside this one has its encode and decode. The names
// are on disk: never change one, never use one again for something else.
//
// family    key                                              value                          file
// default   (RocksDB's own; nothing of ours)                 —                              —
// chunks    log, first sequence                              header and records             chunk_key.h
// channels  log, channel, 0x00, first sequence of a chunk    varint: records of the channel channel_key.h
// table     log, channel, 0x00, key                          the newest record, as in chunks table_key.h
// ids       log, a record's id                               its sequence and time          id_key.h
// producers log, a producer's id                             its epoch and newest batches   producer_key.h
// expiries  log, when a record expires, channel, 0x00, key   varint: the record's sequence  expiry_key.h
// fences    log, a lease's name                              the highest token seen         fence_key.h
// meta      see meta_key.h                                   a replog.storage.v1 message    meta_key.h
//
// Numbers in keys are 8 bytes, big endian, so that byte order is number order.
namespace replog::schema {

inline constexpr const char* kChunks = "chunks";
inline constexpr const char* kChannels = "channels";
inline constexpr const char* kMeta = "meta";
inline constexpr const char* kTable = "table";

inline constexpr const char* kIds = "ids";
inline constexpr const char* kProducers = "producers";
inline constexpr const char* kExpiries = "expiries";
inline constexpr const char* kFences = "fences";

// The version of everything under the data directory. A server refuses a newer one, and takes an older one
// for its own when it opens it:
//   1  no keys
//   2  family `table`
//   3  families `ids`, `producers`, `expiries`, `fences`; the log `_system`
inline constexpr uint32_t kFormatVersion = 3;

// Index into kFamilies.
enum class Family : uint8_t { kChunks, kChannels, kMeta, kTable, kIds, kProducers, kExpiries, kFences };

struct FamilyRow {
  const char* name;
  uint32_t since;  // the first version of the format that has it
};
inline constexpr std::array kFamilies{
    FamilyRow{kChunks, 1}, FamilyRow{kChannels, 1},  FamilyRow{kMeta, 1},     FamilyRow{kTable, 2},
    FamilyRow{kIds, 3},    FamilyRow{kProducers, 3}, FamilyRow{kExpiries, 3}, FamilyRow{kFences, 3},
};

}  // namespace replog::schema
