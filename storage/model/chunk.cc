#include "storage/model/chunk.h"

#include "storage/model/chunk_format.h"

namespace replog {

std::string_view Chunk::records() const { return std::string_view(encoded_).substr(kChunkHeaderSize); }

size_t Chunk::memory_bytes() const {
  // The object and its control block.
  constexpr size_t kOverhead = 192;
  size_t bytes = kOverhead + encoded_.capacity() + channels_.capacity() * sizeof(ChannelCount);
  for (const ChannelCount& channel : channels_) bytes += channel.name.capacity();
  return bytes;
}

}  // namespace replog
