#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/model/channel_filter.h"
#include "storage/model/chunk.h"
#include "storage/rocks/engine.h"

namespace replog {

enum class Direction : uint8_t { kForward, kBackward };

// Finds the chunks to read, one after the other. Not thread-safe; short-lived, since it pins a state of the
// store.
class ChunkSource {
 public:
  virtual ~ChunkSource() = default;
  // False at the end, and after an error in status().
  virtual bool Valid() const = 0;
  // The first sequence of the chunk that is next.
  virtual Sequence first() const = 0;
  virtual absl::StatusOr<ChunkPtr> Load() = 0;
  virtual void Advance() = 0;
  virtual absl::Status status() const = 0;
  // Whether it gives every chunk of the range, so that a gap between two is damage.
  virtual bool contiguous() const = 0;
};

// The range of one read: forward, chunks that may hold [from, until); backward, the same from its end.
struct ReadRange {
  LogNumber log = 0;
  Sequence from = 0;
  Sequence until = 0;
};

// Every chunk of the range. The first one forward is the one that holds or follows `from`, backward the one
// that holds or precedes `until - 1`.
std::unique_ptr<ChunkSource> AllChunks(const Engine& engine, const ReadRange& range, Direction direction);

// Only chunks that the index lists for one of `channels`. One that it lists and that is not there is
// CORRUPT_CHUNK.
std::unique_ptr<ChunkSource> ChunksOfChannels(const Engine& engine, const ReadRange& range,
                                              Direction direction, const std::vector<std::string>& channels);

}  // namespace replog
