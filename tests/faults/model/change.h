#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "replog/v1/log_admin.pb.h"
#include "replog/v1/replication_log.pb.h"

namespace replog::model {

// A call that may change something.
struct Change {
  enum class Kind : uint8_t { kAppend, kTrim, kAcknowledge, kForgetNode, kCreateLog, kDeleteLog };
  Kind kind = Kind::kAppend;
  std::string log;
  v1::AppendRequest append;      // of kAppend; its log is set
  uint64_t sequence = 0;         // of kTrim and kAcknowledge
  std::string node;              // of kAcknowledge and kForgetNode
  bool allow_backwards = false;  // of kAcknowledge

  std::string Text() const;
};

// What became of it.
struct Answer {
  bool lost = false;    // nobody knows
  std::string refused;  // the reason; empty: it was done
  std::map<std::string, std::string> metadata;
  v1::AppendResponse append;         // of kAppend
  std::optional<uint64_t> sequence;  // of kTrim the first that is kept, of kAcknowledge the cursor
  std::string uuid;                  // of kCreateLog
};

}  // namespace replog::model
