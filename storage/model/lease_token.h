#pragma once

#include <compare>
#include <string>

#include "storage/model/types.h"

namespace replog {

// Tells the holders of one lease apart: whoever gets it later has a higher one. Of the log `_system`, whose
// record granted it.
struct FencingToken {
  uint64_t lineage = 0;
  Sequence sequence = 0;

  auto operator<=>(const FencingToken&) const = default;  // NOLINT(modernize-use-nullptr): no literal is here
};

// See replog.v1.LeaseToken.
struct LeaseToken {
  std::string name;  // the lease's
  FencingToken fencing;

  bool operator==(const LeaseToken&) const = default;
};

}  // namespace replog
