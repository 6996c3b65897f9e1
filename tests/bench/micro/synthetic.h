#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/model/chunk.h"

namespace replog::bench {

// Made-up data for the benches; the same at each run.

// A body of ASCII letters.
std::string Body(size_t bytes);

// One encoded NewRecord with a text body.
std::string NewRecord(std::string_view channel, size_t body_bytes);

// One encoded AppendRequest of `count` records of one channel.
std::string AppendRequest(size_t count, size_t body_bytes);

// The chunks of one commit of `count` records; record i is of channel "room-(i mod channels)".
std::vector<ChunkPtr> Chunks(LogNumber log, Sequence first, size_t count, size_t body_bytes,
                             size_t channels = 1);

}  // namespace replog::bench
