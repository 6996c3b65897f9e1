#include "server/rpc/acknowledge.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"
#include "server/core/names.h"

namespace replog {
namespace {

absl::Status Check(const v1::AcknowledgeRequest& request) {
  if (auto status = CheckNodeName(request.node(), "node"); !status.ok()) return status;
  if (!request.has_next_sequence()) {
    return MakeError(Reason::kInvalidField, "next_sequence: is required", {{"field", "next_sequence"}});
  }
  if (request.digests_size() > 0 && !request.has_digest_sequence()) {
    return MakeError(Reason::kInvalidField, "digest_sequence: is required with digests",
                     {{"field", "digest_sequence"}});
  }
  if (request.digest_sequence() > request.next_sequence()) {
    return MakeError(Reason::kInvalidField,
                     absl::StrCat("digest_sequence: is ", request.digest_sequence(),
                                  ", past next_sequence, which is ", request.next_sequence()),
                     {{"field", "digest_sequence"}, {"value", std::to_string(request.digest_sequence())}});
  }
  return absl::OkStatus();
}

absl::Status CheckDigest(const v1::ChannelDigest& digest, const std::string& path, const Limits& limits) {
  if (auto status = CheckChannelName(digest.channel(), path + ".channel", limits); !status.ok())
    return status;
  if (digest.version() != wire::kTableDigestVersion) {
    return MakeError(
        Reason::kInvalidField,
        absl::StrCat(path, ".version: is ", digest.version(), ", known is ", wire::kTableDigestVersion),
        {{"field", path + ".version"}});
  }
  if (digest.digest().size() == wire::DigestBytes().size()) return absl::OkStatus();
  return MakeError(Reason::kInvalidField,
                   absl::StrCat(path, ".digest: has ", digest.digest().size(), " bytes, it must have 32"),
                   {{"field", path + ".digest"}});
}

absl::StatusOr<ChannelDigests> ToDigests(const v1::AcknowledgeRequest& request, const Limits& limits) {
  ChannelDigests digests;
  for (int i = 0; i < request.digests_size(); ++i) {
    const auto& digest = request.digests(i);
    if (auto status = CheckDigest(digest, absl::StrCat("digests[", i, "]"), limits); !status.ok())
      return status;
    wire::DigestBytes bytes;
    std::ranges::copy(digest.digest(), bytes.begin());
    if (!digests.emplace(digest.channel(), wire::TableDigest(bytes, digest.keys())).second) {
      const std::string field = absl::StrCat("digests[", i, "].channel");
      return MakeError(Reason::kInvalidField,
                       absl::StrCat(field, ": \"", Excerpt(digest.channel()), "\" is there twice"),
                       {{"field", field}});
    }
  }
  return digests;
}

// Whether an audit may go by what came with the acknowledgement: it is of the process that is connected, if
// one is. The cursor refuses one that begins anew as long as it is behind what the one before it left.
bool IsNodesWord(LogService& service, const Log& log, const std::string& name, Sequence next,
                 const absl::Status& status) {
  if (!status.ok() && ReasonOf(status) != Reason::kCursorBackwards) return false;
  const NodeStatus node = service.nodes().Choose(log, {name}, "").front();
  const bool connected = node.state != NodeStatus::State::kGone;
  return (status.ok() || connected) && node.applied && *node.applied >= next;
}

}  // namespace

void Acknowledge(LogService& service, const v1::AcknowledgeRequest& request,
                 AnswerLater<v1::AcknowledgeResponse> done) {
  if (auto status = Check(request); !status.ok()) return done(status);
  // The server's own log has no nodes: each acknowledgement would be a record of it.
  const auto log = service.logs().FindForChange(request.log());
  if (!log.ok()) return done(log.status());
  auto digests = ToDigests(request, service.options().limits);
  if (!digests.ok()) return done(digests.status());
  std::optional<Sequence> checkpoint;
  if (request.has_digest_sequence()) checkpoint = request.digest_sequence();
  service.nodes().Acknowledge(*log, request.node(), request.next_sequence(), request.allow_backwards(),
                              [&service, log = *log, name = request.node(), next = request.next_sequence(),
                               checkpoint, digests = *std::move(digests),
                               done = std::move(done)](const absl::StatusOr<NodeRecord>& node) mutable {
                                if (checkpoint && IsNodesWord(service, *log, name, next, node.status()))
                                  service.audits().OnDigests(*log, name, *checkpoint, std::move(digests));
                                if (!node.ok()) return done(node.status());
                                v1::AcknowledgeResponse response;
                                response.set_cursor(node->cursor->next_sequence);
                                done(std::move(response));
                              });
}

}  // namespace replog
