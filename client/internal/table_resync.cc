#include "client/internal/table_resync.h"

#include <algorithm>
#include <utility>

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

std::vector<RecordView> ViewsOf(const std::vector<std::string>& encoded) {
  std::vector<RecordView> views;
  for (const std::string& record : encoded) {
    const auto view = wire::DecodeRecord(record);
    if (view && view->has_key && !view->deleted) views.push_back(FromWire(*view));
  }
  return views;
}

}  // namespace

Result<std::vector<std::string>> TableResync::Run() {
  Status status = Narrow({});
  if (status.ok()) status = MendGathered();
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
  uint64_t few_keys = 0;        // which the table has there
  Status status;
  for (size_t i = 0; i < sums.sums.size() && status.ok(); ++i) {
    const KeyRange part = Part(range, sums.ends, i);
    const bool is_few = (*differing)[i] && sums.sums[i].keys() <= kFewKeys;
    if (is_few) {
      few = {few ? few->after : part.after, part.until};
      few_keys += sums.sums[i].keys();
    }
    if (few && (!is_few || i + 1 == sums.sums.size())) {
      status = Gather(*few, std::exchange(few_keys, 0));
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
  const auto response = transport_.Call(Repeat::kSafe, &v1::ReplicationLog::Stub::DigestTable, request);
  if (!response.ok()) return response.status();
  if (response->as_of_sequence() < sums.applied) return Behind();
  if (static_cast<size_t>(response->ranges_size()) != sums.sums.size())
    return Status(StatusCode::kInternal, "the server gave digests of other ranges", reason::kProtocol);
  std::vector<bool> differing;
  for (int i = 0; i < response->ranges_size(); ++i) {
    differing.push_back(!Same(sums.sums[static_cast<size_t>(i)], response->ranges(i)));
  }
  return differing;
}

Status TableResync::Gather(const KeyRange& range, uint64_t keys) {
  KeyRange rest = range;
  for (uint64_t most = keys + kFewKeys;; most = kPageRecords) {
    const auto next = GatherPage(rest, most);
    if (!next.ok()) return next.status();
    if (found_bytes_ >= kMostGatheredBytes) {
      if (Status status = MendGathered(); !status.ok()) return status;
    }
    if (!*next) return {};
    rest.after = **next;
  }
}

Result<std::optional<std::string>> TableResync::GatherPage(const KeyRange& rest, uint64_t most) {
  if (found_.empty()) since_ = core_.Watch(channel_);
  const auto page = LookUp(rest, most);
  if (!page.ok()) return page.status();
  if (page->as_of_sequence() < since_) return Behind();
  std::optional<std::string> next;
  if (page->has_next_after_key() && (!rest.until || page->next_after_key() < *rest.until)) {
    next = page->next_after_key();
  }
  Found found{{rest.after, next ? next : rest.until}, {}};
  for (const v1::Record& record : page->records()) {
    if (rest.until && record.key() > *rest.until) continue;
    found.records.push_back(record.SerializeAsString());
    found_bytes_ += found.records.back().size();
  }
  found_.push_back(std::move(found));
  return next;
}

Result<v1::LookupResponse> TableResync::LookUp(const KeyRange& range, uint64_t most) {
  v1::LookupRequest request;
  request.set_log(log_);
  request.set_channel(channel_);
  if (range.after) request.set_after_key(*range.after);
  request.set_max_records(static_cast<uint32_t>(most));
  return transport_.Call(Repeat::kSafe, &v1::ReplicationLog::Stub::Lookup, request);
}

Status TableResync::MendGathered() {
  if (found_.empty()) return {};
  // What was deleted while the look-ups were under way is missing in them; the stream brings that by itself,
  // and then the key is known to have changed.
  if (Status status = CatchUp(); !status.ok()) return status;
  in_turn_([this] {
    for (const Found& found : found_) {
      const auto mended = core_.Mend(channel_, found.range, ViewsOf(found.records), since_);
      mended_.insert(mended_.end(), mended.begin(), mended.end());
    }
    core_.Unwatch();
  });
  found_.clear();
  found_bytes_ = 0;
  return {};
}

Status TableResync::CatchUp() {
  v1::GetLogRequest request;
  request.set_log(log_);
  const auto response = transport_.Call(Repeat::kSafe, &v1::LogAdmin::Stub::GetLog, request);
  if (!response.ok()) return response.status();
  const uint64_t end = response->log().committed_end();
  return end == 0 ? Status() : core_.WaitUntil(end - 1, transport_.options().call_timeout);
}

}  // namespace replog::client::internal
