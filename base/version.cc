#include "base/version.h"

namespace replog {

std::string_view Version() { return REPLOG_VERSION; }

std::string_view Revision() { return REPLOG_REVISION; }

std::string VersionLine(std::string_view program) {
  const std::string revision(Revision());
  return std::string(program) + " " + std::string(Version()) +
         (revision.empty() ? "" : " (" + revision + ")");
}

}  // namespace replog
