#pragma once

#include <optional>
#include <string>

#include "replog/v1/record.pb.h"

namespace replog {

// Which records of a page are shown. Looking at a record takes time in proportion to its size, whatever is
// looked for.
class RecordMatch {
 public:
  // All of them.
  RecordMatch() = default;
  // Those of this key, if it is there, that have this text somewhere; letters of ASCII in either case.
  RecordMatch(std::optional<std::string> key, const std::string& text);

  bool all() const { return !key_ && text_.empty(); }
  bool Fits(const v1::Record& record) const;

 private:
  bool IsIn(const std::string& field) const;

  std::optional<std::string> key_;
  std::string text_;  // in lower case
};

}  // namespace replog
