#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/http/message.h"
#include "base/mutex.h"
#include "server/core/frame.h"
#include "server/core/log.h"

// The text of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
namespace replog {

// A line without an event, that moves the reader's Last-Event-ID.
std::string BookmarkText(const Position& position);
// The reader has everything that there was.
std::string CaughtUpText(const Frame& frame, const Position& position);
// The last event of a stream: why it ended.
std::string EndText(const absl::Status& status);

// The texts of records, each made once for all the streams that send it soon. Bounded: a newer record takes
// the place of an older one. Thread-safe.
class EventTexts {
 public:
  // The events of a frame's records, in order; null when there are none.
  http::SharedBytes Of(const Log& log, const Frame& frame) TSA_EXCLUDES(mutex_);

 private:
  static constexpr size_t kSlots = 1024;
  static constexpr size_t kMaxKeptBytes = 4 << 10;
  // A longer frame is of a reader that is behind, alone with what it reads.
  static constexpr size_t kMaxSharedRecords = 16;

  // A record of a log's one history.
  struct Key {
    LogNumber log = 0;
    Epoch epoch = 0;
    Sequence sequence = 0;
    bool operator==(const Key&) const = default;
  };
  struct Slot {
    Key key;
    http::SharedBytes text;
  };
  http::SharedBytes OfRecord(const Log& log, std::string_view encoded) TSA_EXCLUDES(mutex_);

  Mutex mutex_;
  std::array<Slot, kSlots> slots_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog
