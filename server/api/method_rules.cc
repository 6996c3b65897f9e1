#include "server/api/method_rules.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace replog {
namespace {

constexpr std::string_view kShowsOnly = "shows what is granted and nothing else";
constexpr std::string_view kHealth =
    "probes have no credential, and it tells nothing but whether the server serves";
constexpr std::string_view kReflection =
    "the contract is public, and it tells nothing of the data; `reflection: false` turns it off";

constexpr std::array kRules{
    MethodRule{"replog.v1.ReplicationLog/Append", Access::kAppend, ""},
    MethodRule{"replog.v1.ReplicationLog/AppendStream", Access::kAppend, ""},
    MethodRule{"replog.v1.ReplicationLog/Subscribe", Access::kRead, ""},
    MethodRule{"replog.v1.ReplicationLog/Read", Access::kRead, ""},
    MethodRule{"replog.v1.ReplicationLog/Lookup", Access::kRead, ""},
    MethodRule{"replog.v1.ReplicationLog/DigestTable", Access::kRead, ""},
    MethodRule{"replog.v1.ReplicationLog/RegisterProducer", Access::kAppend, ""},
    MethodRule{"replog.v1.ReplicationLog/Acknowledge", Access::kNode, ""},
    MethodRule{"replog.v1.ReplicationLog/AwaitSync", Access::kRead, ""},
    MethodRule{"replog.v1.LogAdmin/CreateLog", Access::kAdmin, ""},
    MethodRule{"replog.v1.LogAdmin/UpdateLog", Access::kAdmin, ""},
    MethodRule{"replog.v1.LogAdmin/DeleteLog", Access::kAdmin, ""},
    MethodRule{"replog.v1.LogAdmin/ListLogs", Verbs::All(), kShowsOnly},
    MethodRule{"replog.v1.LogAdmin/GetLog", Verbs::All(), kShowsOnly},
    MethodRule{"replog.v1.LogAdmin/ListChannels", Access::kRead, ""},
    MethodRule{"replog.v1.LogAdmin/ListNodes", {Access::kNode, Access::kAdmin}, ""},
    MethodRule{"replog.v1.LogAdmin/ForgetNode", Access::kAdmin, ""},
    MethodRule{"replog.v1.LogAdmin/Audit", Access::kAdmin, ""},
    MethodRule{"replog.v1.LogAdmin/TrimLog", Access::kAdmin, ""},
    MethodRule{"replog.v1.LogAdmin/Verify", Access::kAdmin, ""},
    MethodRule{"replog.v1.LogAdmin/Backup", Access::kAdmin, ""},
    MethodRule{"replog.v1.Leases/Acquire", Access::kLease, ""},
    MethodRule{"replog.v1.Leases/Renew", Access::kLease, ""},
    MethodRule{"replog.v1.Leases/Release", Access::kLease, ""},
    MethodRule{"replog.v1.Leases/Get", Access::kLease, ""},
    MethodRule{"replog.v1.Leases/List", Access::kLease, ""},
    MethodRule{"grpc.health.v1.Health/Check", {}, kHealth},
    MethodRule{"grpc.health.v1.Health/Watch", {}, kHealth},
    MethodRule{"grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", {}, kReflection},
};

const google::protobuf::MethodDescriptor* DescriptorOf(std::string_view method) {
  std::string name(method);
  std::ranges::replace(name, '/', '.');
  return google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
}

}  // namespace

std::span<const MethodRule> MethodRules() { return kRules; }

const MethodRule* FindMethodRule(std::string_view method) {
  const auto found = std::ranges::find(kRules, method, &MethodRule::method);
  return found == kRules.end() ? nullptr : &*found;
}

const MethodRule& RuleOf(const google::protobuf::Descriptor& request) {
  for (const MethodRule& rule : kRules) {
    const auto* method = DescriptorOf(rule.method);
    if (method != nullptr && method->input_type() == &request) return rule;
  }
  // Not served without a rule, by no means.
  std::fprintf(stderr, "no rule says who may send a %s\n", request.full_name().c_str());
  std::abort();
}

}  // namespace replog
