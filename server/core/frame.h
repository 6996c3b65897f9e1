#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/model/chunk.h"
#include "storage/model/epoch_table.h"

namespace replog {

// Bytes that several may share; `owner` keeps them.
struct Piece {
  std::shared_ptr<const void> owner;
  std::string_view bytes;
};

// Collects encoded records for one response. Large runs are shared with the chunk they are in; small ones are
// copied together, since each piece costs the transport more than copying it.
class FrameRecords {
 public:
  // `run`, of `count` records, lies in what `owner` keeps.
  void Add(const std::shared_ptr<const void>& owner, std::string_view run, size_t count);
  size_t bytes() const { return bytes_; }
  size_t count() const { return count_; }
  bool empty() const { return bytes_ == 0; }
  // Closes what is open. Call once, last.
  std::vector<Piece> Finish();

 private:
  void CloseCopied();

  static constexpr size_t kShareFrom = 4 << 10;
  std::vector<Piece> pieces_;
  std::string copied_;
  size_t bytes_ = 0;
  size_t count_ = 0;
};

// One response on a subscription, but for its encoding.
struct Frame {
  std::vector<Piece> records;  // concatenated `records` fields
  size_t record_count = 0;
  size_t record_bytes = 0;
  Sequence next_sequence = 0;
  Sequence committed_end = 0;
  bool caught_up = false;
  bool table_complete = false;
  bool acknowledge = false;
  bool digest_checkpoint = false;  // at next_sequence
  std::optional<Position> position;
  std::optional<Sequence> first_kept;
};

}  // namespace replog
