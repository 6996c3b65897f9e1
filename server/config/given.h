#pragma once

#include <map>
#include <string>

namespace replog {

// A value as it was given, and where: "--max-record-bytes", "REPLOG_MAX_RECORD_BYTES" or "replog.yaml:12".
struct Given {
  std::string text;
  std::string where;
};

// What one place gives, by the settings' names.
using GivenSettings = std::map<std::string, Given, std::less<>>;

}  // namespace replog
