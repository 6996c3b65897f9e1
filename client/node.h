#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "client/digest.h"
#include "client/record.h"

namespace replog::client {

// Which nodes a call is about: these by name, at most 1000, known or not; or all of a fleet; neither: all
// nodes of the log.
struct NodeChoice {
  std::vector<std::string> nodes = {};
  std::string fleet = {};
};

// The newest record of a key.
struct SyncKey {
  std::string channel;
  std::string key;
};

struct AwaitSyncOptions {
  // Empty: the client's default.
  std::string log = {};
  // What is to be applied: everything up to and including a sequence, or up to the newest record of a key.
  std::variant<uint64_t, SyncKey> target;
  NodeChoice choice = {};
  // Leave this node out: whoever wrote the record has it.
  std::string origin = {};
  // 0 to 60 s. The call itself may take longer by the client's call_timeout.
  std::chrono::milliseconds timeout{1'000};
};

enum class SyncOutcome : uint8_t {
  kUnspecified,      // of a newer server
  kSynced,           // every node has applied the record
  kPartiallySynced,  // at the deadline more than half have, and none of the others is connected
  kNotSynced,        // at the deadline no more than half have, and none of the others is connected
  kTimeout,          // at the deadline a connected node is behind
};

// "SYNCED", as in the contract.
std::string_view SyncOutcomeName(SyncOutcome outcome);

struct NodeSync {
  std::string node;
  bool synced = false;     // has applied the target
  bool connected = false;  // has an open stream
  // Everything before this is applied; absent: it never said so.
  std::optional<uint64_t> applied;
  // Records behind the log's committed end.
  uint64_t lag = 0;
};

struct SyncResult {
  SyncOutcome outcome = SyncOutcome::kUnspecified;
  // Every node that was asked, by name.
  std::vector<NodeSync> nodes;
  // The sequence that was waited for.
  uint64_t sequence = 0;
};

enum class NodeState : uint8_t {
  kUnspecified,  // of a newer server
  kReplaying,    // connected, and behind the committed end since it connected
  kTailing,      // connected, and has been caught up since it connected
  kGone,         // not connected
};

// "TAILING", as in the contract.
std::string_view NodeStateName(NodeState state);

struct NodeInfo {
  std::string node;
  // Empty: it belongs to none.
  std::string fleet;
  NodeState state = NodeState::kUnspecified;
  // Everything before this is applied, durably said so by the node.
  std::optional<uint64_t> cursor;
  // Everything before this was sent to it. Only while it is connected.
  std::optional<uint64_t> next_sequence;
  // Between its cursor (without one: the log's beginning) and the committed end.
  uint64_t lag_records = 0;
  // For how long the oldest record that it has not applied has been there, within the resolution of a chunk.
  std::chrono::microseconds lag_time{0};
  // When its cursor was moved last, by the server's clock; absent: never.
  std::optional<Time> last_acknowledged;
  // Where it connects from, as gRPC writes it. Only while it is connected.
  std::string address;
};

struct AuditOptions {
  // Empty: the client's default.
  std::string log = {};
  NodeChoice choice = {};
  // How long to wait for answers, 0 to 60 s.
  std::chrono::milliseconds timeout{10'000};
};

enum class AuditOutcome : uint8_t {
  kUnspecified,  // of a newer server
  kSame,         // what the node holds of its channels is what the log's table holds
  kDiverged,     // it is not, in `diverged_channels`
  kNoAnswer,     // it gave no answer in time, or is not connected
};

// "SAME", as in the contract.
std::string_view AuditOutcomeName(AuditOutcome outcome);

struct NodeAudit {
  std::string node;
  AuditOutcome outcome = AuditOutcome::kUnspecified;
  bool connected = false;
  // By name. A channel that only one of the two has is diverged, too.
  std::vector<std::string> diverged_channels;
};

struct AuditResult {
  // The checkpoint: all digests are of the table as of this sequence.
  uint64_t sequence = 0;
  // The log's own digests, of every channel that has live keys, by name.
  std::vector<ChannelDigest> digests;
  // Every node that was asked, by name.
  std::vector<NodeAudit> nodes;
};

}  // namespace replog::client
