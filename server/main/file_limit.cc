#include "server/main/file_limit.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

namespace replog {

void RaiseFileLimit() {
  constexpr rlim_t kFew = 4096;
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  // A refusal leaves the limit as it was.
  if (::setrlimit(RLIMIT_NOFILE, &files) != 0 && ::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  if (files.rlim_cur < kFew)
    spdlog::warn("only {} files may be open; each connection is one", files.rlim_cur);
}

}  // namespace replog
