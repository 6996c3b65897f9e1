#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "base/mutex.h"

namespace replog {

// Remembers, in a synced file of its own, how far the store was when appends were acknowledged (RocksDB's
// sequence number). Recovery ends silently at the first damage of the write-ahead log; a store that ends
// below the floor has lost something acknowledged and must not be served.
//
// The file is written by a thread of its own, at most every kInterval, so appends never wait for it; what was
// acknowledged within the last interval before a crash is above the floor and cannot be told from an
// unfinished write. Two slots are written in turn, so a torn write leaves the other. Thread-safe.
class AckedFloor {
 public:
  static constexpr std::chrono::milliseconds kInterval{100};

  // Creates the file with floor 0. Fails when it exists.
  static absl::StatusOr<std::unique_ptr<AckedFloor>> Create(const std::string& path);
  // Opens an existing file. BELOW_FLOOR when it is missing or neither slot is whole: then nobody knows what
  // must be there.
  static absl::StatusOr<std::unique_ptr<AckedFloor>> Open(const std::string& path);
  // Only the floor, for a store that is looked at and not opened.
  static absl::StatusOr<uint64_t> Read(const std::string& path);

  // Writes what was raised last.
  ~AckedFloor();

  // The floor as of opening.
  uint64_t opened_at() const { return opened_at_; }
  // The floor as it was raised last; what is on disk may be lower for a moment.
  uint64_t current() TSA_EXCLUDES(mutex_);
  // Everything up to `number` is synced to disk. Never lowers the floor.
  void Raise(uint64_t number) TSA_EXCLUDES(mutex_);

 private:
  struct Slot;
  AckedFloor(int fd, uint64_t generation, uint64_t floor);
  void Run();
  bool Write(uint64_t floor);

  const int fd_;
  const uint64_t opened_at_;
  uint64_t generation_;  // of the slot written last; only the thread's after construction
  Mutex mutex_;
  CondVar changed_;
  uint64_t floor_ TSA_GUARDED_BY(mutex_);
  bool stopping_ TSA_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace replog
