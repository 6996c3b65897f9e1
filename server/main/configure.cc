#include "server/main/configure.h"

#include <cstdio>

#include "server/config/config_file.h"
#include "server/config/environment.h"
#include "server/config/reference.h"
#include "server/main/check_files.h"
#include "server/main/listeners.h"

namespace replog {
namespace {

int Print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace

absl::StatusOr<Configuration> Configure(const CommandLine& line) {
  ServerOptions defaults;
  Environment environment = ReadEnvironment(EnvironmentEntries(), SettingsOf(defaults));
  Places places{.flags = line.flags, .environment = std::move(environment.given)};
  if (!line.config_file.empty()) {
    auto file = ReadConfigFile(line.config_file, SettingNames());
    if (!file.ok()) return file.status();
    places.file = *std::move(file);
  }
  auto configuration = Resolve(places);
  if (configuration.ok()) configuration->warnings = std::move(environment.warnings);
  return configuration;
}

int WrongUsage(const absl::Status& why) {
  std::fprintf(stderr, "%s\nreplogd: this configuration is not used; see replogd --help\n",
               std::string(why.message()).c_str());
  return 2;
}

int CheckConfiguration(const Configuration& configuration) {
  if (const auto status = CheckListeners(configuration.options); !status.ok()) return WrongUsage(status);
  if (const auto status = CheckFiles(configuration.options); !status.ok()) return WrongUsage(status);
  for (const std::string& warning : configuration.warnings) {
    std::fprintf(stderr, "warning: %s\n", warning.c_str());
  }
  return Print(Describe(configuration));
}

int PrintSettings() { return Print(SettingsPage()); }

}  // namespace replog
