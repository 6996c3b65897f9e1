#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/client.h"
#include "client/digest.h"
#include "client/position.h"
#include "client/record.h"
#include "client/status.h"

namespace replog::client {

namespace internal {
class SubscriptionCore;
}

// What one frame said, once its records were delivered.
struct FrameInfo {
  // Records in the frame.
  uint64_t records = 0;
  // Everything before this was delivered or did not match the filter.
  uint64_t next_sequence = 0;
  // The first sequence that readers may not see yet, as of this frame.
  uint64_t committed_end = 0;
  // With this frame everything before committed_end was delivered.
  bool caught_up = false;
  // Of a table subscription: with this frame a map that the delivered records were put into, newer over
  // older, equals the log's table as of next_sequence, and from here on does so whenever a frame was
  // delivered. Until then next_sequence says nothing.
  bool table_complete = false;
  // Somebody waits until this node acknowledges next_sequence. A subscription that acknowledges by itself
  // does so at once.
  bool acknowledge = false;
  // Where a new subscription would go on: at next_sequence. Valid during the callback; null where
  // Subscription::position() is nullopt.
  const Position* position = nullptr;
};

// Which thread runs a subscription's callbacks.
enum class DeliveryThread : uint8_t {
  // One of its own: callbacks may block as long as they like, and the subscription meanwhile reads at most
  // one frame ahead.
  kOwn,
  // gRPC's, which all calls of the process share: less memory and a shorter way, for callbacks that do not
  // block.
  kShared,
};

struct SubscriptionOptions {
  // Empty: the client's default.
  std::string log;
  SubscribeStart start;
  // First the log's table (the newest record of each key that is not deleted) as it stood when the server
  // took the request, in the order of channel and key; then the log from there on, keyed or not. FrameInfo
  // says when the table is complete. Before that nothing can be resumed: a stream that breaks begins with the
  // table again, and so does one that broke later and whose place is no longer there (trimmed away, or of a
  // history that was lost). on_reset is called then. No start is legal with it.
  bool table = false;
  // The name under which this subscriber is a node, with a cursor on the server; 1 to 256 bytes. The newest
  // stream of a name owns it: a subscription whose name another one takes ends with ABORTED (SUPERSEDED).
  std::string node;
  // The fleet that the node belongs to from now on; empty: none. Needs `node`.
  std::string fleet;
  // With `node`: what the callbacks of a frame have returned for, without cancelling, is applied, and is
  // acknowledged: when the
  // server asks for it at once; records while caught up within 50 ms; else, and when a filter only passed
  // over records, after acknowledge_interval or acknowledge_records, whichever is first. A table is
  // acknowledged from when it is complete. Callbacks never wait for it. Set it to false to call Acknowledge
  // instead.
  bool auto_acknowledge = true;
  std::chrono::milliseconds acknowledge_interval{1'000};
  uint64_t acknowledge_records = 100'000;
  // End with OK before this sequence. May lie in the future. Of a table subscription not before the table is
  // complete.
  std::optional<uint64_t> until_sequence;
  // Exact names, or a prefix followed by `*`. None: all. At most 256.
  std::vector<std::string> channels;
  // The largest frame; 0: the server's default (256 KiB). 4 KiB to 3 MiB.
  uint32_t max_frame_bytes = 0;
  DeliveryThread delivery = DeliveryThread::kOwn;
  // Connect again when nothing at all was heard for this long.
  std::chrono::milliseconds watchdog{20'000};
  // End with the last error when nothing was heard for this long in spite of all attempts. 0: never give up.
  std::chrono::milliseconds give_up_after{0};

  // Each record, in sequence order.
  std::function<void(const RecordView&)> on_record;
  // Of a table subscription: it begins with the table again, and what was delivered so far is void. The next
  // records belong into an empty map, which replaces the one before at the latest when the table is complete.
  // Called when the first frame of the new beginning is there, before its records.
  std::function<void()> on_reset;
  // After the records of each frame; also for frames without records, which come every 5 to 15 s and, with a
  // filter, at most every 250 ms when others write what does not match.
  std::function<void(const FrameInfo&)> on_frame;
  // Each time everything that was committed has been delivered; after on_frame.
  std::function<void(uint64_t next_sequence)> on_caught_up;
  // With `node`, for an audit: gives the digest of every channel of which the application holds live keys, as
  // of exactly `sequence`. Called after on_frame of the frame that ends there, so a copy that is kept in step
  // by the callbacks is just there; the answer also acknowledges `sequence`. Without it audits get no answer.
  std::function<std::vector<ChannelDigest>(uint64_t sequence)> digests;
  // The stream broke, and another attempt follows after `delay`.
  std::function<void(const Status& why, std::chrono::milliseconds delay)> on_retry;
  // The last callback, exactly once: OK (until_sequence was reached), CANCELLED (Cancel or the destructor),
  // or an error that trying again cannot mend, for example OUT_OF_RANGE (BELOW_FIRST_KEPT), ABORTED (FORKED,
  // SUPERSEDED), NOT_FOUND, DATA_LOSS. What is applied by then is acknowledged before, if the server answers
  // within 2 s; not when the name is another's, nor when the history that it was of is lost (FORKED,
  // WRONG_LOG, PAST_THE_END).
  std::function<void(const Status&)> on_end;
};

// Replays a log from a start and then tails it: every matching record exactly once, in order, across broken
// connections and restarts of the server. It resumes by itself, from its own position; what cannot be resumed
// without a gap ends it with an error, or, of a table subscription, begins with the table again.
//
// Example:
//   Subscription subscription(client, {.on_record = [&](const RecordView& r) { Apply(r.channel(), r.body());
//   }}); Status end = subscription.Wait();
//
// Thread Safety: every member may be called from many threads, Cancel also from callbacks.
// Callbacks: one at a time. While one runs nothing more is read, which in the end makes the server wait for
// this subscriber; it hurts no other. They must not throw. Lifetime: starts at once. The destructor cancels
// and waits until the last callback has returned; from within a callback it does not wait, and that callback
// is then the last but on_end.
class Subscription {
 public:
  Subscription(const Client& client, SubscriptionOptions options);
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  // Ends the subscription soon; no record is delivered after the one whose callback runs now. Does not wait.
  void Cancel();
  // Waits until on_end has returned and gives its status. Not to be called from a callback.
  Status Wait();

  // Where a new subscription would go on: everything before it was delivered. Moves frame by frame. Nullopt
  // until the first frame; of a table subscription, while the table is not complete.
  std::optional<Position> position() const;
  // Of a node that does not acknowledge by itself: everything before this sequence is applied. Does not wait:
  // the call follows, one at a time, with the newest value that was given, and is repeated until it was
  // answered. INVALID_ARGUMENT without a `node`.
  Status Acknowledge(uint64_t next_sequence);
  // The node's cursor as the server has answered it last; nullopt before it did.
  std::optional<uint64_t> cursor() const;
  // How the newest attempt to acknowledge ended; one that failed is repeated. FAILED_PRECONDITION
  // (CURSOR_BACKWARDS) is passed over: somebody has moved the cursor ahead, and the node gets there.
  Status acknowledge_status() const;

  // How often the stream was made again.
  uint64_t reconnects() const;

 private:
  friend class TableBase;

  std::shared_ptr<internal::Transport> transport_;  // goes last, on the thread that destroys this
  std::shared_ptr<internal::SubscriptionCore> core_;
};

}  // namespace replog::client
