#include "server/config/configuration.h"

#include <yaml-cpp/yaml.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace replog {
namespace {

// What is in force of one setting; nullptr for its default.
const Given* Strongest(const Places& places, const std::string& name) {
  for (const GivenSettings* place : {&places.flags, &places.environment, &places.file}) {
    const auto found = place->find(name);
    if (found != place->end()) return &found->second;
  }
  return nullptr;
}

}  // namespace

Configuration Resolve(const Places& places) {
  Configuration configuration;
  for (const Setting& setting : SettingsOf(configuration.options)) {
    const Given* given = Strongest(places, setting.name);
    if (given != nullptr) {
      const absl::Status status = setting.set(given->text);
      if (!status.ok()) {
        configuration.problems.push_back(
            absl::StrCat(setting.name, " (", given->where, "): ", status.message()));
      }
    }
    configuration.values.push_back(
        {setting.name, setting.show(), given != nullptr ? given->where : "default", setting.reload});
  }
  // What values come to together can be told once each is good.
  if (!configuration.problems.empty()) return configuration;
  if (const absl::Status status = CheckTogether(configuration.options); !status.ok())
    configuration.problems.emplace_back(status.message());
  return configuration;
}

absl::StatusOr<Configuration> Usable(Configuration configuration) {
  if (configuration.problems.empty()) return configuration;
  return absl::InvalidArgumentError(absl::StrJoin(configuration.problems, "\n"));
}

Configuration TakeOver(const Configuration& after, const Configuration& before) {
  Configuration next = before;
  const std::vector<Setting> settings = SettingsOf(next.options);
  for (size_t i = 0; i < settings.size(); ++i) {
    if (settings[i].reload != Reload::kValue) continue;
    // It was accepted once.
    if (settings[i].set(after.values[i].text).ok()) next.values[i] = after.values[i];
  }
  return next;
}

std::string Describe(const Configuration& configuration) {
  YAML::Emitter yaml;
  yaml << YAML::BeginMap;
  for (const Configuration::Value& value : configuration.values) {
    yaml << YAML::Key << value.name << YAML::Value << value.text << YAML::Comment(value.from);
  }
  yaml << YAML::EndMap << YAML::Newline;
  return yaml.c_str();
}

std::vector<std::string> SettingNames() {
  ServerOptions options;
  std::vector<std::string> names;
  for (const Setting& setting : SettingsOf(options)) names.push_back(setting.name);
  return names;
}

}  // namespace replog
