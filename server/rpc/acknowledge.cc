#include "server/rpc/acknowledge.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
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
    digests[digest.channel()] = wire::TableDigest(bytes, digest.keys());
  }
  return digests;
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
  if (request.has_digest_sequence())
    service.audits().OnDigests(**log, request.node(), request.digest_sequence(), *std::move(digests));
  service.nodes().Acknowledge(*log, request.node(), request.next_sequence(), request.allow_backwards(),
                              [done = std::move(done)](const absl::StatusOr<NodeRecord>& node) mutable {
                                if (!node.ok()) return done(node.status());
                                v1::AcknowledgeResponse response;
                                response.set_cursor(node->cursor->next_sequence);
                                done(std::move(response));
                              });
}

}  // namespace replog
