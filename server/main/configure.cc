#include "server/main/configure.h"

#include <cstdio>

#include "absl/strings/str_join.h"
#include "server/config/config_file.h"
#include "server/config/environment.h"
#include "server/config/reference.h"
#include "server/main/check_files.h"
#include "server/main/listeners.h"

namespace replog {
namespace {

void Add(const absl::Status& status, std::vector<std::string>& problems) {
  if (!status.ok()) problems.emplace_back(status.message());
}

int Print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace

Configuration Configure(const CommandLine& line) {
  ServerOptions defaults;
  Environment environment = ReadEnvironment(EnvironmentEntries(), SettingsOf(defaults));
  Places places{.flags = line.flags, .environment = std::move(environment.given)};
  ConfigFile file;
  if (!line.config_file.empty()) file = ReadConfigFile(line.config_file, SettingNames());
  places.file = std::move(file.given);
  Configuration configuration = Resolve(places);
  Add(file.status, configuration.problems);
  configuration.warnings = std::move(environment.warnings);
  return configuration;
}

std::vector<std::string> ProblemsOfServing(const Configuration& configuration) {
  std::vector<std::string> problems = configuration.problems;
  // With the defaults of what is wrong the listeners would be others.
  if (problems.empty()) Add(CheckListeners(configuration.options), problems);
  Add(CheckFiles(configuration.options), problems);
  return problems;
}

int WrongUsage(const std::vector<std::string>& problems) {
  std::fprintf(stderr, "%s\nreplogd: this configuration is not used; see replogd --help\n",
               absl::StrJoin(problems, "\n").c_str());
  return 2;
}

int PrintConfiguration(const Configuration& configuration) {
  for (const std::string& warning : configuration.warnings) {
    std::fprintf(stderr, "warning: %s\n", warning.c_str());
  }
  return Print(Describe(configuration));
}

int PrintSettings() { return Print(SettingsPage()); }

}  // namespace replog
