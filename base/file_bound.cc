#include "base/file_bound.h"

#include <sys/resource.h>

namespace replog {

int FileBound() {
  rlimit files{};
  constexpr rlim_t kMost = 1 << 30;
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur > kMost) return kMost;
  return static_cast<int>(files.rlim_cur - files.rlim_cur / 8);
}

}  // namespace replog
