#pragma once

#include <span>
#include <string_view>

#include "google/protobuf/descriptor.h"
#include "server/auth/grant.h"

namespace replog {

// What it takes to call a method at all. What of a request its caller must be granted is in grants_needed.h.
struct MethodRule {
  std::string_view method;  // "replog.v1.LogAdmin/TrimLog"
  Verbs any_of;             // the caller has at least one of them, for something; none: open to everybody
  std::string_view why;     // it is open, or is not asked for more

  bool open() const { return any_of.empty(); }
  // Calls of it are taken note of.
  bool audited() const { return any_of == Verbs(Access::kAdmin); }
};

// One for every method of every service that the server registers; a test fails when one is missing.
std::span<const MethodRule> MethodRules();

// Null when there is none.
const MethodRule* FindMethodRule(std::string_view method);

// The rule of the methods that take `request`: those that take the same message have the same.
const MethodRule& RuleOf(const google::protobuf::Descriptor& request);
template <typename Request>
const MethodRule& RuleOf() {
  static const MethodRule& rule = RuleOf(*Request::descriptor());
  return rule;
}

}  // namespace replog
