#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "server/core/call_origin.h"

namespace replog {

// A call that was answered.
struct EndedCall {
  CallOrigin origin;
  std::string method;   // "replog.v1.LogAdmin/TrimLog", "GET /v1/logs"
  absl::Status status;  // what it was answered with
  int64_t took_us = 0;  // from its arrival
};

// Who is told of calls. Thread-safe; must not block for long.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  // Whether OnEnded is to be called for such a call: most calls are of no interest, and cost no more than
  // this.
  virtual bool Wants(absl::StatusCode code, int64_t took_us) const = 0;
  virtual void OnEnded(const EndedCall& call) = 0;
};

}  // namespace replog
