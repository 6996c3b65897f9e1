#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>

#include "tests/faults/linear/lease_model.h"
#include "tests/faults/linear/register_model.h"

namespace replog::linear {

// Chooses what one client asks next, by chance and by what it was told. Not thread-safe.
class RegisterChooser {
 public:
  using Model = RegisterModel;
  RegisterChooser(uint64_t seed, int client)
      : random_(seed), next_value_(static_cast<uint64_t>(client) * 1'000'000) {}

  std::string NextObject() { return "key-" + std::to_string(random_() % 4); }
  RegisterModel::Request Next(const std::string& key);
  void Told(const std::string& key, const RegisterModel::Request& request,
            const RegisterModel::Answer& answer);

 private:
  std::mt19937_64 random_;
  uint64_t next_value_;
  std::map<std::string, int64_t> seen_;  // of each key, the newest sequence that this client was told
};

class LeaseChooser {
 public:
  using Model = LeaseModel;
  LeaseChooser(uint64_t seed, int client) : random_(seed), holder_("client-" + std::to_string(client)) {}

  std::string NextObject() { return "lease-" + std::to_string(random_() % 3); }
  LeaseModel::Request Next(const std::string& name);
  void Told(const std::string& name, const LeaseModel::Request& request, const LeaseModel::Answer& answer);

 private:
  std::mt19937_64 random_;
  const std::string holder_;
  // Of each lease, the newest token that this client was told, whoever holds it.
  std::map<std::string, int64_t> seen_;
};

}  // namespace replog::linear
