#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "client/position.h"
#include "replog/v1/replication_log.pb.h"
#include "tests/client/fake_server.h"

namespace replog::client {

// A log in memory that a FakeServer serves as the real server would, but that breaks streams, trims, and
// loses its history when the test says so. Frames are cut anywhere.
//
// Thread Safety: every member may be called from many threads.
class ModelLog {
 public:
  struct Entry {
    uint64_t sequence = 0;
    std::string text;
    bool operator==(const Entry&) const = default;
  };
  // By channel and key.
  using Rows = std::map<std::pair<std::string, std::string>, Entry>;

  explicit ModelLog(uint64_t seed) : random_(seed) {}

  // A record without a key when there is none, and a tombstone without a text. Returns the position behind
  // it.
  Position Append(const std::string& channel, const std::optional<std::string>& key,
                  const std::optional<std::string>& text);
  // Removes what is before `sequence`.
  void Trim(uint64_t sequence);
  // Ends all streams.
  void Break();
  // A crash that takes away what is behind `end`: a new epoch. Ends all streams.
  void Fork(uint64_t end);
  // Another log in the place of this one, empty.
  void Recreate();
  // How likely it is that a stream breaks after a frame, in percent.
  void set_break_percent(int percent);
  // Streams end, and no new one begins.
  void Close();

  uint64_t end();
  Position position();
  // The live rows of the records before `sequence`.
  Rows RowsAt(uint64_t sequence);
  // The same of each history that there ever was and that has so many records.
  std::vector<Rows> RowsOfEveryHistoryAt(uint64_t sequence);

  // What Subscribe does.
  grpc::Status Serve(const v1::SubscribeRequest& request, FakeServer::SubscribeWriter& writer);

 private:
  struct Written {
    std::string channel;
    std::optional<std::string> key;
    std::optional<std::string> text;
  };
  struct History {
    std::string uuid;
    std::vector<Written> records;
    // An epoch and its first record.
    std::vector<std::pair<uint64_t, uint64_t>> epochs{{1, 0}};
  };
  class Stream;

  static Rows RowsOf(const History& history, uint64_t sequence);
  static Position PositionIn(const History& history, uint64_t next);
  uint64_t Pick(uint64_t low, uint64_t high);

  Mutex mutex_;  // of all that follows; a Stream is used with it held
  CondVar changed_;
  std::mt19937_64 random_;
  History now_{.uuid = "log-0"};
  std::vector<History> past_;
  uint64_t first_kept_ = 0;
  uint64_t breaks_ = 0;
  uint64_t break_percent_ = 0;
  bool closed_ = false;
};

}  // namespace replog::client
