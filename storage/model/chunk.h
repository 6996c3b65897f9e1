#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/model/types.h"

namespace replog {

// How many records of a channel there are, in what the context says.
struct ChannelCount {
  std::string name;
  uint64_t records = 0;
};

// What some of a chunk's records may have, and so what is derived from them. Of a chunk read back from the
// store it is not known, and false.
struct RecordTraits {
  bool keyed = false;       // a key
  bool identified = false;  // an id
};

// A run of whole records of one log, encoded: the unit of storage and of sharing. Its record bytes are
// concatenated `records` fields of a response (DESIGN.md, section 2), so a chunk is sent as it is stored.
//
// Immutable, and so thread-safe. Shared between the store, the tail and every subscriber by ChunkPtr.
class Chunk {
 public:
  // What a chunk's header says; see chunk_format.h for its layout.
  struct Header {
    Epoch epoch = 0;
    // Record bytes of the log before this chunk, since the log began: the difference of two chunks' values is
    // the size of what lies between, whatever was trimmed.
    uint64_t bytes_before = 0;
    // The time of the chunk's last record, microseconds since 1970.
    int64_t last_time_us = 0;
    uint32_t count = 0;
  };

  // `encoded` is a header and its records. Use ChunkBuilder or DecodeChunk.
  Chunk(Sequence first, const Header& header, std::string encoded, std::vector<ChannelCount> channels,
        RecordTraits traits = {})
      : first_(first),
        header_(header),
        encoded_(std::move(encoded)),
        channels_(std::move(channels)),
        traits_(traits) {}

  Sequence first() const { return first_; }
  // The sequence after the last record.
  Sequence end() const { return first_ + header_.count; }
  const Header& header() const { return header_; }
  Epoch epoch() const { return header_.epoch; }
  // What the store keeps under the chunk's key.
  std::string_view encoded() const { return encoded_; }
  // The records alone: a piece of a response.
  std::string_view records() const;
  // The distinct channels of the records; empty when they are not known (a chunk read back from the store).
  const std::vector<ChannelCount>& channels() const { return channels_; }
  RecordTraits traits() const { return traits_; }
  // What it takes in memory.
  size_t memory_bytes() const;

 private:
  const Sequence first_;
  const Header header_;
  const std::string encoded_;
  const std::vector<ChannelCount> channels_;
  const RecordTraits traits_;
};

using ChunkPtr = std::shared_ptr<const Chunk>;

// Chunks are sealed when they reach this many bytes of records; only a single larger record makes a larger
// one.
inline constexpr size_t kChunkTargetBytes = 64 * 1024;

}  // namespace replog
