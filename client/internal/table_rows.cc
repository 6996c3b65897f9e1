#include "client/internal/table_rows.h"

#include <utility>

namespace replog::client::internal {

const TableRow* TableRows::Find(std::string_view channel, std::string_view key) const {
  const auto rows = channels_.find(channel);
  if (rows == channels_.end()) return nullptr;
  const auto row = rows->second.rows.find(key);
  return row == rows->second.rows.end() ? nullptr : row->second.get();
}

TableValue TableRows::Put(std::string_view channel, std::string_view key, TableRow row) {
  auto at = channels_.find(channel);
  if (at == channels_.end()) at = channels_.emplace(channel, Channel()).first;
  auto& [rows, digest] = at->second;
  digest.Add(row.hash);
  const auto known = rows.find(key);
  if (known == rows.end()) {
    rows.emplace(key, std::make_unique<TableRow>(std::move(row)));
    ++size_;
    return nullptr;
  }
  digest.Subtract(known->second->hash);
  return std::exchange(*known->second, std::move(row)).value;
}

TableValue TableRows::Erase(std::string_view channel, std::string_view key) {
  const auto at = channels_.find(channel);
  if (at == channels_.end()) return nullptr;
  auto& [rows, digest] = at->second;
  const auto known = rows.find(key);
  if (known == rows.end()) return nullptr;
  digest.Subtract(known->second->hash);
  TableValue value = std::move(known->second->value);
  rows.erase(known);
  if (rows.empty()) channels_.erase(at);
  --size_;
  return value;
}

std::vector<ChannelDigest> TableRows::Digests() const {
  std::vector<ChannelDigest> digests;
  for (const auto& [channel, held] : channels_) {
    digests.push_back({channel, held.digest.keys(), held.digest.bytes()});
  }
  return digests;
}

void TableRows::ForRange(
    std::string_view channel, const KeyRange& range,
    const std::function<void(const std::string& key, const TableRow& row)>& visit) const {
  const auto held = channels_.find(channel);
  if (held == channels_.end()) return;
  const auto& rows = held->second.rows;
  for (auto row = range.after ? rows.upper_bound(*range.after) : rows.begin();
       row != rows.end() && (!range.until || row->first <= *range.until); ++row) {
    visit(row->first, *row->second);
  }
}

void TableRows::ForEach(const Visit& visit) const {
  for (const auto& [channel, held] : channels_) {
    for (const auto& [key, row] : held.rows) visit(channel, key, *row);
  }
}

void CompareRows(const TableRows& before, const TableRows& after,
                 const std::function<void(std::string_view channel, std::string_view key,
                                          const TableRow* before, const TableRow* after)>& on_change) {
  before.ForEach([&](std::string_view channel, std::string_view key, const TableRow& row) {
    if (after.Find(channel, key) == nullptr) on_change(channel, key, &row, nullptr);
  });
  after.ForEach([&](std::string_view channel, std::string_view key, const TableRow& row) {
    const TableRow* known = before.Find(channel, key);
    if (known == nullptr || known->hash != row.hash) on_change(channel, key, known, &row);
  });
}

}  // namespace replog::client::internal
