#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "client/digest.h"

namespace replog::client::internal {

// The answer to a digest_checkpoint.
struct CheckpointAnswer {
  uint64_t sequence = 0;
  std::vector<ChannelDigest> digests;
};

// When a node acknowledges what, with one acknowledgement under way at a time: what is applied meanwhile
// waits behind it, and only the newest of it is said.
//
//   idle ── Applied ──> due at some time ── Next ──> under way ── Answered ──> idle, or due again
//
// Knows neither threads nor a clock. Thread Safety: none.
class AcknowledgePlan {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // How long something that is applied may wait until it is acknowledged.
  struct Pace {
    // While the node replays: this long, or until this many sequences are waiting.
    std::chrono::milliseconds interval{1'000};
    uint64_t sequences = 100'000;
    // While it is caught up: until the last acknowledgement is this old. So the first record after a pause is
    // acknowledged at once, and a thousand a second do not make a thousand writes of the server.
    std::chrono::milliseconds caught_up_spacing{50};
  };
  enum class Urgency : uint8_t {
    kReplaying,
    kCaughtUp,
    kAsked,  // somebody waits for it: at once, also when it was said before
  };

  struct Acknowledgement {
    uint64_t next_sequence = 0;
    std::optional<CheckpointAnswer> checkpoint;
  };

  explicit AcknowledgePlan(const Pace& pace) : pace_(pace) {}

  // Everything before `next` is applied.
  void Applied(uint64_t next, Urgency urgency, TimePoint now);
  // Goes with the next acknowledgement, at once. An answer that waits is replaced: a newer audit has begun.
  void Answer(CheckpointAnswer answer, TimePoint now);
  // What was applied so far is void.
  void Restart();

  // The acknowledgement to make now; Answered must follow. Nullopt: none.
  std::optional<Acknowledgement> Next(TimePoint now);
  // The same, however long it might have waited.
  std::optional<Acknowledgement> Last();
  // How the one under way ended: it is settled, or is to be made again not before `retry`.
  void Answered(std::optional<TimePoint> retry);

  // When Next is to be asked again; nullopt: after the next call of another member.
  std::optional<TimePoint> wake() const;

 private:
  bool Pending() const { return applied_ && (applied_ != settled_ || asked_ || checkpoint_); }
  void DueAt(TimePoint when);

  const Pace pace_;
  std::optional<uint64_t> applied_;
  std::optional<uint64_t> settled_;  // the newest that needs no more acknowledgement
  bool asked_ = false;
  std::optional<CheckpointAnswer> checkpoint_;
  std::optional<Acknowledgement> under_way_;
  bool void_ = false;                    // the one under way is of before a Restart
  std::optional<TimePoint> due_;         // while something is pending
  std::optional<TimePoint> not_before_;  // while the one before has to be made again
  std::optional<TimePoint> last_made_;
};

}  // namespace replog::client::internal
