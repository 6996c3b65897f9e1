#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "proto/wire/record_view.h"
#include "storage/model/channel_filter.h"
#include "storage/model/types.h"

namespace replog {

// A table keeps the newest record of each key as it stands in its chunk: tag, length, record. That is an
// entry.

// The record of an entry; nullopt when it is damaged.
std::optional<wire::RecordView> DecodeEntry(std::string_view entry);

// Calls `put` with every record that has a key, and its entry, in the order of the records. False when they
// are damaged.
bool ForEachEntry(std::string_view records,
                  const std::function<void(const wire::RecordView& record, std::string_view entry)>& put);

// What a log's table says of a key that conditions ask about.
struct TableRow {
  Sequence sequence = 0;
  bool deleted = false;  // the newest record is a tombstone
  std::optional<uint64_t> version;
};

// A place in a log's table, whose order is that of (channel, key): after the key, or at the beginning.
struct TablePlace {
  bool begun = false;
  std::string channel;
  std::string key;
};

// Which live records of a table to read.
struct TableScan {
  TablePlace after;
  ChannelFilter filter;
  // Only keys whose newest record is before this: what was written since is for the reader of the log.
  Sequence before_sequence = UINT64_MAX;
  uint32_t max_records = UINT32_MAX;
  // Always one record, if there is one.
  size_t max_bytes = 256 << 10;
};

// Some of a table's live records, in the table's order.
struct TableSlice {
  std::string records;  // concatenated `records` fields of a response
  uint32_t count = 0;
  // Everything that was passed over as written since is before this; 0: nothing was.
  Sequence passed_over_end = 0;
  TablePlace end;         // where the next slice begins
  bool complete = false;  // there is no next slice
};

}  // namespace replog
