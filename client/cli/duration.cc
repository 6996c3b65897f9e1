#include "client/cli/duration.h"

#include <cstdint>
#include <map>
#include <string>

namespace replog::cli {

CLI::Validator Duration() {
  const std::map<std::string, uint64_t> units{
      {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  return CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::UNIT_REQUIRED, "DURATION");
}

}  // namespace replog::cli
