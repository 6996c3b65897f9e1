#include "client/internal/resume_point.h"

#include "base/error.h"

namespace replog::client::internal {
namespace {

struct SetStart {
  v1::SubscribeRequest& request;
  void operator()(const FromBeginning&) const {}
  void operator()(const FromSequence& from) const { request.set_from_sequence(from.sequence); }
  void operator()(const FromPosition& from) const {
    *request.mutable_from_position() = ToProto(from.position);
  }
  void operator()(const FromTime& from) const { *request.mutable_from_time() = ToProto(from.time); }
  void operator()(const NewOnly&) const { request.set_new_only(true); }
  void operator()(const FromCursor&) const { request.set_from_cursor(true); }
};

std::optional<uint64_t> FirstSequence(const SubscribeStart& start) {
  if (const auto* from = std::get_if<FromSequence>(&start)) return from->sequence;
  if (const auto* from = std::get_if<FromPosition>(&start)) return from->position.next_sequence;
  return std::nullopt;
}

}  // namespace

ResumePoint::ResumePoint(const SubscriptionOptions& options, std::string log)
    : table_(options.table),
      gapless_(options.channels.empty()),
      next_record_(FirstSequence(options.start)),
      loading_(options.table) {
  request_.set_log(std::move(log));
  request_.set_table(options.table);
  request_.set_node(options.node);
  request_.set_fleet(options.fleet);
  std::visit(SetStart{request_}, options.start);
  if (options.until_sequence) request_.set_until_sequence(*options.until_sequence);
  for (const std::string& channel : options.channels) request_.add_channels(channel);
  request_.set_max_frame_bytes(options.max_frame_bytes);
}

v1::SubscribeRequest ResumePoint::Begin() {
  if (loading_) {
    reset_ |= completed_;
    completed_ = false;
    position_.reset();
    next_record_.reset();
    table_end_.reset();
  }
  v1::SubscribeRequest request = request_;
  request.set_table(loading_);
  if (position_) {
    *request.mutable_from_position() = ToProto(*position_);
  } else if (completed_) {
    request.set_from_sequence(*next_record_);
  }
  return request;
}

bool ResumePoint::Complete(const FrameTrailer& trailer) {
  const uint64_t next = trailer.next_sequence;
  // Without a filter a frame ends where its records end; with one it may have passed over more.
  if (next_record_ && (gapless_ ? next != *next_record_ : next < *next_record_)) return false;
  if (trailer.position) position_ = trailer.position;
  if (position_) position_->next_sequence = next;
  next_record_ = next;
  completed_ = true;
  if (loading_ && !table_end_) table_end_ = next;
  if (trailer.table_complete) loading_ = false;
  return true;
}

bool ResumePoint::TriesAgain(const Status& end) {
  const StreamVerdict verdict = JudgeEnd(end);
  if (verdict != StreamVerdict::kGone) return verdict == StreamVerdict::kResume;
  loading_ = table_;
  return table_;
}

bool ResumePoint::AtEnd() const {
  return request_.has_until_sequence() && !loading_ && next_record_ &&
         *next_record_ >= request_.until_sequence();
}

bool HistoryLost(const Status& status) {
  for (const Reason lost : {Reason::kPastTheEnd, Reason::kForked, Reason::kWrongLog}) {
    if (status.reason() == ReasonName(lost)) return true;
  }
  return false;
}

StreamVerdict JudgeEnd(const Status& status) {
  if (HistoryLost(status) || status.reason() == ReasonName(Reason::kBelowFirstKept))
    return StreamVerdict::kGone;
  switch (status.code()) {
    case StatusCode::kInvalidArgument:
    case StatusCode::kNotFound:
    case StatusCode::kAlreadyExists:
    case StatusCode::kPermissionDenied:
    case StatusCode::kFailedPrecondition:
    case StatusCode::kAborted:
    case StatusCode::kOutOfRange:
    case StatusCode::kUnimplemented:
    case StatusCode::kDataLoss:
    case StatusCode::kUnauthenticated:
      return StreamVerdict::kOver;
    default:
      // UNAVAILABLE, and what gRPC makes of a broken connection or of a proxy on the way.
      return StreamVerdict::kResume;
  }
}

}  // namespace replog::client::internal
