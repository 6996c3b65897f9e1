#include "tests/faults/model/calls.h"

#include <google/protobuf/util/message_differencer.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace replog::model {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::PatientContext;

Answer AskAppend(testing::LogClient& client, grpc::ClientContext* context, const Change& change) {
  v1::AppendResponse response;
  Answer answer = ToAnswer(client.log_stub().Append(context, change.append, &response));
  answer.append = response;
  return answer;
}

Answer AskTrim(testing::LogClient& client, grpc::ClientContext* context, const Change& change) {
  v1::TrimLogRequest request;
  v1::TrimLogResponse response;
  request.set_log(change.log);
  request.set_before_sequence(change.sequence);
  Answer answer = ToAnswer(client.admin_stub().TrimLog(context, request, &response));
  if (response.has_first_kept_sequence()) answer.sequence = response.first_kept_sequence();
  return answer;
}

Answer AskAcknowledge(testing::LogClient& client, grpc::ClientContext* context, const Change& change) {
  v1::AcknowledgeRequest request;
  v1::AcknowledgeResponse response;
  request.set_log(change.log);
  request.set_node(change.node);
  request.set_next_sequence(change.sequence);
  request.set_allow_backwards(change.allow_backwards);
  Answer answer = ToAnswer(client.log_stub().Acknowledge(context, request, &response));
  if (response.has_cursor()) answer.sequence = response.cursor();
  return answer;
}

Answer AskForgetNode(testing::LogClient& client, grpc::ClientContext* context, const Change& change) {
  v1::ForgetNodeRequest request;
  v1::ForgetNodeResponse response;
  request.set_log(change.log);
  request.set_node(change.node);
  return ToAnswer(client.admin_stub().ForgetNode(context, request, &response));
}

Answer AskCreateLog(testing::LogClient& client, grpc::ClientContext* context, const Change& change) {
  v1::CreateLogRequest request;
  v1::CreateLogResponse response;
  request.set_log(change.log);
  Answer answer = ToAnswer(client.admin_stub().CreateLog(context, request, &response));
  answer.uuid = response.log().uuid();
  return answer;
}

Answer AskDeleteLog(testing::LogClient& client, grpc::ClientContext* context, const Change& change) {
  v1::DeleteLogRequest request;
  v1::DeleteLogResponse response;
  request.set_log(change.log);
  return ToAnswer(client.admin_stub().DeleteLog(context, request, &response));
}

}  // namespace

Answer Ask(testing::LogClient& client, const Change& change, bool wait_for_server) {
  const auto context = PatientContext();
  context->set_wait_for_ready(wait_for_server);
  switch (change.kind) {
    case Change::Kind::kAppend:
      return AskAppend(client, context.get(), change);
    case Change::Kind::kTrim:
      return AskTrim(client, context.get(), change);
    case Change::Kind::kAcknowledge:
      return AskAcknowledge(client, context.get(), change);
    case Change::Kind::kForgetNode:
      return AskForgetNode(client, context.get(), change);
    case Change::Kind::kCreateLog:
      return AskCreateLog(client, context.get(), change);
    case Change::Kind::kDeleteLog:
      return AskDeleteLog(client, context.get(), change);
  }
  return {};
}

Answer ToAnswer(const grpc::Status& status) {
  Answer answer;
  if (status.ok()) return answer;
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  details.ParseFromString(status.error_details());
  for (const auto& detail : details.details()) {
    if (detail.UnpackTo(&info)) break;
  }
  answer.lost = status.error_code() == grpc::StatusCode::UNAVAILABLE && info.reason().empty();
  answer.refused = info.reason().empty()
                       ? "code " + std::to_string(status.error_code()) + ": " + status.error_message()
                       : info.reason();
  answer.metadata = {info.metadata().begin(), info.metadata().end()};
  return answer;
}

std::string Difference(const Answer& expected, const Answer& answer) {
  if (answer.refused != expected.refused) {
    return "answered \"" + answer.refused + "\", expected \"" + expected.refused + "\" (empty: done)";
  }
  for (const auto& [name, value] : expected.metadata) {
    const auto found = answer.metadata.find(name);
    const std::string told = found == answer.metadata.end() ? "nothing" : found->second;
    if (told != value) return expected.refused + " tells of " + name + " " + told + ", expected " + value;
  }
  if (answer.sequence != expected.sequence) {
    return "answered sequence " + std::to_string(answer.sequence.value_or(UINT64_MAX)) + ", expected " +
           std::to_string(expected.sequence.value_or(UINT64_MAX));
  }
  v1::AppendResponse append = answer.append;
  append.clear_time();  // the server's
  if (MessageDifferencer::Equals(append, expected.append)) return {};
  return "answered {" + append.ShortDebugString() + "}, expected {" + expected.append.ShortDebugString() +
         "}";
}

}  // namespace replog::model
