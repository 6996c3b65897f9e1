#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/wire/record_encoder.h"
#include "storage/model/chunk.h"

namespace replog {

// Turns one commit's new records of one log into chunks, giving out sequences. One for each log and commit.
// Not thread-safe.
class ChunkBuilder {
 public:
  struct Start {
    LogNumber log = 0;
    Epoch epoch = 0;
    Sequence next = 0;          // the first sequence to give out
    uint64_t bytes_before = 0;  // see Chunk::Header
    int64_t time_us = 0;        // of every record of this commit
  };

  explicit ChunkBuilder(const Start& start);

  // `new_record`: one validated NewRecord, without tag and length; `traits`: what it may have; `own_fields`:
  // the encoded fields that the server adds to it, beside sequence and time. Returns its sequence.
  Sequence Add(std::string_view new_record, RecordTraits traits = {}, std::string_view own_fields = {});

  // A hint for allocation: how many bytes of records are still to come.
  void Expect(size_t bytes) { expected_bytes_ = bytes; }

  Sequence next() const { return next_; }

  // Seals what is open and gives all chunks. Call once, last.
  std::vector<ChunkPtr> Finish();
  // After Finish: Start::bytes_before of the commit that follows.
  uint64_t bytes_before_next() const { return bytes_before_; }

 private:
  void Open();
  void Seal();
  void AddChannel(std::string_view channel);

  const Start start_;
  const wire::RecordStamp stamp_;
  Sequence next_;
  Sequence chunk_first_;
  uint64_t bytes_before_;
  size_t expected_bytes_ = 0;
  std::string open_;  // room for the header, then records
  std::vector<ChannelCount> channels_;
  RecordTraits traits_;  // of what is open
  std::vector<ChunkPtr> chunks_;
};

}  // namespace replog
