#include "server/main/reloader.h"

#include "server/logging/logging.h"

namespace replog {
namespace {

// Tells of each setting that differs, and of what is to happen with it.
void LogChanges(const Configuration& before, const Configuration& after) {
  for (size_t i = 0; i < after.values.size(); ++i) {
    const Configuration::Value& value = after.values[i];
    const std::string& old = before.values[i].text;
    if (value.text == old) continue;
    const LogFields fields{
        {"setting", value.name}, {"before", old}, {"after", value.text}, {"from", value.from}};
    if (value.reload == Reload::kValue) {
      LogWith(spdlog::level::info, "setting changed", fields);
    } else {
      LogWith(spdlog::level::warn, "setting needs a restart to change", fields);
    }
  }
}

}  // namespace

void Reloader::Reload() {
  for (const Apply& apply : by_themselves_) apply(in_force_.options);
  if (const auto status = TryReload(); !status.ok()) {
    LogWith(spdlog::level::err, "reload refused, nothing is changed", {{"why", status.message()}});
  } else {
    spdlog::info("reloaded");
  }
}

absl::Status Reloader::TryReload() {
  const auto loaded = load_();
  if (!loaded.ok()) return loaded.status();
  Configuration next = TakeOver(*loaded, in_force_);
  if (auto status = check_(next.options); !status.ok()) return status;
  LogChanges(in_force_, *loaded);
  in_force_ = std::move(next);
  for (const Apply& apply : parts_) apply(in_force_.options);
  return absl::OkStatus();
}

}  // namespace replog
