#include "server/rpc/verify_stream.h"

#include "absl/strings/str_cat.h"
#include "server/core/names.h"

namespace replog {

absl::Status VerifyStream::Begin() {
  auto log = service_.logs().Find(call().request.log());
  if (!log.ok()) return log.status();
  checks_.Post([this, self = shared_from_this(), log = *std::move(log)] { End(Run(*log)); });
  return absl::OkStatus();
}

absl::Status VerifyStream::Run(Log& log) {
  // It may have waited for other checks.
  if (auto status = MayGoOn(); !status.ok()) return status;
  return service_.store().Verify(log.number(), log.tail().first_kept(), log.tail().committed_end(),
                                 [this](const VerifyProgress& progress) { return Report(progress); });
}

std::string VerifyStream::Describe(const VerifyProblem& problem) const {
  const std::string_view log = LogNameOrDefault(call().request.log());
  const bool shown =
      !problem.channel.empty() && call().caller.CheckChannel(Access::kRead, log, problem.channel).ok();
  return shown ? absl::StrCat(problem.description, " ", problem.channel) : problem.description;
}

bool VerifyStream::Report(const VerifyProgress& progress) {
  v1::VerifyResponse response;
  response.set_chunks(progress.chunks);
  response.set_records(progress.records);
  response.set_bytes(progress.bytes);
  response.set_problem_count(progress.problem_count);
  response.set_done(progress.done);
  response.set_first_sequence(progress.first);
  response.set_end_sequence(progress.end);
  for (const VerifyProblem& problem : progress.problems) {
    auto* listed = response.add_problems();
    listed->set_first_sequence(problem.first);
    listed->set_end_sequence(problem.end);
    listed->set_description(Describe(problem));
  }
  Put(response);
  return MayGoOn().ok();
}

}  // namespace replog
