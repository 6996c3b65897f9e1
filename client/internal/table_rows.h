#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "client/digest.h"
#include "client/table.h"
#include "proto/wire/table_digest.h"

namespace replog::client::internal {

// The newest record of a live key, as far as it is kept.
struct TableRow {
  TableValue value;
  uint64_t sequence = 0;
  wire::DigestBytes hash{};
};

// The rows of a table by channel and key, with the digest of each channel. In order, so that a range of keys
// is a range of rows.
//
// Thread Safety: none.
class TableRows {
 public:
  // Null when there is no such key.
  const TableRow* Find(std::string_view channel, std::string_view key) const;
  // Both give the value that was there before.
  TableValue Put(std::string_view channel, std::string_view key, TableRow row);
  TableValue Erase(std::string_view channel, std::string_view key);

  size_t size() const { return size_; }
  std::vector<ChannelDigest> Digests() const;

  // A range of a channel's keys, in byte order.
  struct KeyRange {
    std::optional<std::string> after;  // only keys after this one; nullopt: from the first
    std::optional<std::string> until;  // up to and including this one; nullopt: to the last
  };
  void ForRange(std::string_view channel, const KeyRange& range,
                const std::function<void(const std::string& key, const TableRow& row)>& visit) const;

  using Visit = std::function<void(std::string_view channel, std::string_view key, const TableRow& row)>;
  void ForEach(const Visit& visit) const;

 private:
  struct Channel {
    // A row is not held in the tree itself: its nodes are small, and full of rows they would make it deep.
    absl::btree_map<std::string, std::unique_ptr<TableRow>, std::less<>> rows;
    wire::TableDigest digest;
  };
  // A channel without rows is left out.
  std::map<std::string, Channel, std::less<>> channels_;
  size_t size_ = 0;
};

// Calls `on_change` for each key whose row differs between the two; null: it has none.
void CompareRows(const TableRows& before, const TableRows& after,
                 const std::function<void(std::string_view channel, std::string_view key,
                                          const TableRow* before, const TableRow* after)>& on_change);

}  // namespace replog::client::internal
