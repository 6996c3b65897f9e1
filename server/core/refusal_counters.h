#pragma once

#include <array>

#include "absl/status/status.h"
#include "base/counter.h"
#include "base/error.h"

namespace replog {

// How often clients were told of an error, by reason. Thread-safe.
class RefusalCounters {
 public:
  static constexpr size_t kReasons = static_cast<size_t>(Reason::kCancelled) + 1;

  void Count(const absl::Status& error) {
    const auto reason = ReasonOf(error);
    (reason ? by_reason_[static_cast<size_t>(*reason)] : internal_).Add();
  }
  uint64_t Of(Reason reason) const { return by_reason_[static_cast<size_t>(reason)].value(); }
  // Errors without a reason: faults of ours.
  uint64_t internal() const { return internal_.value(); }

 private:
  std::array<Counter, kReasons> by_reason_;
  Counter internal_;
};

enum class Transport : uint8_t { kGrpc, kHttp };

// The process's. Where an error becomes an answer nobody knows the server that it is of. Lives for ever.
RefusalCounters& Refusals(Transport transport);

}  // namespace replog
