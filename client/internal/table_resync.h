#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/internal/table_core.h"
#include "client/internal/transport.h"
#include "client/status.h"
#include "replog/v1/replication_log.pb.h"

namespace replog::client::internal {

// Finds the keys of a channel in which a table differs from the log's, by the digests of smaller and smaller
// ranges of keys, and mends them.
//
//   Narrow: ranges that differ ── many keys ──> Narrow each
//                              └─ few keys ───> Gather: look up
//   MendGathered, at the end or when much is gathered: wait once for the stream, replace and drop
//
// Thread Safety: none; one for each Resync, and one Resync of a table at a time.
class TableResync {
 public:
  // Runs a function on the table's thread, between frames, and waits for it.
  using InTurn = std::function<void(const std::function<void()>&)>;

  TableResync(Transport& transport, std::string log, std::string channel, TableCore& core, InTurn in_turn)
      : transport_(transport),
        log_(std::move(log)),
        channel_(std::move(channel)),
        core_(core),
        in_turn_(std::move(in_turn)) {}

  // The keys that were mended, in byte order.
  Result<std::vector<std::string>> Run();

 private:
  using KeyRange = TableRows::KeyRange;
  // Of one DigestTable: 1000 range ends.
  static constexpr size_t kMaxRanges = 1'001;
  // So many keys are looked up and not narrowed further.
  static constexpr uint64_t kFewKeys = 16;
  // Of a page of keys of which the table knows nothing.
  static constexpr uint64_t kPageRecords = 1'000;
  // So much is gathered at most before it is mended.
  static constexpr size_t kMostGatheredBytes = 8 << 20;

  // What the log has of a range.
  struct Found {
    KeyRange range;
    std::vector<std::string> records;  // encoded
  };

  Status Narrow(const KeyRange& range);
  // The ranges of `sums` that differ from the log's.
  Result<std::vector<bool>> Differing(const KeyRange& range, const TableCore::RangeSums& sums);
  // `keys`: how many of them the table has.
  Status Gather(const KeyRange& range, uint64_t keys);
  // A page of `most` records. Where the next one begins; nullopt: the range is done.
  Result<std::optional<std::string>> GatherPage(const KeyRange& rest, uint64_t most);
  Result<v1::LookupResponse> LookUp(const KeyRange& range, uint64_t most);
  Status MendGathered();
  // Waits until the table has everything that is committed now.
  Status CatchUp();

  Transport& transport_;
  const std::string log_;
  const std::string channel_;
  TableCore& core_;
  const InTurn in_turn_;
  std::vector<Found> found_;
  size_t found_bytes_ = 0;
  uint64_t since_ = 0;  // of found_: all of it was looked up after the table had this
  std::vector<std::string> mended_;
};

}  // namespace replog::client::internal
