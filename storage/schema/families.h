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
// meta      see meta_key.h                                   a replog.storage.v1 message    meta_key.h
//
// Numbers in keys are 8 bytes, big endian, so that byte order is number order.
namespace replog::schema {

inline constexpr const char* kChunks = "chunks";
inline constexpr const char* kChannels = "channels";
inline constexpr const char* kMeta = "meta";
inline constexpr const char* kTable = "table";

inline constexpr std::array kFamilies{kChunks, kChannels, kMeta, kTable};

// The version of everything under the data directory. A server refuses a newer one, and takes an older one
// for its own when it opens it:
//   1  no keys
//   2  family `table`
inline constexpr uint32_t kFormatVersion = 2;
inline constexpr uint32_t kFormatWithTable = 2;

}  // namespace replog::schema
