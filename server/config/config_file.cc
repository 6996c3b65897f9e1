#include "server/config/config_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "base/yaml/yaml_document.h"

namespace replog {
namespace {

using absl::InvalidArgumentError;
using absl::StrCat;

// A file of all settings has a few KiB.
constexpr size_t kMostBytes = 1 << 20;

// The file cannot name itself; a key that is only a flag is told apart from one that nobody knows.
void RefuseFlagsOnly(const YamlValue& root) {
  const YamlValue config = root["config"];
  if (config.present()) config.Fail("is a flag and a variable only; a file cannot name another");
}

}  // namespace

ConfigFile ParseConfig(const std::string& text, const std::string& path,
                       const std::vector<std::string>& names) {
  if (text.size() > kMostBytes)
    return {{}, InvalidArgumentError(StrCat(path, ": is larger than ", kMostBytes, " bytes"))};
  YamlDocument document(text, path);
  const YamlValue root = document.root();
  RefuseFlagsOnly(root);
  root.ExpectKeys(names);
  GivenSettings given;
  for (const std::string& name : names) {
    const YamlValue value = root[name];
    if (value.present()) given.emplace(name, Given{value.Text(), value.Where()});
  }
  return {std::move(given), document.status()};
}

ConfigFile ReadConfigFile(const std::string& path, const std::vector<std::string>& names) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(kMostBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (errno != 0 || file.bad())
    return {{}, InvalidArgumentError(StrCat(path, ": cannot be read: ", std::strerror(errno)))};
  text.resize(static_cast<size_t>(file.gcount()));
  return ParseConfig(text, path, names);
}

}  // namespace replog
