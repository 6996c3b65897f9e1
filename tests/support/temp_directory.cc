#include "tests/support/temp_directory.h"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace replog::testing {

TempDirectory::TempDirectory() {
  path_ = (std::filesystem::temp_directory_path() / "replog-test-XXXXXX").string();
  if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot make " + path_);
}

TempDirectory::~TempDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace replog::testing
