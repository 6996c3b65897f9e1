#include "server/api/audit_answers.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/api/wait_time.h"
#include "server/core/names.h"

namespace replog {
namespace {

constexpr int64_t kDefaultAuditUs = 10'000'000;
constexpr int kMaxRangeEnds = 1'000;

std::string BytesOf(const wire::TableDigest& digest) {
  const auto bytes = digest.bytes();
  return {bytes.begin(), bytes.end()};
}

v1::NodeAudit::Outcome ToOutcome(NodeAudit::Outcome outcome) {
  switch (outcome) {
    case NodeAudit::Outcome::kSame:
      return v1::NodeAudit::SAME;
    case NodeAudit::Outcome::kDiverged:
      return v1::NodeAudit::DIVERGED;
    case NodeAudit::Outcome::kNoAnswer:
      break;
  }
  return v1::NodeAudit::NO_ANSWER;
}

using ChannelTest = std::function<bool(const std::string& channel)>;

// Whether a node has diverged is told to who administers the log; in which channels, to who may read them.
v1::AuditResponse ToResponse(const AuditReport& report, const ChannelTest& shown) {
  v1::AuditResponse response;
  response.set_sequence(report.checkpoint);
  for (const auto& [channel, digest] : report.digests) {
    if (!shown(channel)) continue;
    auto& out = *response.add_digests();
    out.set_channel(channel);
    out.set_version(wire::kTableDigestVersion);
    out.set_digest(BytesOf(digest));
    out.set_keys(digest.keys());
  }
  for (const NodeAudit& node : report.nodes) {
    auto& out = *response.add_nodes();
    out.set_node(node.node);
    out.set_outcome(ToOutcome(node.outcome));
    out.set_connected(node.connected);
    for (const std::string& channel : node.diverged) {
      if (shown(channel)) out.add_diverged_channels(channel);
    }
  }
  return response;
}

absl::StatusOr<RangeQuery> ToRangeQuery(const v1::DigestTableRequest& request, const Limits& limits) {
  if (auto status = CheckChannelName(request.channel(), "channel", limits); !status.ok()) return status;
  if (request.range_ends_size() > kMaxRangeEnds) {
    return MakeError(
        Reason::kInvalidField,
        absl::StrCat("range_ends: has ", request.range_ends_size(), " entries, the limit is ", kMaxRangeEnds),
        {{"field", "range_ends"},
         {"limit", std::to_string(kMaxRangeEnds)},
         {"value", std::to_string(request.range_ends_size())}});
  }
  RangeQuery query{.channel = request.channel(),
                   .range_ends = {request.range_ends().begin(), request.range_ends().end()}};
  if (!std::ranges::is_sorted(query.range_ends))
    return MakeError(Reason::kInvalidField, "range_ends: must ascend in byte order",
                     {{"field", "range_ends"}});
  if (request.has_after_key()) query.after_key = request.after_key();
  if (request.has_until_key()) query.until_key = request.until_key();
  if (request.has_before_sequence()) query.before_sequence = request.before_sequence();
  return query;
}

}  // namespace

void RunAudit(LogService& service, const Granted<v1::AuditRequest>& call,
              AnswerLater<v1::AuditResponse> done) {
  const v1::AuditRequest& request = call.request;
  if (auto status = CheckWaitedNodes({request.nodes().begin(), request.nodes().end()}, request.fleet());
      !status.ok())
    return done(status);
  const auto log = service.logs().FindForChange(request.log());
  if (!log.ok()) return done(log.status());
  const auto timeout_us = WaitMicros(request, kDefaultAuditUs);
  if (!timeout_us.ok()) return done(timeout_us.status());
  const ChannelTest shown = [caller = call.caller, log = (*log)->name()](const std::string& channel) {
    return caller.CheckChannel(Access::kRead, log, channel).ok();
  };
  service.audits().Run({*log, {request.nodes().begin(), request.nodes().end()}, request.fleet(), *timeout_us},
                       [shown, done = std::move(done)](const absl::StatusOr<AuditReport>& report) mutable {
                         if (!report.ok()) return done(report.status());
                         done(ToResponse(*report, shown));
                       });
}

absl::Status AnswerDigestTable(LogService& service, const v1::DigestTableRequest& request,
                               v1::DigestTableResponse& response) {
  const auto query = ToRangeQuery(request, service.options().limits);
  if (!query.ok()) return query.status();
  const auto log = service.logs().Find(request.log());
  if (!log.ok()) return log.status();
  response.set_as_of_sequence((*log)->tail().committed_end());
  const auto ranges = DigestRanges(
      *query, [&](const TableScan& scan) { return service.store().ReadTable((*log)->number(), scan); });
  if (!ranges.ok()) return ranges.status();
  for (const wire::TableDigest& range : *ranges) {
    auto& out = *response.add_ranges();
    out.set_digest(BytesOf(range));
    out.set_keys(range.keys());
  }
  return absl::OkStatus();
}

}  // namespace replog
