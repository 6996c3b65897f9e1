#pragma once

#include <string_view>

#include "rocksdb/slice.h"

// RocksDB's word for a view, and ours.
namespace replog {

inline std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }
inline rocksdb::Slice ToSlice(std::string_view view) { return {view.data(), view.size()}; }

}  // namespace replog
