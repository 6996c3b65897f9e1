#include "client/cli/appender.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>

#include "client/cli/lease_token.h"
#include "client/cli/output.h"
#include "client/cli/progress.h"

namespace replog::cli {
namespace {

using client::HeaderView;
using client::NewRecord;
using client::Producer;
using client::Status;

// What has expired would be refused; it expires again, and this leaves time for the append.
constexpr std::chrono::minutes kExpiresAgain{1};

client::Time Now() {
  return std::chrono::time_point_cast<client::Time::duration>(std::chrono::system_clock::now());
}

// The size of the input when it is a file, else 0.
uint64_t SizeOf(int input) {
  struct stat info {};
  if (::fstat(input, &info) != 0 || !S_ISREG(info.st_mode)) return 0;
  return static_cast<uint64_t>(info.st_size);
}

}  // namespace

Appender::Appender(const Session& session, const AppendOptions& options, int input)
    : session_(session),
      options_(options),
      format_{options.headers, options.channel, options.id_header, options.exported, options.time_header},
      input_bytes_(SizeOf(input)),
      input_(input) {}

ExitCode Appender::Run() {
  const auto start = std::chrono::steady_clock::now();
  interrupt_.Listen([this] { input_.Stop(); });
  const client::Client client = session_.MakeClient();
  Status input;
  {
    Producer producer(client, MakeProducerOptions());
    producer_ = &producer;
    if (Status status = SkipAppended(); !status.ok()) return Fail(status);
    input = options_.texts.empty() ? AppendLines() : AppendTexts();
    (void)producer.Flush();  // its failures are in the report
  }
  PrintSummary(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  if (!report_.all_acknowledged()) return Fail(report_.first_failure());
  if (!input.ok()) return FailUsage(input.message());
  if (options_.exported && !report_.LinesOfUsedIds().empty()) return FailUsedIds();
  return interrupt_.happened() ? ExitCode::kFailed : ExitCode::kOk;
}

ExitCode Appender::RunUnderLease() {
  const auto start = std::chrono::steady_clock::now();
  std::vector<NewRecord> records;
  for (const std::string& text : options_.texts) {
    records.push_back(TextRecord(text));
    report_.SetLine(taken_, Number());
    ++taken_;
  }
  const auto appended = session_.MakeClient().Append(records, {.lease = ParseLeaseToken(options_.lease)});
  client::BatchOutcome outcome{.fate = client::FateOf(appended.status()), .count = taken_};
  outcome.status = appended.status();
  if (appended.ok()) outcome.first_sequence = appended->first_sequence;
  report_.Add(outcome);
  PrintSummary(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  return report_.all_acknowledged() ? ExitCode::kOk : Fail(report_.first_failure());
}

bool Appender::TakeFixedHeaders() {
  for (const std::string& header : options_.headers) {
    const size_t equals = header.find('=');
    if (equals == std::string::npos) return false;
    fixed_headers_.emplace_back(std::string_view(header).substr(0, equals),
                                std::string_view(header).substr(equals + 1));
  }
  return true;
}

client::ProducerOptions Appender::MakeProducerOptions() {
  client::ProducerOptions options;
  options.stop_at_failure = true;
  options.idempotent = !options_.at_most_once;
  options.name = options_.producer;
  options.connect_timeout = std::chrono::milliseconds(static_cast<int64_t>(session_.timeout_s * 1'000));
  options.on_batch = [this](const client::BatchOutcome& outcome) { report_.Add(outcome); };
  return options;
}

Status Appender::SkipAppended() {
  if (!options_.resume) return {};
  const auto appended = producer_->NextNumber();
  if (!appended.ok()) return appended.status();
  to_skip_ = *appended;
  return {};
}

Status Appender::AppendTexts() {
  for (const std::string& text : options_.texts) {
    if (Status status = AppendRecord(TextRecord(text)); !status.ok()) return Describe("text", status);
  }
  return {};
}

Status Appender::AppendLines() {
  Progress progress("appended");
  std::string_view line;
  Status status;
  while (status.ok() && !interrupt_.happened() && input_.Next(line)) {
    status = session_.json || options_.exported ? AppendJsonLine(line) : AppendRecord(TextRecord(line));
    progress.Update(report_.acknowledged(), input_.bytes(), input_bytes_);
  }
  progress.Finish();
  return status.ok() ? status : Describe("line", status);
}

Status Appender::AppendJsonLine(std::string_view line) {
  if (line.empty()) return {};
  auto record = ParseJsonLine(line, format_);
  if (!record.ok()) return record.status();
  if (options_.without_ids) record->id.reset();
  if (options_.resume && record->id)
    return {client::StatusCode::kInvalidArgument, "\"id\": --resume can't tell where it was with ids"};
  const std::vector<HeaderView> headers(record->headers.begin(), record->headers.end());
  auto expires = record->expires;
  if (expires && options_.exported) expires = std::max(*expires, Now() + kExpiresAgain);
  return AppendRecord({.channel = record->channel,
                       .body = record->body,
                       .body_kind = record->body_kind,
                       .headers = headers,
                       .key = record->key,
                       .deleted = record->deleted,
                       .version = record->version,
                       .expires = expires,
                       .id = record->id});
}

NewRecord Appender::TextRecord(std::string_view text) const {
  return {options_.channel, text, client::BodyKind::kText, fixed_headers_};
}

Status Appender::AppendRecord(const NewRecord& record) {
  if (skipped_ < to_skip_) {
    ++skipped_;
    return {};
  }
  report_.SetLine(taken_, Number());
  Status status = producer_->Append(record);
  if (status.ok()) ++taken_;
  // Not the input's fault: an earlier append failed, and the report says so.
  if (status.reason() == client::reason::kNotSent) interrupted_by_failure_ = true;
  return status;
}

Status Appender::Describe(const char* what, const Status& status) const {
  if (interrupted_by_failure_) return {};
  return {status.code(), std::string(what) + " " + std::to_string(Number()) + ": " + status.message()};
}

ExitCode Appender::FailUsedIds() const {
  return Fail({client::StatusCode::kAlreadyExists,
               report_.LinesOfUsedIds() +
                   ": not appended, a record before has the id; with --without-ids all are appended"});
}

void Appender::PrintSummary(double seconds) const {
  Output output;
  output.buffer() = session_.json ? report_.Json(seconds, skipped_) : report_.Human(seconds, skipped_);
  output.Flush();
}

}  // namespace replog::cli
