#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "server/core/append_queue.h"
#include "server/core/log.h"

namespace replog {

// The product's own log, in which it keeps its state as keyed records: their bodies are the JSON text of the
// messages in replog/v1/system.proto. Users read and watch it like any log, and cannot write to it.
inline constexpr std::string_view kSystemLog = "_system";

// Its oldest records go once it has more than this; its table keeps the newest of each key.
inline constexpr uint64_t kSystemLogRecords = 100'000;

// A live keyed record of the log.
struct SystemRecord {
  std::string key;
  std::string text;
  Sequence sequence = 0;
};

// The key of something that belongs to a log; `/` may be in the name.
std::string KeyOf(std::string_view log_uuid, std::string_view name);
// The log's uuid of such a key; the key itself when it is none.
std::string_view LogUuidOf(std::string_view key);

// Reads and writes the system log. Writes go through the commit queue like everybody's, and so are synced in
// groups. Thread-safe.
class SystemLog {
 public:
  // What must hold for a key, as in an append's conditions.
  struct Expected {
    std::optional<Sequence> sequence;  // of its newest record; nullopt: the key must not exist
  };
  struct Change {
    std::string channel;
    std::string key;
    std::optional<std::string> text;  // nullopt: delete the key
    std::optional<Expected> expected;
  };
  // The record's sequence, once it is durable; else why it was not written, or whether that is unknown.
  // Called exactly once, from any thread, possibly before Write returns.
  using Done = absl::AnyInvocable<void(absl::StatusOr<Sequence>)>;

  SystemLog(LogPtr log, AppendQueue& queue, LogStore& store)
      : log_(std::move(log)), queue_(queue), store_(store) {}

  const LogPtr& log() const { return log_; }

  // BUSY when the log's queue is full.
  void Write(const Change& change, Done done);
  // Deletes a key that belongs to what is gone. Whether that worked is not told: the next start meets the key
  // again if it did not.
  void Remove(std::string_view channel, std::string_view key);

  // All live records of a channel, in the order of their keys. Blocks on the disk.
  absl::StatusOr<std::vector<SystemRecord>> Load(const std::string& channel) const;

 private:
  const LogPtr log_;
  AppendQueue& queue_;
  LogStore& store_;
};

}  // namespace replog
