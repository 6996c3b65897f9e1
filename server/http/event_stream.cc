#include "server/http/event_stream.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "base/error.h"
#include "server/api/convert.h"
#include "server/core/names.h"
#include "server/http/blocking_answer.h"
#include "server/http/query.h"
#include "server/http/resume_id.h"

namespace replog {
namespace {

// A reader whose filter passes over what comes is told no more often where it stands.
constexpr int64_t kQuietUs = 5'000'000;
// Small, since a slow reader costs one; a frame's text is longer than its bytes.
constexpr size_t kFrameBytes = 64 << 10;

absl::StatusOr<Start> StartOf(const http::Request& request, QueryReader& query) {
  const auto from = query.Text("from");
  const auto time_us = query.TimeMicros("time");
  const auto last_event = query.Text("last_event_id");
  if (from && time_us)
    return MakeError(Reason::kInvalidField, "time: is not legal with `from`", {{"field", "time"}});
  std::string_view id = request.Field("Last-Event-ID");
  if (id.empty() && last_event) id = *last_event;
  if (!id.empty()) {
    const auto position = FromResumeId(id);
    if (!position.ok()) return position.status();
    return Start(FromPosition{*position});
  }
  if (time_us) return Start(FromTime{*time_us});
  if (!from || *from == "start") return Start(FromBeginning{});
  if (*from == "end") return Start(FromEnd{});
  QueryReader number(request.target);
  const auto sequence = number.Number("from");
  if (sequence) return Start(FromSequence{*sequence});
  return number.status();
}

// What a request for events comes to, within what is granted.
struct EventsAsked {
  std::string log;
  Start start;
  Subscription::Options options;
  bool head_only = false;
};

absl::StatusOr<EventsAsked> ReadAsked(const MessageScope& scope, const Call& call, const Limits& limits) {
  QueryReader query(call.request.target);
  auto start = StartOf(call.request, query);
  if (!start.ok()) return start.status();
  const auto pattern = ReadPattern(scope, query, limits);
  if (!pattern.ok()) return pattern.status();
  if (auto status = query.status(); !status.ok()) return status;
  const ChannelFilter wanted = *pattern ? ChannelFilter({**pattern}) : ChannelFilter();
  // Before the log is looked up: a refusal tells nothing of what there is.
  auto shown = call.caller->Narrow(Access::kRead, LogNameOrDefault(scope.log), wanted);
  if (!shown.ok()) return shown.status();
  Subscription::Options options;
  options.max_frame_bytes = kFrameBytes;
  options.filter = *std::move(shown);
  return EventsAsked{scope.log, *std::move(start), std::move(options), call.request.verb == http::Verb::head};
}

// Reads the store for a start by time only.
absl::StatusOr<http::Response> OpenEvents(ApiContext& context, const Caller& caller, EventsAsked asked) {
  const auto log = context.service.logs().Find(asked.log);
  if (!log.ok()) return log.status();
  // Here, where an error still is the answer.
  const auto first = ResolveStart(asked.start, **log, context.service.store());
  if (!first.ok()) return first.status();
  http::Response response;
  response.content_type = "text/event-stream";
  response.fields = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
  if (asked.head_only) return response;
  const auto stream = std::make_shared<EventStream>(context, *log, *first, std::move(asked.options));
  if (auto status = stream->Take(caller); !status.ok()) return status;
  response.stream = stream;
  return response;
}

}  // namespace

EventStream::EventStream(ApiContext& context, LogPtr log, Sequence start, Subscription::Options options)
    : SubscriptionDriver(context.service), context_(context), start_(start), options_(std::move(options)) {
  Open(std::move(log));
}

void EventStream::Next(Give give) {
  if (finished_) return give(nullptr);
  give_ = std::move(give);
  if (std::exchange(begun_, true)) return OnSent(true);
  BeginAt(start_, std::move(options_));
}

void EventStream::SendFrame(Frame frame) {
  auto text = TextOf(frame);
  std::exchange(give_, nullptr)(std::move(text));
}

http::SharedBytes EventStream::TextOf(const Frame& frame) {
  const int64_t now_us = service().clock().MonotonicMicros();
  const bool arrived = frame.caught_up && !caught_up_;
  caught_up_ = frame.caught_up;
  auto records = context_.event_texts.Of(*log(), frame);
  const bool quiet = records == nullptr && !arrived;
  if (quiet && said_at_us_ != 0 && now_us - said_at_us_ < kQuietUs)
    return std::make_shared<const std::string>();
  said_at_us_ = now_us;
  const Position position = log()->PositionAt(frame.next_sequence);
  if (quiet) return std::make_shared<const std::string>(BookmarkText(position));
  if (!arrived) return records;
  return std::make_shared<const std::string>((records == nullptr ? "" : *records) +
                                             CaughtUpText(frame, position));
}

void EventStream::Finish(const absl::Status& status) {
  finished_ = true;
  grant_.GiveBack();
  if (give_) std::exchange(give_, nullptr)(std::make_shared<const std::string>(EndText(status)));
}

void AnswerEvents(ApiContext& context, const MessageScope& scope, const Call& call, const Reply& reply) {
  auto asked = ReadAsked(scope, call, context.service.options().limits);
  if (!asked.ok()) return reply(asked.status());
  if (!std::holds_alternative<FromTime>(asked->start))
    return reply(OpenEvents(context, *call.caller, *std::move(asked)));
  AnswerBlocking(context, call, reply, [&context, caller = *call.caller, asked = *std::move(asked)] {
    return OpenEvents(context, caller, asked);
  });
}

}  // namespace replog
