#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "client/cli/human_format.h"
#include "client/cli/output.h"
#include "client/cli/session.h"
#include "client/cli/whole_number.h"

namespace replog::cli {
namespace {

struct TrimOptions {
  uint64_t before = 0;
  bool yes = false;
};

bool Confirmed(const Session& session, const TrimOptions& options) {
  std::fprintf(stderr, "Remove all records of the log \"%s\" before %s for good? [y/N] ",
               session.connection.log.c_str(), WithSeparators(options.before).c_str());
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

ExitCode RunTrim(const Session& session, const TrimOptions& options) {
  if (!options.yes && !StdinIsTerminal())
    return FailUsage("trim removes records for good: say --yes to confirm");
  if (!options.yes && !Confirmed(session, options)) return ExitCode::kFailed;
  const auto first_kept = session.MakeClient().Trim(options.before);
  if (!first_kept.ok()) return Fail(first_kept.status());
  Output output;
  output.buffer() = session.json ? nlohmann::json{{"first_kept_sequence", *first_kept}}.dump()
                                 : "the first record kept is " + WithSeparators(*first_kept);
  output.buffer() += '\n';
  output.Flush();
  return ExitCode::kOk;
}

}  // namespace

void AddTrimCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<TrimOptions>();
  CLI::App* trim = app.add_subcommand("trim", "Remove the oldest records of a log for good");
  trim->footer("Example:\n  replog trim --before 1000000 --yes");
  trim->add_option("--before", options->before, "Remove the records before this sequence")
      ->required()
      ->check(WholeNumber());
  trim->add_flag("--yes", options->yes, "Do not ask");
  trim->callback(
      [&session, options] { session.action = [&session, options] { return RunTrim(session, *options); }; });
}

}  // namespace replog::cli
