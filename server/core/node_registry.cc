#include "server/core/node_registry.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"

namespace replog {

struct NodeRegistry::Node {
  NodeRecord durable;                       // as the system log has it, if it has it
  NodeRecord wanted;                        // as it is to be
  NodeRecord written;                       // by the write that is under way
  bool known = false;                       // the system log has it
  bool writing = false;                     // a write is under way
  bool in_doubt = false;                    // a write failed that the system log may have: write again
  std::vector<Done<NodeRecord>> in_flight;  // wait for that write
  std::vector<Done<NodeRecord>> waiting;    // wait for the one behind it
  std::shared_ptr<NodeSession> session;     // null: not connected
};

namespace {

absl::Status UnknownNode(const Log& log, const std::string& node) {
  return MakeError(Reason::kNodeNotFound,
                   absl::StrCat("node: log \"", log.name(), "\" has no node \"", Excerpt(node), "\""),
                   {{"node", node}});
}

absl::Status LogDeleted() { return MakeError(Reason::kLogNotFound, "the log was deleted"); }

template <typename Calls>
void AnswerAll(Calls calls, const absl::Status& status, const NodeRecord& record) {
  for (auto& done : calls) {
    if (status.ok()) {
      done(record);
    } else {
      done(status);
    }
  }
}

absl::Status CheckNotPastEnd(Sequence next, const Log& log) {
  const Sequence end = log.tail().committed_end();
  if (next <= end) return absl::OkStatus();
  return MakeError(
      Reason::kPastTheEnd, absl::StrCat("next_sequence: ", next, " is past the log's end ", end),
      {{"field", "next_sequence"}, {"value", std::to_string(next)}, {"end_sequence", std::to_string(end)}});
}

// Whether a failed write leaves open what the system log says now.
bool LeavesDoubt(const absl::Status& status) {
  const auto reason = ReasonOf(status);
  return !reason || *reason == Reason::kStoreFailed;
}

absl::Status Backwards(const std::string& node, Sequence cursor, Sequence next) {
  return MakeError(
      Reason::kCursorBackwards,
      absl::StrCat("next_sequence: is ", next, ", the cursor of node \"", Excerpt(node), "\" is at ", cursor,
                   "; set allow_backwards to move it back"),
      {{"field", "next_sequence"}, {"cursor", std::to_string(cursor)}, {"value", std::to_string(next)}});
}

// Takes an acknowledgement of the node for its stream; what that comes to when it is news.
std::optional<Sequence> Raise(NodeSession& session, Sequence next, bool allow_backwards) {
  // Of a process whose stream was superseded, or of an operator: this one was not sent it.
  if (next > session.sent) return {};
  if (next <= session.applied) {
    if (allow_backwards) session.applied = next;
    return {};
  }
  session.applied = next;
  return next;
}

}  // namespace

absl::StatusOr<std::shared_ptr<NodeRegistry>> NodeRegistry::Open(const Options& options,
                                                                 const LogRegistry& logs,
                                                                 SystemLog& system_log, Clock& clock) {
  std::shared_ptr<NodeRegistry> registry(new NodeRegistry(options, system_log, clock));
  if (auto status = registry->Load(logs); !status.ok()) return status;
  return registry;
}

absl::Status NodeRegistry::Load(const LogRegistry& logs) {
  const auto records = system_log_.Load(std::string(kNodesChannel));
  if (!records.ok()) return records.status();
  const auto by_uuid = logs.AllByUuid();
  MutexLock lock(mutex_);
  for (const SystemRecord& stored : *records) {
    auto record = DecodeNodeRecord(stored.text);
    const auto log = by_uuid.find(LogUuidOf(stored.key));
    if (log != by_uuid.end()) {
      // To leave it out would be to lose its cursor.
      if (!record) {
        return MakeError(Reason::kCorruptChunk,
                         absl::StrCat("record ", stored.sequence, " of log \"_system\" is not a node"));
      }
      Add(log->second, *std::move(record));
    } else {
      // Its log was deleted, and the server killed before its nodes were.
      system_log_.Remove(kNodesChannel, stored.key);
    }
  }
  return absl::OkStatus();
}

void NodeRegistry::Add(const LogPtr& log, NodeRecord record) {
  auto node = std::make_shared<Node>();
  node->known = true;
  node->durable = node->wanted = std::move(record);
  logs_[log->uuid()].emplace(node->durable.node, node);
  ++node_count_;
}

std::shared_ptr<NodeRegistry::Node> NodeRegistry::Find(const Log& log, const std::string& node) {
  const auto nodes = logs_.find(log.uuid());
  if (nodes == logs_.end()) return nullptr;
  const auto found = nodes->second.find(node);
  return found == nodes->second.end() ? nullptr : found->second;
}

absl::StatusOr<std::shared_ptr<NodeRegistry::Node>> NodeRegistry::FindOrMake(const LogPtr& log,
                                                                             const std::string& name) {
  if (log->deleted) return LogDeleted();
  if (auto node = Find(*log, name); node != nullptr) return node;
  if (node_count_ >= options_.max_nodes) {
    return MakeError(Reason::kTooManyNodes,
                     absl::StrCat("node: there are ", node_count_, " nodes, which is the limit; forget some"),
                     {{"field", "node"}, {"limit", std::to_string(options_.max_nodes)}});
  }
  auto node = std::make_shared<Node>();
  node->durable = {.log = log->name(), .node = name};
  node->wanted = node->durable;
  logs_[log->uuid()].emplace(name, node);
  ++node_count_;
  return node;
}

void NodeRegistry::EraseIfUnknown(const Log& log, const Node& node) {
  if (node.known || node.in_doubt || node.writing || node.session != nullptr || !node.waiting.empty()) return;
  const auto nodes = logs_.find(log.uuid());
  if (nodes != logs_.end()) node_count_ -= nodes->second.erase(node.wanted.node);
}

void NodeRegistry::Connect(const LogPtr& log, const Registration& registration,
                           std::shared_ptr<NodeSession> session, Done<NodeRecord> done) {
  std::shared_ptr<NodeSession> older;
  absl::StatusOr<std::shared_ptr<Node>> node;
  {
    MutexLock lock(mutex_);
    node = FindOrMake(log, registration.node);
    if (node.ok()) {
      older = std::exchange((*node)->session, std::move(session));
      (*node)->wanted.fleet = registration.fleet;
      (*node)->wanted.channels = registration.channels;
      (*node)->waiting.push_back(std::exchange(done, nullptr));
    }
  }
  if (!node.ok()) return done(node.status());
  const auto stream = older == nullptr ? nullptr : older->stream.lock();
  if (stream != nullptr) stream->Supersede();
  WriteIfWanted(log, *node);
  if (listener_ != nullptr) listener_->OnConnected(*log, registration.node);
}

std::shared_ptr<NodeStream> NodeRegistry::StreamOf(const Log& log, const std::string& name) {
  MutexLock lock(mutex_);
  const auto node = Find(log, name);
  return node == nullptr || node->session == nullptr ? nullptr : node->session->stream.lock();
}

void NodeRegistry::BeginAt(const Log& log, const std::string& name, NodeSession& session, Sequence start) {
  std::optional<Sequence> applied;
  {
    MutexLock lock(mutex_);
    session.sent = start;
    const auto node = Find(log, name);
    if (node == nullptr || node->session.get() != &session || !node->durable.cursor) return;
    applied = std::min(start, node->durable.cursor->next_sequence);
    session.applied = *applied;
  }
  TellApplied(log, name, applied);
}

void NodeRegistry::TellApplied(const Log& log, const std::string& node, std::optional<Sequence> applied) {
  if (applied && listener_ != nullptr) listener_->OnApplied(log, node, *applied);
}

void NodeRegistry::Disconnect(const Log& log, const std::string& name, const NodeSession& session) {
  MutexLock lock(mutex_);
  const auto node = Find(log, name);
  if (node == nullptr || node->session.get() != &session) return;
  node->session = nullptr;
  EraseIfUnknown(log, *node);
}

void NodeRegistry::Acknowledge(const LogPtr& log, const std::string& name, Sequence next,
                               bool allow_backwards, Done<NodeRecord> done) {
  absl::Status refused = CheckNotPastEnd(next, *log);
  std::optional<Sequence> applied;
  std::shared_ptr<Node> node;
  if (refused.ok()) {
    MutexLock lock(mutex_);
    auto found = FindOrMake(log, name);
    refused = found.status();
    if (found.ok()) {
      node = *found;
      if (node->session != nullptr) applied = Raise(*node->session, next, allow_backwards);
      const auto& cursor = node->wanted.cursor;
      const Position position = log->PositionAt(next);
      if (cursor && next < cursor->next_sequence && !allow_backwards) {
        refused = Backwards(name, cursor->next_sequence, next);
      } else {
        if (cursor != position) node->wanted.acknowledged_us = clock_.WallMicros();
        node->wanted.cursor = position;
        node->waiting.push_back(std::exchange(done, nullptr));
      }
    }
  }
  TellApplied(*log, name, applied);
  if (!refused.ok()) return done(refused);
  WriteIfWanted(log, node);
}

void NodeRegistry::WriteIfWanted(const LogPtr& log, const std::shared_ptr<Node>& node) {
  std::vector<Done<NodeRecord>> ready;
  NodeRecord record;
  bool write = false;
  // Its nodes were forgotten with it, and would come back so.
  const bool deleted = log->deleted;
  {
    MutexLock lock(mutex_);
    if (node->writing || node->waiting.empty()) return;
    record = node->wanted;
    write = !deleted && (!node->known || node->in_doubt || node->wanted != node->durable);
    (write ? node->in_flight : ready) = std::exchange(node->waiting, {});
    node->writing = write;
    node->written = record;
  }
  AnswerAll(std::move(ready), deleted ? LogDeleted() : absl::OkStatus(), record);
  if (!write) return;
  system_log_.Write(
      {std::string(kNodesChannel), KeyOf(log->uuid(), record.node), EncodeNodeRecord(record), {}},
      [self = shared_from_this(), log, node](const absl::StatusOr<Sequence>& written) {
        self->OnWritten(log, node, written.status());
      });
}

void NodeRegistry::OnWritten(const LogPtr& log, const std::shared_ptr<Node>& node,
                             const absl::Status& status) {
  std::vector<Done<NodeRecord>> answered;
  NodeRecord record;
  std::optional<Sequence> applied;
  {
    MutexLock lock(mutex_);
    node->writing = false;
    answered = std::exchange(node->in_flight, {});
    node->in_doubt = status.ok() ? false : node->in_doubt || LeavesDoubt(status);
    if (status.ok()) {
      if (node->session == nullptr && node->written.cursor) applied = node->written.cursor->next_sequence;
      node->known = true;
      node->durable = record = node->written;
    } else if (node->waiting.empty()) {
      // What it said is said again by the node's next word.
      node->wanted = node->durable;
      EraseIfUnknown(*log, *node);
    }
  }
  TellApplied(*log, record.node, applied);
  AnswerAll(std::move(answered), status, record);
  WriteIfWanted(log, node);
}

void NodeRegistry::Forget(const LogPtr& log, const std::string& name, Done<NodeRecord> done) {
  std::shared_ptr<Node> node;
  absl::Status refused;
  {
    MutexLock lock(mutex_);
    node = Find(*log, name);
    // One of which nobody knows whether it is there is made sure not to be.
    if (node == nullptr || (!node->known && !node->in_doubt)) {
      refused = UnknownNode(*log, name);
    } else if (node->session != nullptr) {
      refused = MakeError(Reason::kNodeConnected,
                          absl::StrCat("node: \"", Excerpt(name), "\" is connected; stop it first"),
                          {{"node", name}});
    } else if (node->writing) {
      refused = MakeError(Reason::kBusy, "node: its cursor is just being moved; nothing was written");
    } else {
      node->writing = true;
      // Whoever uses the name from now on begins anew.
      node->wanted = {.log = log->name(), .node = name};
      node->in_flight.push_back(std::exchange(done, nullptr));
    }
  }
  if (!refused.ok()) return done(refused);
  system_log_.Write({std::string(kNodesChannel), KeyOf(log->uuid(), name), std::nullopt, {}},
                    [self = shared_from_this(), log, node](const absl::StatusOr<Sequence>& written) {
                      self->OnForgotten(log, node, written.status());
                    });
}

void NodeRegistry::OnForgotten(const LogPtr& log, const std::shared_ptr<Node>& node,
                               const absl::Status& status) {
  std::vector<Done<NodeRecord>> answered;
  NodeRecord record;
  {
    MutexLock lock(mutex_);
    node->writing = false;
    answered = std::exchange(node->in_flight, {});
    node->in_doubt = status.ok() ? false : node->in_doubt || LeavesDoubt(status);
    record = node->durable;
    if (status.ok()) {
      node->known = false;
      node->durable = {.log = log->name(), .node = record.node};
    } else {
      // Nothing begins anew: whoever came since, and meant it to, asks again.
      node->wanted = node->durable;
      for (auto& done : std::exchange(node->waiting, {})) answered.push_back(std::move(done));
    }
    EraseIfUnknown(*log, *node);
  }
  AnswerAll(std::move(answered), status, record);
  WriteIfWanted(log, node);
}

void NodeRegistry::ForgetLog(const LogPtr& log) {
  NodeMap nodes;
  {
    MutexLock lock(mutex_);
    const auto found = logs_.find(log->uuid());
    if (found != logs_.end()) {
      nodes = std::move(found->second);
      logs_.erase(found);
    }
    node_count_ -= nodes.size();
  }
  for (const auto& [name, node] : nodes) system_log_.Remove(kNodesChannel, KeyOf(log->uuid(), name));
}

std::optional<Position> NodeRegistry::CursorOf(const Log& log, const std::string& name) {
  MutexLock lock(mutex_);
  const auto node = Find(log, name);
  return node == nullptr ? std::nullopt : node->durable.cursor;
}

std::vector<NodeStatus> NodeRegistry::List(const Log& log, const std::string& fleet) {
  std::vector<NodeStatus> listed;
  MutexLock lock(mutex_);
  const auto nodes = logs_.find(log.uuid());
  if (nodes == logs_.end()) return listed;
  for (const auto& [name, node] : nodes->second) {
    if (!node->known || (!fleet.empty() && node->durable.fleet != fleet)) continue;
    listed.push_back(Describe(*node));
  }
  return listed;
}

NodeStatus NodeRegistry::Describe(const Node& node) {
  NodeStatus status{.record = node.durable};
  if (node.session == nullptr) {
    if (node.durable.cursor) status.applied = node.durable.cursor->next_sequence;
    return status;
  }
  status.state = node.session->tailing ? NodeStatus::State::kTailing : NodeStatus::State::kReplaying;
  status.next_sequence = node.session->next_sequence;
  status.applied = node.session->applied;
  status.address = node.session->address;
  return status;
}

std::vector<NodeStatus> NodeRegistry::Choose(const Log& log, const std::vector<std::string>& names,
                                             const std::string& fleet) {
  if (names.empty()) return List(log, fleet);
  std::vector<NodeStatus> chosen;
  MutexLock lock(mutex_);
  for (const std::string& name : std::set<std::string>(names.begin(), names.end())) {
    const auto node = Find(log, name);
    chosen.push_back(node != nullptr && node->known ? Describe(*node) : NodeStatus{.record = {.node = name}});
  }
  return chosen;
}

}  // namespace replog
