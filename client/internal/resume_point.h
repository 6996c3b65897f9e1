#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "client/internal/frame_decoder.h"
#include "client/position.h"
#include "client/status.h"
#include "client/subscription.h"
#include "replog/v1/replication_log.pb.h"

namespace replog::client::internal {

// Where a subscription stands: what to ask for at the first attempt and after each break, and whether what
// comes is what must come next. Knows neither gRPC nor threads.
//
// A frame counts once all of it was delivered, and frames are delivered whole: a break never falls within
// one.
//
// Thread Safety: none.
class ResumePoint {
 public:
  ResumePoint(const SubscriptionOptions& options, std::string log);

  // For the next attempt.
  v1::SubscribeRequest Request() const;

  // Whether a record is the next that may come: never one that was delivered already, never out of order and,
  // without a channel filter, never past a gap.
  bool Admit(uint64_t sequence) {
    const bool in_order = !next_record_ || (gapless_ ? sequence == *next_record_ : sequence >= *next_record_);
    next_record_ = sequence + 1;
    return in_order;
  }
  // A frame's records were all admitted and delivered. False when its next_sequence does not fit them.
  bool Complete(const FrameTrailer& trailer);

  // Whether until_sequence is reached.
  bool AtEnd() const;
  // Nullopt until the first frame that gave one.
  const std::optional<Position>& position() const { return position_; }

 private:
  const bool gapless_;
  v1::SubscribeRequest request_;
  std::optional<Position> position_;
  std::optional<uint64_t> next_record_;  // the lowest sequence that may come; nullopt: not known yet
  bool completed_ = false;               // whether a frame counted
};

// What to do after a stream ended.
enum class StreamVerdict : uint8_t {
  kResume,  // try again from where it stood
  kOver,    // trying again cannot mend it
};
StreamVerdict JudgeEnd(const Status& status);

}  // namespace replog::client::internal
