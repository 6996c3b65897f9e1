#include "server/config/environment.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <regex>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "base/yaml/nearest_name.h"

namespace replog {
namespace {

constexpr char kPrefix[] = "REPLOG_";
// Read before the settings, or by replog's programs that may share an environment with the server.
constexpr std::array kOthers{"REPLOG_CONFIG",
                             "REPLOG_SERVER",
                             "REPLOG_LOG",
                             "REPLOG_TLS",
                             "REPLOG_TLS_CA",
                             "REPLOG_TLS_CLIENT_CERT",
                             "REPLOG_TLS_CLIENT_KEY",
                             "REPLOG_TLS_SERVER_NAME",
                             "REPLOG_TOKEN",
                             "REPLOG_TOKEN_FILE"};

std::string Warning(const std::string& variable, const std::vector<Setting>& settings) {
  std::vector<std::string> variables;
  for (const Setting& setting : settings) variables.push_back(setting.Variable());
  const std::string nearest = NearestName(variable, variables);
  const std::string hint = nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?");
  return absl::StrCat("environment variable ", Excerpt(variable), " is not a setting of replogd", hint);
}

}  // namespace

bool IsKubernetesVariable(const std::string& variable) {
  static const std::regex pattern(
      "REPLOG_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|"
      "PORT|ADDR))?)?)");
  // The library matches by recursion, so what it is given is bounded; names of services are.
  constexpr size_t kLongest = 256;
  return variable.size() <= kLongest && std::regex_match(variable, pattern);
}

Environment ReadEnvironment(const std::vector<std::string>& entries, const std::vector<Setting>& settings) {
  Environment environment;
  for (const std::string& entry : entries) {
    const size_t equals = entry.find('=');
    if (!entry.starts_with(kPrefix) || equals == std::string::npos || equals + 1 == entry.size()) continue;
    const std::string variable = entry.substr(0, equals);
    const auto setting = std::find_if(settings.begin(), settings.end(),
                                      [&](const Setting& each) { return each.Variable() == variable; });
    if (setting != settings.end()) {
      environment.given.emplace(setting->name, Given{entry.substr(equals + 1), variable});
    } else if (!IsKubernetesVariable(variable) &&
               std::find(kOthers.begin(), kOthers.end(), variable) == kOthers.end()) {
      environment.warnings.push_back(Warning(variable, settings));
    }
  }
  return environment;
}

std::vector<std::string> EnvironmentEntries() {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) entries.emplace_back(*entry);
  return entries;
}

}  // namespace replog
