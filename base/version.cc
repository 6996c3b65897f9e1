#include "base/version.h"

namespace replog {

std::string VersionLine(std::string_view program) {
  const std::string revision = REPLOG_REVISION;
  return std::string(program) + " " + REPLOG_VERSION + (revision.empty() ? "" : " (" + revision + ")");
}

}  // namespace replog
