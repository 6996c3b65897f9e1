#include "server/api/page_answers.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/api/convert.h"
#include "server/core/lookup.h"
#include "server/core/page.h"

namespace replog {
namespace {

template <typename Value>
absl::Status CheckAtMost(const char* field, Value value, Value limit) {
  if (value <= limit) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, absl::StrCat(field, ": is ", value, ", the limit is ", limit),
                   {{"field", field}, {"limit", absl::StrCat(limit)}, {"value", absl::StrCat(value)}});
}

absl::StatusOr<PageRequest> ToPageRequest(const v1::ReadRequest& request, const Limits& limits) {
  absl::Status status = CheckAtMost<size_t>("max_records", request.max_records(), kMaxPageRecords);
  status.Update(CheckAtMost<size_t>("max_bytes", request.max_bytes(), kMaxPageBytes));
  if (!status.ok()) return status;
  auto start = ToStart(request);
  if (!start.ok()) return start.status();
  auto filter = ToFilter(request.channels(), limits);
  if (!filter.ok()) return filter.status();
  PageRequest page;
  page.start = *std::move(start);
  page.backward = request.backward();
  page.filter = *std::move(filter);
  page.max_records = request.max_records() == 0 ? kDefaultPageRecords : request.max_records();
  page.max_bytes = request.max_bytes() == 0 ? kDefaultPageBytes : request.max_bytes();
  return page;
}

}  // namespace

absl::StatusOr<std::string> AnswerRead(LogService& service, const Caller& caller,
                                       const v1::ReadRequest& request, v1::ReadResponse& rest) {
  const auto log = service.logs().Find(request.log());
  if (!log.ok()) return log.status();
  auto wanted = ToPageRequest(request, service.options().limits);
  if (!wanted.ok()) return wanted.status();
  auto granted = caller.Narrow(Access::kRead, (*log)->name(), wanted->filter);
  if (!granted.ok()) return granted.status();
  wanted->filter = *std::move(granted);
  auto page = ReadPage(*wanted, **log, service.store());
  if (!page.ok()) return page.status();
  rest.set_next_sequence(page->next);
  rest.set_committed_end(page->committed_end);
  rest.set_at_end(page->at_end);
  rest.set_first_kept_sequence(page->first_kept);
  if (!request.backward()) FillPosition((*log)->PositionAt(page->next), *rest.mutable_position());
  return std::move(page->records);
}

absl::StatusOr<std::string> AnswerLookup(LogService& service, const Caller& /*caller*/,
                                         const v1::LookupRequest& request, v1::LookupResponse& rest) {
  const auto query = ToLookupQuery(request, service.options().limits);
  if (!query.ok()) return query.status();
  const auto log = service.logs().Find(request.log());
  if (!log.ok()) return log.status();
  auto answer = Lookup(*query, **log, service.store());
  if (!answer.ok()) return answer.status();
  rest.set_as_of_sequence(answer->as_of);
  if (answer->next_after_key) rest.set_next_after_key(*answer->next_after_key);
  return std::move(answer->records);
}

}  // namespace replog
