#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "client/client.h"
#include "client/digest.h"
#include "client/position.h"
#include "client/record.h"
#include "client/status.h"
#include "client/subscription.h"

namespace replog {
class Mutex;
}

namespace replog::client {

namespace internal {

class TableCore;

// What a Table<T> is made of, whatever T is.
using TableValue = std::shared_ptr<const void>;

struct TableValueChange {
  std::string_view channel;
  std::string_view key;
  TableValue before;
  TableValue after;
  uint64_t sequence;
  const RecordView* record;
};

struct TableSettings {
  std::string log;
  std::vector<std::string> channels;
  std::string node;
  std::string fleet;
  std::chrono::milliseconds watchdog;
  std::function<TableValue(const RecordView&)> decode;
  std::function<void(const TableValueChange&)> on_change;
  std::function<void(const Status& why, std::chrono::milliseconds delay)> on_retry;
  std::function<void(const Status&)> on_end;
};

}  // namespace internal

// One key that changed.
template <typename T>
struct TableChange {
  std::string_view channel;
  std::string_view key;
  // The value before and after; null: the key did not exist, or does not exist any more.
  std::shared_ptr<const T> before;
  std::shared_ptr<const T> after;
  // The record that made the change; of a key that is gone without one (see `record`), the record of
  // `before`.
  uint64_t sequence = 0;
  // The same. Null when the change was found by comparing: when the table is complete for the first time, and
  // when it had to begin again.
  const RecordView* record = nullptr;
};

template <typename T = std::string>
struct TableOptions {
  // Empty: the client's default.
  std::string log;
  // Exact names, or a prefix followed by `*`. None: all. At most 256.
  std::vector<std::string> channels;
  // The name under which the table is a node, and the node's fleet; see SubscriptionOptions. What the table
  // has applied it acknowledges by itself, once it is complete; audits are answered with its digests.
  std::string node;
  std::string fleet;
  // A key's value, from its newest record, which is not a tombstone. Must give a T for every body that
  // somebody may write: let T say that a body is none. Called on the table's thread, also while the table is
  // read from other threads. May be left out for std::string: the body.
  std::function<T(const RecordView&)> decode;
  // After each change, on the table's thread, when reads of the table see it already.
  std::function<void(const TableChange<T>&)> on_change;
  // The stream broke, and another attempt follows after `delay`; the table stays as it is meanwhile.
  std::function<void(const Status& why, std::chrono::milliseconds delay)> on_retry;
  // The last callback, exactly once: CANCELLED (the destructor), or an error that trying again cannot mend;
  // see status(). Not called when the table could not begin, because `decode` is missing.
  std::function<void(const Status&)> on_end;
  // Connect again when nothing at all was heard for this long.
  std::chrono::milliseconds watchdog{20'000};
};

// What a Table<T> can do whatever T is; see there.
class TableBase {
 public:
  TableBase(const TableBase&) = delete;
  TableBase& operator=(const TableBase&) = delete;

  // Whether the table was complete once; from then on it holds the state of some moment, never a part of it.
  bool Ready() const;
  // Waits until it is. OK, DEADLINE_EXCEEDED, or why the table has ended.
  Status WaitReady(std::chrono::milliseconds timeout) const;

  // Wait until an append is in the table, to read what one has written. OK, DEADLINE_EXCEEDED, or why the
  // table has ended. Not to be called from a callback, which the table would wait for. Any timeout is legal:
  // milliseconds::max() waits for ever.
  //
  // By position (Appended::position): sure, also when the log was forked or made anew meanwhile. ABORTED
  // (FORKED) when the log has lost it. When the server was started again since the append, the server may be
  // asked, for up to the client's call_timeout more; an error then says that nothing is known.
  Status WaitUntil(const Position& position, std::chrono::milliseconds timeout) const;
  // By the sequence of a record (AppendOutcome::sequence) of the history that the table follows.
  Status WaitUntil(uint64_t sequence, std::chrono::milliseconds timeout) const;

  // Everything before this sequence is applied; 0 until it is ready. Goes back only when the log itself did.
  uint64_t applied() const;
  // The same, in full; as of the last frame, so it may be behind applied(). Nullopt until it is ready.
  std::optional<Position> position() const;
  // What it holds and as of which sequence, taken at one moment.
  TableDigests Digest() const;
  // Compares the keys of a channel with the log's table and mends those that differ, whatever made them so:
  // for when an audit found this copy DIVERGED. Asks for digests of ranges of keys, and gets only records of
  // keys that differ, and of a few beside them. Changes are reported as any; the table goes on meanwhile.
  // Returns the keys that were mended, in byte order. INVALID_ARGUMENT for a channel that the table does not
  // follow (TableOptions::channels); FAILED_PRECONDITION while the table is not complete,
  // and within a callback; DEADLINE_EXCEEDED when the stream does not keep up; why the table has ended. After
  // an error some keys may be mended. One at a time; a second call waits.
  Result<std::vector<std::string>> Resync(std::string_view channel);
  // How many keys it holds.
  uint64_t size() const;
  // OK while it is kept in step, or tries to. Else why it has ended, for example NOT_FOUND (the log was
  // deleted), DATA_LOSS, PERMISSION_DENIED: it stays as it was then.
  Status status() const;

