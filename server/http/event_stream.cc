#include "server/http/event_stream.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "base/error.h"
#include "server/api/convert.h"
#include "server/core/names.h"
#include "server/http/query.h"
#include "server/http/resume_id.h"

namespace replog {
namespace {

// A reader whose filter passes over what comes is told no more often where it stands.
constexpr int64_t kQuietUs = 5'000'000;
// Small, since a slow reader costs one; a frame's text is longer than its bytes.
constexpr size_t kFrameBytes = 64 << 10;

absl::StatusOr<Start> StartOf(const http::Request& request) {
  QueryReader query(request.target);
  const auto from = query.Text("from");
  const auto last_event = query.Text("last_event_id");
  if (auto status = query.status(); !status.ok()) return status;
  std::string_view id = request.Field("Last-Event-ID");
  if (id.empty() && last_event) id = *last_event;
  if (!id.empty()) {
    const auto position = FromResumeId(id);
    if (!position.ok()) return position.status();
    return Start(FromPosition{*position});
  }
  if (!from || *from == "start") return Start(FromBeginning{});
  if (*from == "end") return Start(FromEnd{});
  QueryReader number(request.target);
  const auto sequence = number.Number("from");
  if (sequence) return Start(FromSequence{*sequence});
  return number.status();
}

absl::StatusOr<http::Response> OpenEvents(ApiContext& context, const MessageScope& scope, const Call& call) {
  const http::Request& request = call.request;
  LogService& service = context.service;
  const auto start = StartOf(request);
  if (!start.ok()) return start.status();
  Subscription::Options options;
  options.max_frame_bytes = kFrameBytes;
  if (!scope.channel.empty()) {
    if (auto status = CheckChannelName(scope.channel, "channel", service.options().limits); !status.ok())
      return status;
    options.filter = ChannelFilter({scope.channel});
  }
  // Before the log is looked up: a refusal tells nothing of what there is.
  auto shown = call.caller->Narrow(Access::kRead, LogNameOrDefault(scope.log), options.filter);
  if (!shown.ok()) return shown.status();
  options.filter = *std::move(shown);
  const auto log = service.logs().Find(scope.log);
  if (!log.ok()) return log.status();
  // Here, where an error still is the answer. It reads the store for a start by time only.
  const auto first = ResolveStart(*start, **log, service.store());
  if (!first.ok()) return first.status();
  http::Response response;
  response.content_type = "text/event-stream";
  response.fields = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
  if (request.verb != http::Verb::head) {
    const auto stream = std::make_shared<EventStream>(context, *log, *first, std::move(options));
    if (auto status = stream->Take(*call.caller); !status.ok()) return status;
    response.stream = stream;
  }
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
  reply(OpenEvents(context, scope, call));
}

}  // namespace replog
