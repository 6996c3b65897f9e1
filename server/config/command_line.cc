#include "server/config/command_line.h"

#include "absl/strings/str_cat.h"

namespace replog {
namespace {

void AddFlag(CLI::App& app, CommandLine& line, const Setting& setting) {
  // --insecure alone means true.
  const auto take = [&line, name = setting.name, flag = setting.Flag()](const std::string& text) {
    line.flags[name] = {text.empty() ? "true" : text, flag};
  };
  auto* flag = app.add_option_function<std::string>(setting.Flag(), take,
                                                    absl::StrCat(setting.help, " [", setting.accepts, "]"));
  flag->type_name(setting.kind)->default_str(setting.show())->group(setting.group);
  // Where no value stands CLI11 takes the text of the default.
  if (setting.is_switch) flag->expected(0, 1)->default_str("");
}

}  // namespace

void AddSettingFlags(CLI::App& app, CommandLine& line, const std::string& only) {
  app.add_option("--config", line.config_file, "The YAML file of settings")
      ->type_name("FILE")
      ->envname("REPLOG_CONFIG");
  ServerOptions defaults;
  for (const Setting& setting : SettingsOf(defaults)) {
    if (only.empty() || only == setting.name) AddFlag(app, line, setting);
  }
}

}  // namespace replog
