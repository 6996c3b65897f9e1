#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace replog::chat {

// How a node stands to its log.
//
// A node is ready once it has caught up with the log for the first time, and stays ready while the log's
// server is away: its copy is whole up to a moment, and it answers reads from it. `connected` says whether it
// still follows. (A node whose copy can no longer be brought up to date does not stay: it ends.)
//
// Thread Safety: one thread sets, any number read.
class NodeState {
 public:
  // A frame came: everything before `next_sequence` is applied.
  void OnFrame(uint64_t next_sequence);
  void OnCaughtUp() { ready_ = true; }
  void OnDisconnected() { connected_ = false; }

  bool ready() const { return ready_; }
  // {"ready": true, "connected": true, "next_sequence": 206046, "messages": 206046}
  std::string Json(size_t messages) const;

 private:
  std::atomic<bool> ready_{false};
  std::atomic<bool> connected_{false};
  std::atomic<uint64_t> next_sequence_{0};
};

}  // namespace replog::chat
