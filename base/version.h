#pragma once

#include <string>
#include <string_view>

namespace replog {

// The version of this build: CMake's project version, and the revision that it was configured with
// (REPLOG_REVISION), empty when that is not known.
std::string_view Version();
std::string_view Revision();

// What a program prints for --version: "replogd 0.1.0", or "replogd 0.1.0 (05ce967)" where
// the revision is known.
std::string VersionLine(std::string_view program);

}  // namespace replog
