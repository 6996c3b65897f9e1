#include "server/auth/caller.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"

namespace replog {
namespace {

constexpr std::string_view kSystem = "_system";

// What was asked for, by its kind: log, channel, node, lease.
struct Asked {
  const char* kind;
  std::string_view name;
};

absl::Status Denied(const std::string& principal, std::string_view verb, const std::vector<Asked>& asked) {
  std::string message = absl::StrCat("principal \"", principal, "\" has no grant to ", std::string(verb));
  Metadata metadata{{"principal", principal}, {"verb", std::string(verb)}};
  const char* joint = "";
  for (const Asked& one : asked) {
    const std::string name = Excerpt(one.name);
    absl::StrAppend(&message, joint, " ", one.kind, " \"", name, "\"");
    metadata.emplace_back(one.kind, name);
    joint = " of";
  }
  return MakeError(Reason::kPermissionDenied, message, metadata);
}

NamePatterns ToPatterns(const ChannelFilter& filter) {
  if (filter.all()) return NamePatterns({"*"});
  std::vector<std::string> patterns = filter.names();
  for (const std::string& prefix : filter.prefixes()) patterns.push_back(prefix + "*");
  return NamePatterns(patterns);
}

}  // namespace

template <typename Also>
bool Caller::Has(Access access, std::string_view log, const Also& also) const {
  return std::ranges::any_of(principal_->grants, [&](const Grant& grant) {
    return grant.verbs.Has(access) && grant.logs.Covers(log) && also(grant);
  });
}

absl::Status Caller::CheckAny(Verbs verbs) const {
  if (std::ranges::any_of(principal_->grants, [&](const Grant& g) { return g.verbs.HasAny(verbs); }))
    return absl::OkStatus();
  std::string wanted;
  for (const Access access :
       {Access::kRead, Access::kAppend, Access::kNode, Access::kLease, Access::kAdmin}) {
    if (verbs.Has(access))
      absl::StrAppend(&wanted, wanted.empty() ? "" : " or ", std::string(AccessName(access)));
  }
  return Denied(name(), wanted, {});
}

absl::Status Caller::CheckLog(Access access, std::string_view log) const {
  if (Has(access, log, [](const Grant&) { return true; })) return absl::OkStatus();
  return Denied(name(), AccessName(access), {{"log", log}});
}

absl::Status Caller::CheckSees(std::string_view log) const {
  for (const Grant& grant : principal_->grants) {
    if (grant.logs.Covers(log)) return absl::OkStatus();
  }
  return Denied(name(), "see", {{"log", log}});
}

absl::Status Caller::CheckChannel(Access access, std::string_view log, std::string_view channel) const {
  if (Has(access, log, [&](const Grant& grant) { return grant.channels.Covers(channel); }))
    return absl::OkStatus();
  return Denied(name(), AccessName(access), {{"channel", channel}, {"log", log}});
}

bool Caller::HasAllChannels(Access access, std::string_view log) const {
  return Has(access, log, [](const Grant& grant) { return grant.channels.all(); });
}

absl::Status Caller::CheckNode(std::string_view log, std::string_view node) const {
  if (Has(Access::kNode, log, [&](const Grant& grant) { return grant.nodes.Covers(node); }))
    return absl::OkStatus();
  return Denied(name(), AccessName(Access::kNode), {{"node", node}, {"log", log}});
}

absl::Status Caller::CheckLease(std::string_view lease) const {
  const auto has = [&](const Grant& grant) {
    return grant.verbs.Has(Access::kLease) && grant.leases.Covers(lease);
  };
  if (std::ranges::any_of(principal_->grants, has)) return absl::OkStatus();
  return Denied(name(), AccessName(Access::kLease), {{"lease", lease}});
}

absl::Status Caller::CheckServerAdmin() const { return CheckAdmin(kSystem); }

absl::Status Caller::CheckReadsEverything() const {
  LogPatterns logs;
  for (const Grant& grant : principal_->grants) {
    if (grant.verbs.Has(Access::kRead) && grant.channels.all()) logs = logs.Unite(grant.logs);
  }
  return logs.all() ? absl::OkStatus()
                    : Denied(name(), "read everything (logs \"*\" and \"_*\", all channels)", {});
}

NamePatterns Caller::Channels(Access access, std::string_view log) const {
  NamePatterns channels;
  for (const Grant& grant : principal_->grants) {
    if (grant.verbs.Has(access) && grant.logs.Covers(log)) channels = channels.Unite(grant.channels);
  }
  return channels;
}

absl::StatusOr<ChannelFilter> Caller::Narrow(Access access, std::string_view log,
                                             const ChannelFilter& wanted) const {
  if (HasAllChannels(access, log)) return wanted;
  for (const std::string& channel : wanted.names()) {
    if (auto status = CheckChannel(access, log, channel); !status.ok()) return status;
  }
  const NamePatterns granted = Channels(access, log).Intersect(ToPatterns(wanted));
  // A filter without patterns would be all channels.
  if (granted.empty()) return Denied(name(), AccessName(access), {{"log", log}});
  return ChannelFilter(granted.ToStrings());
}

absl::Status Caller::CheckFilter(Access access, std::string_view log, const ChannelFilter& filter) const {
  if (HasAllChannels(access, log) || Channels(access, log).Covers(ToPatterns(filter)))
    return absl::OkStatus();
  return Denied(name(), AccessName(access), {{"log", log}});
}

absl::Status Caller::Admit(size_t bytes) const { return limited() ? usage_->Admit(bytes) : absl::OkStatus(); }

void Caller::Charge(size_t bytes) const {
  if (limited()) usage_->Charge(bytes);
}

absl::StatusOr<StreamSlot> Caller::OpenStream() const {
  if (auto status = usage_->OpenStream(); !status.ok()) return status;
  return StreamSlot(usage_);
}

}  // namespace replog
