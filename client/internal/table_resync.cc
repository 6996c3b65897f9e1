#include "client/internal/table_resync.h"

#include <algorithm>

#include "client/internal/conversion.h"
#include "proto/wire/record_view.h"
#include "replog/v1/log_admin.grpc.pb.h"
#include "replog/v1/replication_log.grpc.pb.h"

namespace replog::client::internal {
namespace {

using Repeat = Transport::Repeat;

// The range `i` of those that `range` was cut into.
TableRows::KeyRange Part(const TableRows::KeyRange& range, const std::vector<std::string>& ends, size_t i) {
  return {i == 0 ? range.after : ends[i - 1], i == ends.size() ? range.until : ends[i]};
}

// The answer is of a server that has less than the table.
Status Behind() { return {StatusCode::kUnavailable, "the server that answered is behind the table"}; }

bool Same(const wire::TableDigest& held, const v1::RangeDigest& log) {
  const wire::DigestBytes bytes = held.bytes();
  return held.keys() == log.keys() &&
         std::equal(bytes.begin(), bytes.end(), log.digest().begin(), log.digest().end(),
                    [](uint8_t a, char b) { return a == static_cast<uint8_t>(b); });
}

}  // namespace

Result<std::vector<std::string>> TableResync::Run() {
  Status status = Narrow({});
  core_.Unwatch();
  if (!status.ok()) return status;
  std::sort(mended_.begin(), mended_.end());
  mended_.erase(std::unique(mended_.begin(), mended_.end()), mended_.end());
  return mended_;
}

Status TableResync::Narrow(const KeyRange& range) {
  const TableCore::RangeSums sums = core_.SumRanges(channel_, range, kMaxRanges);
  const auto differing = Differing(range, sums);
  if (!differing.ok()) return differing.status();
  std::optional<KeyRange> few;  // neighbours with few keys, to be looked up together
  Status status;
  for (size_t i = 0; i < sums.sums.size() && status.ok(); ++i) {
    const KeyRange part = Part(range, sums.ends, i);
    const bool is_few = (*differing)[i] && sums.sums[i].keys() <= kFewKeys;
    if (is_few) few = {few ? few->after : part.after, part.until};
    if (few && (!is_few || i + 1 == sums.sums.size())) {
      status = MendRange(*few);
      few.reset();
    }
    if (status.ok() && (*differing)[i] && !is_few) status = Narrow(part);
  }
  return status;
}

Result<std::vector<bool>> TableResync::Differing(const KeyRange& range, const TableCore::RangeSums& sums) {
  v1::DigestTableRequest request;
  request.set_log(log_);
  request.set_channel(channel_);
  if (range.after) request.set_after_key(*range.after);
  if (range.until) request.set_until_key(*range.until);
  for (const std::string& end : sums.ends) request.add_range_ends(end);
  request.set_before_sequence(sums.applied);
  v1::DigestTableResponse response;
  Status status = transport_.Call(Repeat::kSafe, [&](const Channel& channel, grpc::ClientContext& context) {
    return v1::ReplicationLog::NewStub(channel)->DigestTable(&context, request, &response);
  });
  if (!status.ok()) return status;
  if (response.as_of_sequence() < sums.applied) return Behind();
  if (static_cast<size_t>(response.ranges_size()) != sums.sums.size())
    return Status(StatusCode::kInternal, "the server gave digests of other ranges", reason::kProtocol);
  std::vector<bool> differing;
  for (int i = 0; i < response.ranges_size(); ++i) {
    differing.push_back(!Same(sums.sums[static_cast<size_t>(i)], response.ranges(i)));
  }
  return differing;
}

Status TableResync::MendRange(const KeyRange& range) {
  KeyRange rest = range;
  for (;;) {
    const auto next = MendPage(rest);
    if (!next.ok()) return next.status();
    if (!*next) return {};
    rest.after = **next;
  }
}

Result<std::optional<std::string>> TableResync::MendPage(const KeyRange& rest) {
  const uint64_t since = core_.Watch(channel_);
  auto page = LookUp(rest);
  if (!page.ok()) return page.status();
  if (page->as_of_sequence() < since) return Behind();
  // What was deleted while the look-up was under way is missing in it; the stream brings that by itself, and
  // then the key is known to have changed.
  if (Status status = CatchUp(); !status.ok()) return status;
  std::optional<std::string> next;
  if (page->has_next_after_key() && (!rest.until || page->next_after_key() < *rest.until)) {
    next = page->next_after_key();
  }
  MendInTurn({rest.after, next ? next : rest.until}, *page, since);
  return next;
}

Result<v1::LookupResponse> TableResync::LookUp(const KeyRange& range) {
  v1::LookupRequest request;
  request.set_log(log_);
  request.set_channel(channel_);
  if (range.after) request.set_after_key(*range.after);
  v1::LookupResponse response;
  Status status = transport_.Call(Repeat::kSafe, [&](const Channel& channel, grpc::ClientContext& context) {
    return v1::ReplicationLog::NewStub(channel)->Lookup(&context, request, &response);
  });
  if (!status.ok()) return status;
  return response;
}

Status TableResync::CatchUp() {
  v1::GetLogRequest request;
  request.set_log(log_);
  v1::GetLogResponse response;
  Status status = transport_.Call(Repeat::kSafe, [&](const Channel& channel, grpc::ClientContext& context) {
    return v1::LogAdmin::NewStub(channel)->GetLog(&context, request, &response);
  });
  if (!status.ok() || response.log().committed_end() == 0) return status;
  return core_.WaitUntil(response.log().committed_end() - 1, transport_.options().call_timeout);
}

void TableResync::MendInTurn(const KeyRange& range, const v1::LookupResponse& page, uint64_t since) {
  std::vector<std::string> encoded;  // what the views are of
  for (const v1::Record& record : page.records()) {
    if (!range.until || record.key() <= *range.until) encoded.push_back(record.SerializeAsString());
  }
  std::vector<RecordView> found;
  for (const std::string& record : encoded) {
    const auto view = wire::DecodeRecord(record);
    if (view && view->has_key && !view->deleted) found.push_back(FromWire(*view));
  }
  in_turn_([&] {
    const auto mended = core_.Mend(channel_, range, found, since);
    mended_.insert(mended_.end(), mended.begin(), mended.end());
  });
}

}  // namespace replog::client::internal
