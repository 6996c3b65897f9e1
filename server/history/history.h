#pragma once

#include <array>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "server/history/snapshot.h"

namespace replog {

// The last hour of the server: a ring of samples, each what happened since the one before. Knows no clock:
// whoever takes the snapshots says when they are of. A new sample takes the place of the oldest.
//
// Memory: 720 samples of at most 100 logs, 24 bytes each, and of 200 nodes, 4 bytes each: 2.4 MB, whatever
// there is.
//
// Thread-safe.
class History {
 public:
  static constexpr int64_t kIntervalUs = 5'000'000;  // between samples, as it is meant
  static constexpr size_t kSamples = 720;
  static constexpr SnapshotBounds kBounds{.logs = 100, .nodes = 200};

  // Of a log. Rates are for a second.
  enum LogColumn {
    kAppendedRecords,
    kAppendedBytes,
    kDeliveredRecords,
    kDeliveredBytes,
    kKeptBytes,
    kMaxLag
  };
  static constexpr size_t kLogColumns = 6;
  enum ServerColumn { kAppendP50Us, kAppendP99Us, kDiskUsedBytes, kDiskFreeBytes };
  static constexpr size_t kServerColumns = 4;
  // Values of one thing, one for each sample; NaN where it is not known.
  using Column = std::vector<float>;

  // What is beyond the bounds is left out. The first snapshot is where the first sample begins. A log or a
  // node that a snapshot does not have any more is forgotten.
  void Add(const Snapshot& snapshot) TSA_EXCLUDES(mutex_);

  struct OfLog {
    std::string name;
    std::array<Column, kLogColumns> columns;
  };
  struct OfNode {
    std::string log;
    std::string node;
    std::string fleet;
    Column lag;
  };
  // Every column is as long as `times`.
  struct Reading {
    std::vector<double> times;  // seconds since 1970 when each sample ended, ascending
    std::vector<OfLog> logs;    // by name
    std::vector<OfNode> nodes;  // by log and name
    std::array<Column, kServerColumns> server;
  };
  // The samples that ended after `since`, seconds since 1970.
  Reading ReadSince(double since) const TSA_EXCLUDES(mutex_);

 private:
  // One value for each slot of the ring.
  template <typename T>
  class Ring {
   public:
    void Set(size_t sample, T value) { values_[sample % kSamples] = value; }
    T At(size_t sample) const { return values_[sample % kSamples]; }
    // Of the samples [begin, end).
    std::vector<T> Slice(size_t begin, size_t end) const {
      std::vector<T> slice;
      slice.reserve(end - begin);
      for (size_t sample = begin; sample < end; ++sample) slice.push_back(At(sample));
      return slice;
    }

   private:
    std::vector<T> values_ = std::vector<T>(kSamples, std::numeric_limits<T>::quiet_NaN());
  };
  using LogRings = std::array<Ring<float>, kLogColumns>;
  using ServerRings = std::array<Ring<float>, kServerColumns>;
  struct KnownNode {
    std::string fleet;
    Ring<float> lag;
  };

  void AddLogs(const Snapshot& before, const Snapshot& now) TSA_REQUIRES(mutex_);
  void AddNodes(const Snapshot& now) TSA_REQUIRES(mutex_);
  void AddServer(const Snapshot& before, const Snapshot& now) TSA_REQUIRES(mutex_);
  // The first sample that is kept and ended after `since`.
  size_t FirstSince(double since) const TSA_REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::optional<Snapshot> last_ TSA_GUARDED_BY(mutex_);
  size_t count_ TSA_GUARDED_BY(mutex_) = 0;  // of samples ever; the newest is count_ - 1
  Ring<double> times_ TSA_GUARDED_BY(mutex_);
  ServerRings server_ TSA_GUARDED_BY(mutex_);
  // By names and uuid, so that a log that was made again is another.
  std::map<std::array<std::string, 2>, LogRings> logs_ TSA_GUARDED_BY(mutex_);    // log, its uuid
  std::map<std::array<std::string, 3>, KnownNode> nodes_ TSA_GUARDED_BY(mutex_);  // and the node
};

}  // namespace replog
