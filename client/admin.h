#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/append.h"
#include "client/position.h"

namespace replog::client {

// Settings of a log. What is absent keeps its value or, when a log is created, takes the default.
struct LogSettings {
  // Default: kSync.
  std::optional<Durability> durability;
  // Records older than this may be removed. 0: keep for ever (default).
  std::optional<std::chrono::milliseconds> retention_age;
  // The oldest records are removed while the log is larger. 0: no bound (default).
  std::optional<uint64_t> retention_bytes;
  // The oldest records are removed while this many remain. 0: no bound (default).
  std::optional<uint64_t> retention_records;
  // How long a record's id is recognised again. Default 10 min, at most 7 days; 0: not at all.
  std::optional<std::chrono::milliseconds> dedupe_window;
};

// A log as it is.
struct LogInfo {
  std::string name;
  std::string uuid;
  uint64_t lineage = 0;
  uint64_t epoch = 0;
  uint64_t first_kept_sequence = 0;
  // The first sequence that readers may not see yet.
  uint64_t committed_end = 0;
  // Of the records kept, as encoded, before compression.
  uint64_t bytes = 0;
  Time created;
  // The newest record's; absent for an empty log.
  std::optional<Time> last_time;
  LogSettings settings;
  // Open subscriptions.
  uint64_t subscribers = 0;
};

struct ChannelInfo {
  std::string name;
  // When counts were asked for.
  std::optional<uint64_t> records;
};

struct ListChannelsOptions {
  // Empty: the client's default.
  std::string log;
  // Only channels that start with this.
  std::string prefix;
  // Only channels after this one, in byte order.
  std::string after;
  // 0: 1000. At most 10000.
  uint32_t max_channels = 0;
  // Takes time that grows with the log.
  bool with_counts = false;
};

struct ChannelPage {
  std::vector<ChannelInfo> channels;
  // Pass it as `after` for the next page; absent on the last.
  std::optional<std::string> next_after;
};

// One thing that verification found wrong, in the sequences from first up to but not including end.
struct VerifyProblem {
  uint64_t first_sequence = 0;
  uint64_t end_sequence = 0;
  std::string description;
};

// How far verification is. The final one has `done` set and says which sequences were checked.
struct VerifyProgress {
  uint64_t chunks = 0;
  uint64_t records = 0;
  uint64_t bytes = 0;
  // Of all messages so far; the server lists at most 100, problem_count counts them all.
  std::vector<VerifyProblem> problems;
  uint64_t problem_count = 0;
  bool done = false;
  uint64_t first_sequence = 0;
  uint64_t end_sequence = 0;
};

struct ReadOptions {
  // Empty: the client's default.
  std::string log;
  // Backward: read what is before this; FromBeginning then means the end.
  ReadStart start;
  // Newest first.
  bool backward = false;
  // Exact names, or a prefix followed by `*`. None: all. At most 256.
  std::vector<std::string> channels;
  // 0: 1000. At most 100000.
  uint32_t max_records = 0;
  // Of records; one comes in any case. 0: 1 MiB. At most 3 MiB.
  uint32_t max_bytes = 0;
};

struct Page {
  std::vector<Record> records;
  // The next page starts here, with the same `backward`.
  uint64_t next_sequence = 0;
  uint64_t committed_end = 0;
  // There is no next page now.
  bool at_end = false;
  uint64_t first_kept_sequence = 0;
};

struct LookupOptions {
  // Empty: the client's default.
  std::string log = {};
  std::string channel;
  // At most 1000; none: a page of the channel's keys in byte order.
  std::vector<std::string> keys = {};
  // Of a page: only keys after this one.
  std::string after_key = {};
  // Of a page: at most this many. 0: 1000. At most 100000.
  uint32_t max_records = 0;
};

struct LookupPage {
  // The newest record of each key that has one; what is deleted or unknown is left out.
  std::vector<Record> records;
  // The answer is at least as new as this.
  uint64_t as_of_sequence = 0;
  // Of a page: the next one begins after this key; none: this is the last.
  std::optional<std::string> next_after_key;
};

}  // namespace replog::client
