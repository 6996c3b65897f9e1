#include "tests/faults/linear/choose.h"

namespace replog::linear {

RegisterModel::Request RegisterChooser::Next(const std::string& key) {
  using Kind = RegisterModel::Request::Kind;
  const auto seen = seen_.find(key);
  switch (random_() % 16) {
    case 0:
      return {Kind::kDelete, 0, 0};
    case 1:
      return {Kind::kPut, ++next_value_, 0};
    case 2:
    case 3:
      return {Kind::kPutIfAbsent, ++next_value_, 0};
    default:
      if (random_() % 2 == 0 || seen == seen_.end()) return {};
      return {Kind::kPutIf, ++next_value_, seen->second};
  }
}

void RegisterChooser::Told(const std::string& key, const RegisterModel::Request& /*request*/,
                           const RegisterModel::Answer& answer) {
  if (answer.sequence) seen_[key] = *answer.sequence;
}

LeaseModel::Request LeaseChooser::Next(const std::string& name) {
  using Kind = LeaseModel::Request::Kind;
  const auto seen = seen_.find(name);
  const uint64_t choice = random_() % 8;
  if (seen == seen_.end() || choice < 2) return {choice == 0 ? Kind::kGet : Kind::kAcquire, holder_, 0};
  // The token may be another client's: it is the token that counts, not who shows it.
  return {choice < 4 ? Kind::kRenew : Kind::kRelease, "", seen->second};
}

void LeaseChooser::Told(const std::string& name, const LeaseModel::Request& request,
                        const LeaseModel::Answer& answer) {
  const bool gone = request.kind == LeaseModel::Request::Kind::kRelease || answer.holder.empty();
  if (answer.token) seen_[name] = *answer.token;
  if (gone && !answer.token) seen_.erase(name);
}

}  // namespace replog::linear
