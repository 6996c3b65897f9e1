#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace replog::client {

// Wall-clock time as replog has it: microseconds since 1970.
using Time = std::chrono::sys_time<std::chrono::microseconds>;

enum class BodyKind : uint8_t {
  kNone,     // the record has no body
  kText,     // UTF-8
  kPayload,  // any bytes
};

using HeaderView = std::pair<std::string_view, std::string_view>;
using Header = std::pair<std::string, std::string>;

// A record to append. What it points to must live until the call that takes it returns.
//
// Example:
//   producer.Append({.channel = "room", .body = "Hello everyone!"});
struct NewRecord {
  // 1 to 512 bytes of UTF-8 without control characters and `*`.
  std::string_view channel;
  std::string_view body;
  BodyKind body_kind = BodyKind::kText;
  // Names must differ from each other; all is UTF-8. 64 headers and 16 KiB with the server's default limits.
  std::span<const HeaderView> headers;
  // The entity within the channel that the record describes: the log's table then has this as its newest
  // record. 1 to 1024 bytes of UTF-8 with the server's default limits.
  std::optional<std::string_view> key = std::nullopt;
  // A tombstone: the key's value is gone. Needs a key, and has no body.
  bool deleted = false;
  // The writer's own version of the key's value, for AppendConditions::newer_version_only. Needs a key.
  std::optional<uint64_t> version = std::nullopt;
  // When the record stops being the key's value: then the log appends a tombstone for it, if it still is the
  // key's newest. By the server's clock, which must not be there yet, and at most ten years ahead. Needs a
  // key.
  std::optional<Time> expires = std::nullopt;
  // Tells the record from all others of its log: if the log had the id within its dedupe window, the record
  // is a duplicate and not appended again. 1 to 256 bytes of UTF-8 with the server's default limits.
  std::optional<std::string_view> id = std::nullopt;
};

// A record as it was received, read in place.
//
// Lifetime: everything it gives points into the received frame, and is valid only during the callback that it
// was passed to. Make a Record of it to keep it. Thread Safety: const; may be read from many threads during
// the callback.
class RecordView {
 public:
  // `encoded` is the whole replog.v1.Record, which headers are read from when they are asked for.
  RecordView(uint64_t sequence, Time time, std::string_view channel, BodyKind body_kind,
             std::string_view body, std::optional<std::string_view> key, bool deleted,
             std::optional<uint64_t> version, std::string_view encoded)
      : sequence_(sequence),
        time_(time),
        channel_(channel),
        body_(body),
        key_(key),
        encoded_(encoded),
        version_(version),
        body_kind_(body_kind),
        deleted_(deleted) {}

  uint64_t sequence() const { return sequence_; }
  // The server's time; never decreases within a log.
  Time time() const { return time_; }
  std::string_view channel() const { return channel_; }
  BodyKind body_kind() const { return body_kind_; }
  // Empty when there is none.
  std::string_view body() const { return body_; }
  std::optional<std::string_view> key() const { return key_; }
  // Whether this is a tombstone for the key.
  bool deleted() const { return deleted_; }
  // The writer's own version of the key's value.
  std::optional<uint64_t> version() const { return version_; }

  // When it stops being the key's value, rounded down to microseconds; see NewRecord. Decodes the record anew
  // at each call.
  std::optional<Time> expires() const;

  // The writer's identifier of the record. Looks for it anew at each call.
  std::optional<std::string_view> id() const;
  // In the order in which they were written. Decodes them anew at each call.
  std::vector<HeaderView> headers() const;
  // One header's value.
  std::optional<std::string_view> header(std::string_view name) const;

 private:
  uint64_t sequence_;
  Time time_;
  std::string_view channel_;
  std::string_view body_;
  std::optional<std::string_view> key_;
  std::string_view encoded_;
  std::optional<uint64_t> version_;
  BodyKind body_kind_;
  bool deleted_;
};

// A record that owns its bytes.
struct Record {
  Record() = default;
  explicit Record(const RecordView& view);

  uint64_t sequence = 0;
  Time time;
  std::string channel;
  BodyKind body_kind = BodyKind::kNone;
  std::string body;
  std::optional<std::string> key;
  bool deleted = false;
  std::optional<uint64_t> version;
  std::optional<Time> expires;
  std::optional<std::string> id;
  // In the order in which they were written or, in answers to Read and Lookup, by name.
  std::vector<Header> headers;
};

}  // namespace replog::client
