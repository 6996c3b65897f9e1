#pragma once

namespace replog::client::internal {

// Marks the calling thread as one of gRPC's, for as long as it runs a reaction of ours.
//
// gRPC 1.51 stops its callback threads, and waits for them, when the last channel is destroyed; a thread of
// its own that destroyed it would wait for itself. Transports ask Active() to have that done elsewhere.
class ReactionScope {
 public:
  ReactionScope() : outer_(active_) { active_ = true; }
  ~ReactionScope() { active_ = outer_; }
  ReactionScope(const ReactionScope&) = delete;
  ReactionScope& operator=(const ReactionScope&) = delete;

  static bool Active() { return active_; }

 private:
  static inline thread_local bool active_ = false;
  const bool outer_;
};

}  // namespace replog::client::internal
