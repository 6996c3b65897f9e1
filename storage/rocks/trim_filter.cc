#include "storage/rocks/trim_filter.h"

#include <algorithm>

#include "storage/model/table.h"
#include "storage/schema/channel_key.h"
#include "storage/schema/table_key.h"

namespace replog {
namespace {

using Points = std::map<LogNumber, Sequence>;

bool IsBelow(const Points& points, LogNumber log, Sequence sequence) {
  const auto point = points.find(log);
  return point != points.end() && sequence < point->second;
}

class IndexFilter final : public rocksdb::CompactionFilter {
 public:
  explicit IndexFilter(Points points) : points_(std::move(points)) {}

  bool Filter(int, const rocksdb::Slice& key, const rocksdb::Slice&, std::string*, bool*) const override {
    const auto entry = schema::ChannelKey::Decode({key.data(), key.size()});
    return entry && IsBelow(points_, entry->log, entry->chunk);
  }
  const char* Name() const override { return "replog.TrimFilter"; }

 private:
  const Points points_;
};

class TombstoneFilter final : public rocksdb::CompactionFilter {
 public:
  explicit TombstoneFilter(Points points) : points_(std::move(points)) {}

  bool Filter(int, const rocksdb::Slice& key, const rocksdb::Slice& value, std::string*,
              bool*) const override {
    const auto place = schema::TableKey::Decode({key.data(), key.size()});
    if (!place || !points_.contains(place->log)) return false;
    const auto record = DecodeEntry({value.data(), value.size()});
    return record && record->deleted && !record->version && IsBelow(points_, place->log, record->sequence);
  }
  const char* Name() const override { return "replog.TombstoneFilter"; }

 private:
  const Points points_;
};

template <typename Filter>
class FilterFactory final : public rocksdb::CompactionFilterFactory {
 public:
  FilterFactory(const char* name, std::shared_ptr<const TrimPoints> points)
      : name_(name), points_(std::move(points)) {}

  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context&) override {
    return std::make_unique<Filter>(points_->All());
  }
  const char* Name() const override { return name_; }

 private:
  const char* const name_;
  const std::shared_ptr<const TrimPoints> points_;
};

}  // namespace

void TrimPoints::Raise(LogNumber log, Sequence first) {
  MutexLock lock(mutex_);
  points_[log] = std::max(points_[log], first);
}

std::map<LogNumber, Sequence> TrimPoints::All() const {
  MutexLock lock(mutex_);
  return points_;
}

std::shared_ptr<rocksdb::CompactionFilterFactory> MakeIndexFilter(std::shared_ptr<const TrimPoints> points) {
  return std::make_shared<FilterFactory<IndexFilter>>("replog.TrimFilterFactory", std::move(points));
}

std::shared_ptr<rocksdb::CompactionFilterFactory> MakeTombstoneFilter(
    std::shared_ptr<const TrimPoints> points) {
  return std::make_shared<FilterFactory<TombstoneFilter>>("replog.TombstoneFilterFactory", std::move(points));
}

}  // namespace replog
