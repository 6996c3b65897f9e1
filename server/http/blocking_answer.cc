#include "server/http/blocking_answer.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace replog {
namespace {

absl::Status TooManyWait(size_t limit) {
  return MakeError(Reason::kBusy,
                   absl::StrCat(limit, " pages wait to be read, which is the limit; try again"),
                   {{"limit", std::to_string(limit)}});
}

// A client that has only closed its own side would still read an answer: it has one when nobody else waits.
absl::Status Abandoned() {
  return MakeError(Reason::kCancelled, "the connection was closed, or the time was over, while others wait");
}

absl::StatusOr<http::Response> MakeHeld(ApiContext& context, const MakeAnswer& make) {
  if (context.held_pages.full())
    return MakeError(Reason::kBusy, "too many pages wait for clients to take them; try again");
  auto response = make();
  if (response.ok()) response->held = context.held_pages.Take(response->body.size());
  return response;
}

}  // namespace

void AnswerBlocking(ApiContext& context, const Call& call, const Reply& reply, MakeAnswer make) {
  if (context.pages.full()) return reply(TooManyWait(context.pages.limit()));
  context.service.blocking().Post([&context, reply, make = std::move(make), place = context.pages.Take(1),
                                   abandoned = call.request.abandoned] {
    if (abandoned != nullptr && *abandoned && context.service.blocking_queued() > 0)
      return reply(Abandoned());
    reply(MakeHeld(context, make));
  });
}

}  // namespace replog
