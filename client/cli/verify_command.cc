#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "client/cli/human_format.h"
#include "client/cli/output.h"
#include "client/cli/progress.h"
#include "client/cli/session.h"

namespace replog::cli {
namespace {

using client::VerifyProgress;

std::string JsonOf(const VerifyProgress& result) {
  nlohmann::ordered_json line{{"records", result.records},
                              {"chunks", result.chunks},
                              {"bytes", result.bytes},
                              {"first_sequence", result.first_sequence},
                              {"end_sequence", result.end_sequence},
                              {"problem_count", result.problem_count},
                              {"problems", nlohmann::ordered_json::array()}};
  for (const auto& problem : result.problems) {
    line["problems"].push_back({{"first_sequence", problem.first_sequence},
                                {"end_sequence", problem.end_sequence},
                                {"description", problem.description}});
  }
  return line.dump() + "\n";
}

std::string HumanOf(const VerifyProgress& result) {
  std::string text = "checked " + WithSeparators(result.records) + " records in " +
                     WithSeparators(result.chunks) + " chunks, " + HumanBytes(result.bytes) + ", sequences " +
                     WithSeparators(result.first_sequence) + " up to " + WithSeparators(result.end_sequence) +
                     ": ";
  text += result.problem_count == 0 ? "no problems\n" : WithSeparators(result.problem_count) + " problems\n";
  for (const auto& problem : result.problems) {
    text += "  " + std::to_string(problem.first_sequence) + " up to " + std::to_string(problem.end_sequence) +
            ": ";
    AppendPrintable(text, problem.description);
    text += '\n';
  }
  return text;
}

ExitCode RunVerify(const Session& session) {
  client::Client client = session.MakeClient();
  Progress progress("verified");
  const auto result = client.Verify([&progress](const VerifyProgress& now) {
    progress.Update(now.records);
    return true;
  });
  progress.Finish();
  if (!result.ok()) return Fail(result.status());
  Output output;
  output.buffer() = session.json ? JsonOf(*result) : HumanOf(*result);
  output.Flush();
  return result->problem_count == 0 ? ExitCode::kOk : ExitCode::kFailed;
}

}  // namespace

void AddVerifyCommand(CLI::App& app, Session& session) {
  CLI::App* verify = app.add_subcommand("verify", "Check everything that is stored of a log");
  verify->footer("Exits with 1 when problems are found.\n\nExample:\n  replog verify --log default");
  verify->callback([&session] { session.action = [&session] { return RunVerify(session); }; });
}

}  // namespace replog::cli