 protected:
  TableBase(const Client& client, internal::TableSettings settings);
  ~TableBase();

  internal::TableValue Find(std::string_view channel, std::string_view key) const;
  using Visit =
      std::function<void(std::string_view channel, std::string_view key, const internal::TableValue& value)>;
  uint64_t VisitAll(const Visit& visit) const;

 private:
  const std::shared_ptr<internal::Transport> transport_;
  const std::string log_;
  const std::vector<std::string> channels_;  // that it follows; none: all
  const std::shared_ptr<internal::TableCore> core_;
  const std::unique_ptr<Mutex> resyncing_;
  std::optional<Subscription> subscription_;  // goes first
};

// A map of (channel, key) to the newest value that a log holds of it, kept in step with the log: it boots
// from the log's table, in time that grows with the live keys and not with history, and then follows every
// append.
//
// Example:
//   Table<> users(client, {.channels = {"users"}});
//   Status ready = users.WaitReady(std::chrono::seconds(10));
//   if (auto alice = users.Get("users", "alice")) std::cout << *alice;
//
// It holds what the log's table held at the sequence applied(), no less and no more: empty until it was
// complete once, and then record by record. Broken connections and restarts of the server leave it as it is
// until it can go on. When it cannot go on from where it stands (the log was trimmed past it, or its history
// was lost), it loads the whole table beside the old one and takes that one's place in one moment; nothing is
// skipped. Digest() proves that two copies hold the same.
//
// Memory: per key, beside its bytes and those of the value, about 180 bytes; all of it twice while it loads
// the table again. Thread Safety: every member may be called from many threads, also from callbacks but for
// the waits. Callbacks: one at a time, on a thread of the table's own; while one runs the table stands still.
// They must not throw. Lifetime: starts at once. The destructor waits until the last callback has returned;
// from within a callback it does not wait, and that callback is then the last.
template <typename T = std::string>
class Table : public TableBase {
 public:
  Table(const Client& client, TableOptions<T> options) : TableBase(client, Erase(std::move(options))) {}

  // The value of a key; null when there is no such key. It stays as it is, however the table goes on.
  std::shared_ptr<const T> Get(std::string_view channel, std::string_view key) const {
    return std::static_pointer_cast<const T>(Find(channel, key));
  }

  // Calls `visit` for each key, in the order of channel and key, and returns applied(), all of one moment:
  // the table stands still meanwhile, and `visit` must not call it.
  uint64_t ForEach(const std::function<void(std::string_view channel, std::string_view key, const T& value)>&
                       visit) const {
    return VisitAll(
        [&visit](std::string_view channel, std::string_view key, const internal::TableValue& value) {
          visit(channel, key, *static_cast<const T*>(value.get()));
        });
  }

  struct Entry {
    std::string channel;
    std::string key;
    std::shared_ptr<const T> value;
  };
  struct Copy {
    uint64_t applied = 0;
    std::vector<Entry> entries;  // in the order of channel and key
  };
  // All of it, as of one moment.
  Copy Snapshot() const {
    Copy copy;
    copy.applied =
        VisitAll([&copy](std::string_view channel, std::string_view key, const internal::TableValue& value) {
          copy.entries.push_back(
              {std::string(channel), std::string(key), std::static_pointer_cast<const T>(value)});
        });
    return copy;
  }

 private:
  static internal::TableSettings Erase(TableOptions<T> options) {
    internal::TableSettings settings{std::move(options.log),
                                     std::move(options.channels),
                                     std::move(options.node),
                                     std::move(options.fleet),
                                     options.watchdog,
                                     {},
                                     {},
                                     std::move(options.on_retry),
                                     std::move(options.on_end)};
    if constexpr (std::is_same_v<T, std::string>) {
      if (!options.decode)
        options.decode = [](const RecordView& record) { return std::string(record.body()); };
    }
    if (options.decode) {
      settings.decode = [decode = std::move(options.decode)](const RecordView& record) {
        return std::make_shared<const T>(decode(record));
      };
    }
    if (options.on_change) {
      settings.on_change = [on_change =
                                std::move(options.on_change)](const internal::TableValueChange& change) {
        on_change({change.channel, change.key, std::static_pointer_cast<const T>(change.before),
                   std::static_pointer_cast<const T>(change.after), change.sequence, change.record});
      };
    }
    return settings;
  }
};

}  // namespace replog::client
