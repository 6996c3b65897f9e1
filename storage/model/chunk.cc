#include "storage/model/chunk.h"

#include "proto/wire/record_view.h"
#include "storage/model/chunk_format.h"

namespace replog {

std::string_view Chunk::records() const { return std::string_view(encoded_).substr(kChunkHeaderSize); }

std::string_view Chunk::RecordsFrom(Sequence sequence) const {
  wire::RecordsReader reader(records());
  std::string_view record;
  for (Sequence at = first_; at < sequence; ++at) reader.Next(record);
  return reader.rest();
}

}  // namespace replog
