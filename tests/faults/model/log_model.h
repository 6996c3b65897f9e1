#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/faults/model/change.h"

namespace replog::model {

// One log as the contract says that it must be: a list of records, and maps. Copied at will.
class LogModel {
 public:
  struct Entry {
    v1::Record record;  // its time is absent until the server told it
    uint64_t epoch = 0;
  };

  // What the append must be answered; it is done.
  Answer Append(const v1::AppendRequest& request);
  Answer Trim(uint64_t before);
  Answer Acknowledge(const std::string& node, uint64_t next, bool allow_backwards);
  Answer ForgetNode(const std::string& node);

  uint64_t end() const { return records_.size(); }
  uint64_t first_kept() const { return first_kept_; }
  // The kept records of [from, until) in these channels; none: all. A name that ends with `*` is a prefix.
  std::vector<const Entry*> Kept(uint64_t from, uint64_t until,
                                 const std::vector<std::string>& channels) const;
  // The newest record of a key; nullptr when it was never written.
  const v1::Record* Row(const std::string& channel, const std::string& key) const;
  // The newest records of the keys that are not deleted, in the order of channel and key.
  std::vector<const v1::Record*> LiveRows(const std::vector<std::string>& channels) const;
  // The cursors of the nodes, by name.
  const std::map<std::string, uint64_t>& nodes() const { return nodes_; }
  v1::Position PositionAt(uint64_t next) const;
  // Takes a record's time, when it was not known, from what the server says.
  void Learn(const v1::Record& told);

  std::string uuid;    // empty until it is known
  uint64_t epoch = 0;  // of what is appended from now on

 private:
  // Whether the conditions hold; else what is answered.
  std::optional<Answer> Refuse(const v1::AppendConditions& conditions) const;
  std::optional<Answer> Refuse(const v1::KeyCondition& condition, int index) const;
  v1::AppendResult Write(const v1::NewRecord& record, bool newer_version_only);

  std::vector<Entry> records_;  // all that ever were, by sequence
  uint64_t first_kept_ = 0;
  std::map<std::pair<std::string, std::string>, uint64_t> table_;  // the newest sequence
  std::map<std::string, uint64_t> ids_;                            // where each was appended first
  std::map<std::string, uint64_t> nodes_;
};

// A server's logs, by name.
class ServerModel {
 public:
  ServerModel() { logs_["default"]; }

  // What must be answered; it is done.
  Answer Apply(const Change& change);
  // nullptr without one.
  LogModel* Find(const std::string& log);
  std::map<std::string, LogModel>& logs() { return logs_; }

 private:
  std::map<std::string, LogModel> logs_;
};

// Whether a channel is one of those that are asked for, as SubscribeRequest.channels says.
bool Matches(const std::vector<std::string>& channels, const std::string& channel);
// The refusal with this reason.
Answer Refused(std::string_view reason, std::map<std::string, std::string> metadata = {});

}  // namespace replog::model
