#include "server/api/list_answers.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/api/lease_convert.h"
#include "server/api/log_info.h"
#include "server/api/matching_channels.h"
#include "server/api/node_info.h"

namespace replog {
namespace {

constexpr uint32_t kDefaultListed = 1000;
constexpr uint32_t kMaxListed = 10'000;

// How many entries a page has for which the request says `asked`.
absl::StatusOr<size_t> PageSize(const char* field, uint32_t asked) {
  if (asked == 0) return kDefaultListed;
  if (asked <= kMaxListed) return asked;
  return MakeError(Reason::kInvalidField, absl::StrCat(field, ": is ", asked, ", the limit is ", kMaxListed),
                   {{"field", field}, {"limit", absl::StrCat(kMaxListed)}, {"value", absl::StrCat(asked)}});
}

}  // namespace

absl::Status FillLogs(LogService& service, const Granted<v1::ListLogsRequest>& call,
                      v1::ListLogsResponse& response) {
  for (const LogPtr& log : service.logs().All()) {
    if (call.caller.CheckSees(log->name()).ok()) DescribeLog(service, *log, *response.add_logs());
  }
  return absl::OkStatus();
}

absl::Status FillLog(LogService& service, const Granted<v1::GetLogRequest>& call,
                     v1::GetLogResponse& response) {
  const auto log = service.logs().Find(call.request.log());
  if (!log.ok()) return log.status();
  DescribeLog(service, **log, *response.mutable_log());
  return absl::OkStatus();
}

absl::Status FillChannels(LogService& service, const Granted<v1::ListChannelsRequest>& call,
                          v1::ListChannelsResponse& response) {
  const v1::ListChannelsRequest& request = call.request;
  const auto limit = PageSize("max_channels", request.max_channels());
  if (!limit.ok()) return limit.status();
  const auto log = service.logs().Find(request.log());
  if (!log.ok()) return log.status();
  const auto read = [&](std::string_view prefix, size_t at_most) {
    return service.store().Channels((*log)->number(), (*log)->tail().first_kept(), prefix, request.after(),
                                    at_most, request.with_counts());
  };
  const NamePatterns shown =
      call.caller.Channels(Access::kRead, (*log)->name()).Intersect(NamePatterns({request.prefix() + "*"}));
  const auto channels = ListMatchingChannels(shown, request.after(), *limit + 1, read);
  if (!channels.ok()) return channels.status();
  for (size_t i = 0; i < std::min(*limit, channels->size()); ++i) {
    auto* channel = response.add_channels();
    channel->set_name((*channels)[i].name);
    if (request.with_counts()) channel->set_records((*channels)[i].records);
  }
  if (channels->size() > *limit) response.set_next_after((*channels)[*limit - 1].name);
  return absl::OkStatus();
}

absl::Status FillNodes(LogService& service, const Granted<v1::ListNodesRequest>& call,
                       v1::ListNodesResponse& response) {
  const auto log = service.logs().Find(call.request.log());
  if (!log.ok()) return log.status();
  for (const NodeStatus& node : service.nodes().List(**log, call.request.fleet())) {
    if (SeesNode(call.caller, (*log)->name(), node.record.node))
      FillNodeInfo(node, **log, service, *response.add_nodes());
  }
  return absl::OkStatus();
}

absl::Status FillLeases(LeaseKeeper& leases, const Granted<v1::ListRequest>& call,
                        v1::ListResponse& response) {
  const auto limit = PageSize("max_leases", call.request.max_leases());
  if (!limit.ok()) return limit.status();
  // All that there may be: what is not shown must not count.
  auto found = leases.List(call.request.after(), kMaxListed + 1);
  std::erase_if(found, [&](const Lease& lease) { return !call.caller.CheckLease(lease.name).ok(); });
  for (size_t i = 0; i < std::min(*limit, found.size()); ++i) FillLease(found[i], *response.add_leases());
  if (found.size() > *limit) response.set_next_after(found[*limit - 1].name);
  return absl::OkStatus();
}

}  // namespace replog
