#pragma once

#include <optional>
#include <string>

#include "replog/v1/record.pb.h"

namespace replog {

// Which records of a page are shown.
struct RecordMatch {
  std::optional<std::string> key;  // those of this key
  std::string contains;            // those that have this text somewhere; letters of ASCII in either case

  bool all() const { return !key && contains.empty(); }
  bool Fits(const v1::Record& record) const;
};

}  // namespace replog
