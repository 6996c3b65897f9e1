#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/wire/table_digest.h"
#include "storage/model/log_store.h"

namespace replog {

// Digests of channels, by name; a channel without live keys has none.
using ChannelDigests = std::map<std::string, wire::TableDigest>;

// Of every channel of a table that `read` gives slice by slice. Takes as long as reading it.
using ReadTableSlice = std::function<absl::StatusOr<TableSlice>(const TableScan&)>;
absl::StatusOr<ChannelDigests> DigestChannels(const ReadTableSlice& read);

// Which keys of a channel to digest; see DigestTableRequest.
struct RangeQuery {
  std::string channel;
  std::optional<std::string> after_key;
  std::optional<std::string> until_key;  // itself included
  std::vector<std::string> range_ends;   // ascending, within the two
  Sequence before_sequence = UINT64_MAX;
};
// One digest for each range.
absl::StatusOr<std::vector<wire::TableDigest>> DigestRanges(const RangeQuery& query,
                                                            const ReadTableSlice& read);

}  // namespace replog
