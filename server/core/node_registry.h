#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "server/core/log_registry.h"
#include "server/core/node_record.h"
#include "server/core/system_log.h"

namespace replog {

// The open stream of a node, as the registry sees it. Called without the registry's lock, from any thread.
class NodeStream {
 public:
  virtual ~NodeStream() = default;
  // The node is to acknowledge as soon as it has been sent everything up to and including `target`.
  virtual void AskToAcknowledge(Sequence target) = 0;
  // The node is to be sent a frame that ends exactly at `checkpoint`, and to answer with its digests there.
  virtual void EndFrameAt(Sequence checkpoint) = 0;
  // A newer stream has the node's name now; this one has to end.
  virtual void Supersede() = 0;
};

// What a stream tells of itself while it runs. Thread-safe.
struct NodeSession {
  std::weak_ptr<NodeStream> stream;
  std::string address;
  std::atomic<Sequence> next_sequence{0};  // of the stream
  std::atomic<bool> tailing{false};        // has been caught up
  // Everything before it was sent, or the stream began there: as far as an acknowledgement can be of this
  // stream. 0 until a table is complete.
  std::atomic<Sequence> sent{0};
  // Everything before it is applied by whoever reads the stream, as far as the node said so. The registry
  // writes it.
  std::atomic<Sequence> applied{0};
};

// A node as reports have it.
struct NodeStatus {
  enum class State : uint8_t {
    kReplaying,  // connected, and not yet caught up since
    kTailing,    // connected, and was caught up
    kGone,       // not connected
  };
  NodeRecord record;
  State state = State::kGone;
  std::optional<Sequence> next_sequence;  // of its stream
  // What barriers go by: everything before it is applied by the process that is connected, or, while none is,
  // by the last that said so durably. Nullopt: neither.
  std::optional<Sequence> applied;
  std::string address;
};

// Is told of what nodes do, without the registry's lock.
class NodeListener {
 public:
  virtual ~NodeListener() = default;
  // The node's NodeStatus::applied was raised to this.
  virtual void OnApplied(const Log& log, const std::string& node, Sequence applied) = 0;
  // The node has a new stream.
  virtual void OnConnected(const Log& log, const std::string& node) = 0;
};

// The nodes of all logs: their registrations and cursors, which are records of the system log, and their
// open streams. A node has at most one write of the system log under
// way; what is asked for meanwhile is written together behind it. Thread-safe.
class NodeRegistry final : public std::enable_shared_from_this<NodeRegistry> {
 public:
  struct Options {
    size_t max_nodes = 10'000;  // of all logs together
  };
  // Reads what the system log has. Everything must outlive the registry.
  static absl::StatusOr<std::shared_ptr<NodeRegistry>> Open(const Options& options, const LogRegistry& logs,
                                                            SystemLog& system_log, Clock& clock);
  // Once, before anything else. It must outlive the registry, or be taken back with nullptr.
  void SetListener(NodeListener* listener) { listener_ = listener; }

  // Callbacks are called exactly once, from any thread, possibly before the call returns.
  template <typename T>
  using Done = absl::AnyInvocable<void(absl::StatusOr<T>)>;

  // Makes `session` the node's stream, once its registration is durable. An older stream is superseded.
  // TOO_MANY_NODES.
  struct Registration {
    std::string node;
    std::string fleet;
    std::vector<std::string> channels;
  };
  void Connect(const LogPtr& log, const Registration& registration, std::shared_ptr<NodeSession> session,
               Done<NodeRecord> done) TSA_EXCLUDES(mutex_);
  // The stream begins with record `start`, not with the table. What the node acknowledged before that is
  // applied.
  void BeginAt(const Log& log, const std::string& node, NodeSession& session, Sequence start)
      TSA_EXCLUDES(mutex_);
  void Disconnect(const Log& log, const std::string& node, const NodeSession& session) TSA_EXCLUDES(mutex_);

  // Moves the node's cursor to before record `next`, and answers with the node as it is durable then. A node
  // that is not known becomes one, without a fleet. PAST_THE_END, CURSOR_BACKWARDS (unless allowed).
  // Of a connected node it raises NodeSession::applied, also when the cursor refuses it as backwards: a
  // process that begins anew is behind the cursor that the one before it left. Past NodeSession::sent it is
  // not of this stream, and so does not.
  void Acknowledge(const LogPtr& log, const std::string& node, Sequence next, bool allow_backwards,
                   Done<NodeRecord> done) TSA_EXCLUDES(mutex_);

  // NODE_NOT_FOUND; NODE_CONNECTED while it has a stream; BUSY while a write of it is under way.
  void Forget(const LogPtr& log, const std::string& node, Done<NodeRecord> done) TSA_EXCLUDES(mutex_);
  // The nodes of a log that was deleted go with it.
  void ForgetLog(const LogPtr& log) TSA_EXCLUDES(mutex_);

  // The durable cursor; nullopt when there is none.
  std::optional<Position> CursorOf(const Log& log, const std::string& node) TSA_EXCLUDES(mutex_);
  // By name. Of one fleet, when it is not empty.
  std::vector<NodeStatus> List(const Log& log, const std::string& fleet) TSA_EXCLUDES(mutex_);
  // Those of `names`, which need not be known; without names all of the fleet, or of the log. By name, each
  // once.
  std::vector<NodeStatus> Choose(const Log& log, const std::vector<std::string>& names,
                                 const std::string& fleet) TSA_EXCLUDES(mutex_);

  // The node's open stream; null when it has none.
  std::shared_ptr<NodeStream> StreamOf(const Log& log, const std::string& node) TSA_EXCLUDES(mutex_);

 private:
  struct Node;
  using NodeMap = std::map<std::string, std::shared_ptr<Node>>;

  NodeRegistry(const Options& options, SystemLog& system_log, Clock& clock)
      : options_(options), system_log_(system_log), clock_(clock) {}
  absl::Status Load(const LogRegistry& logs) TSA_EXCLUDES(mutex_);
  void Add(const LogPtr& log, NodeRecord record) TSA_REQUIRES(mutex_);
  std::shared_ptr<Node> Find(const Log& log, const std::string& node) TSA_REQUIRES(mutex_);
  static NodeStatus Describe(const Node& node);
  // Tells the listener, if `applied`.
  void TellApplied(const Log& log, const std::string& node, std::optional<Sequence> applied);
  absl::StatusOr<std::shared_ptr<Node>> FindOrMake(const LogPtr& log, const std::string& node)
      TSA_REQUIRES(mutex_);
  // Writes what the node is to be, if that is not written and no write is under way; else calls back whom
  // there is nothing to wait for.
  void WriteIfWanted(const LogPtr& log, const std::shared_ptr<Node>& node) TSA_EXCLUDES(mutex_);
  void OnWritten(const LogPtr& log, const std::shared_ptr<Node>& node, const absl::Status& status)
      TSA_EXCLUDES(mutex_);
  void OnForgotten(const LogPtr& log, const std::shared_ptr<Node>& node, const absl::Status& status)
      TSA_EXCLUDES(mutex_);
  // Of a node that was never written and that nobody waits for.
  void EraseIfUnknown(const Log& log, const Node& node) TSA_REQUIRES(mutex_);

  const Options options_;
  SystemLog& system_log_;
  Clock& clock_;
  NodeListener* listener_ = nullptr;

  Mutex mutex_;
  std::map<std::string, NodeMap> logs_ TSA_GUARDED_BY(mutex_);  // by the log's uuid
  size_t node_count_ TSA_GUARDED_BY(mutex_) = 0;
};

}  // namespace replog
