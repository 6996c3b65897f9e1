#include "tests/faults/linear/liars.h"

#include <map>
#include <random>

namespace replog::linear {
namespace {

// True once in about `one_in` times. Each client has a service of its own, so no lock is needed.
class Dice {
 public:
  Dice(uint64_t seed, uint64_t one_in) : random_(seed), one_in_(one_in) {}
  bool operator()() { return random_() % one_in_ == 0; }

 private:
  std::mt19937_64 random_;
  uint64_t one_in_;
};

constexpr uint64_t kOneIn = 5;

using RegisterKind = RegisterModel::Request::Kind;
using LeaseKind = LeaseModel::Request::Kind;

}  // namespace

Service<RegisterModel> WithStaleReads(Service<RegisterModel> honest, uint64_t seed) {
  return [honest = std::move(honest), lies = Dice(seed, kOneIn),
          cache = std::map<std::string, RegisterModel::Answer>()](
             const std::string& key, const RegisterModel::Request& request) mutable {
    const bool read = request.kind == RegisterKind::kRead;
    if (read && cache.contains(key) && lies()) return std::optional(cache[key]);
    const auto answer = honest(key, request);
    if (read && answer) cache[key] = *answer;
    return answer;
  };
}

Service<RegisterModel> WithLostWrites(Service<RegisterModel> honest, uint64_t seed) {
  return [honest = std::move(honest), lies = Dice(seed, kOneIn)](
             const std::string& key, const RegisterModel::Request& request) mutable {
    if (request.kind != RegisterKind::kPut || !lies()) return honest(key, request);
    return honest("elsewhere", request);
  };
}

Service<RegisterModel> WithoutConditions(Service<RegisterModel> honest, uint64_t seed) {
  return [honest = std::move(honest), lies = Dice(seed, kOneIn)](const std::string& key,
                                                                 RegisterModel::Request request) mutable {
    const bool conditional =
        request.kind == RegisterKind::kPutIf || request.kind == RegisterKind::kPutIfAbsent;
    if (conditional && lies()) request.kind = RegisterKind::kPut;
    return honest(key, request);
  };
}

Service<LeaseModel> WithDoubleGrants(Service<LeaseModel> honest, uint64_t seed) {
  return [honest = std::move(honest), lies = Dice(seed, kOneIn)](const std::string& name,
                                                                 const LeaseModel::Request& request) mutable {
    auto answer = honest(name, request);
    const bool held = answer && answer->refused && answer->token && request.kind == LeaseKind::kAcquire;
    if (held && lies()) answer = {false, request.holder, *answer->token + 1};
    return answer;
  };
}

Service<LeaseModel> WithForgottenHolders(Service<LeaseModel> honest, uint64_t seed) {
  return [honest = std::move(honest), lies = Dice(seed, kOneIn)](const std::string& name,
                                                                 const LeaseModel::Request& request) mutable {
    const auto answer = honest(name, request);
    const bool held = answer && !answer->refused && !answer->holder.empty();
    // A release that nobody asked for.
    if (held && lies()) honest(name, {LeaseKind::kRelease, "", *answer->token});
    return answer;
  };
}

}  // namespace replog::linear
