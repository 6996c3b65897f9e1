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
// meta      see meta_key.h                                   a replog.storage.v1 message    meta_key.h
//
// Numbers in keys are 8 bytes, big endian, so that byte order is number order.
namespace replog::schema {

inline constexpr const char* kChunks = "chunks";
inline constexpr const char* kChannels = "channels";
inline constexpr const char* kMeta = "meta";

inline constexpr std::array kFamilies{kChunks, kChannels, kMeta};

// The version of everything under the data directory. A server refuses a newer one.
inline constexpr uint32_t kFormatVersion = 1;

}  // namespace replog::schema
