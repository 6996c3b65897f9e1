#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/config/configuration.h"

namespace replog {

// Brings a changed configuration into force while the server runs: all of what can be reloaded, or nothing
// when any of it is wrong. What came of it goes to the log. Not thread-safe.
class Reloader {
 public:
  // Reads the configuration anew.
  using Load = std::function<absl::StatusOr<Configuration>()>;
  // Judges the files that the settings name.
  using Check = std::function<absl::Status(const ServerOptions&)>;
  // Brings the part of the options that it is for into force; the options and the files were judged good.
  using Apply = std::function<void(const ServerOptions&)>;

  Reloader(Configuration in_force, Load load, Check check)
      : in_force_(std::move(in_force)), load_(std::move(load)), check_(std::move(check)) {}

  // Registers a part; parts are applied in this order.
  void Add(Apply apply) { parts_.push_back(std::move(apply)); }

  // Registers a part that judges its file itself and is applied whatever is wrong elsewhere: what was revoked
  // in one file must not live on because of another.
  void AddByItself(Apply apply) { by_themselves_.push_back(std::move(apply)); }

  void Reload();

 private:
  absl::Status TryReload();

  Configuration in_force_;
  const Load load_;
  const Check check_;
  std::vector<Apply> parts_;
  std::vector<Apply> by_themselves_;
};

}  // namespace replog
