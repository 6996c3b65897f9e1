#pragma once

#include <memory>
#include <string>

#include "storage/rocks/engine.h"

namespace replog {

// An iterator that stays within [lower, upper) of a family.
class BoundedIterator {
 public:
  BoundedIterator(const Engine& engine, rocksdb::ColumnFamilyHandle* family, std::string lower,
                  std::string upper, const rocksdb::Snapshot* snapshot = nullptr)
      : lower_(std::move(lower)), upper_(std::move(upper)), lower_slice_(lower_), upper_slice_(upper_) {
    rocksdb::ReadOptions options;
    options.iterate_lower_bound = &lower_slice_;
    options.iterate_upper_bound = &upper_slice_;
    options.snapshot = snapshot;
    // A replay reads each block once; it must not push out what others come back to.
    options.fill_cache = false;
    iterator_.reset(engine.db()->NewIterator(options, family));
  }
  rocksdb::Iterator& operator*() { return *iterator_; }
  rocksdb::Iterator* operator->() const { return iterator_.get(); }

 private:
  const std::string lower_;
  const std::string upper_;
  const rocksdb::Slice lower_slice_;
  const rocksdb::Slice upper_slice_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

}  // namespace replog
