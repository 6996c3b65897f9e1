#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "client/cli/duration.h"
#include "client/cli/human_format.h"
#include "client/cli/output.h"
#include "client/cli/session.h"
#include "client/cli/time_format.h"
#include "client/cli/whole_number.h"

namespace replog::cli {
namespace {

using client::Durability;
using client::LogInfo;
using client::LogSettings;
using nlohmann::ordered_json;

const char* DurabilityName(Durability durability) { return durability == Durability::kOs ? "os" : "sync"; }

ordered_json JsonOf(const LogInfo& log) {
  ordered_json line{{"log", log.name},
                    {"uuid", log.uuid},
                    {"lineage", log.lineage},
                    {"epoch", log.epoch},
                    {"first_kept_sequence", log.first_kept_sequence},
                    {"committed_end", log.committed_end},
                    {"bytes", log.bytes},
                    {"created", FormatTime(log.created)}};
  if (log.last_time) line["last_time"] = FormatTime(*log.last_time);
  line["subscribers"] = log.subscribers;
  const LogSettings& settings = log.settings;
  line["durability"] = DurabilityName(settings.durability.value_or(Durability::kSync));
  if (settings.retention_age) line["retention_age_ms"] = settings.retention_age->count();
  if (settings.retention_bytes) line["retention_bytes"] = *settings.retention_bytes;
  if (settings.retention_records) line["retention_records"] = *settings.retention_records;
  if (settings.dedupe_window) line["dedupe_window_ms"] = settings.dedupe_window->count();
  return line;
}

std::string HumanOf(const LogInfo& log) {
  const uint64_t kept = log.committed_end - log.first_kept_sequence;
  std::string text = log.name + "  " + WithSeparators(kept) + " records, " + HumanBytes(log.bytes);
  if (kept > 0) {
    text += ", sequences " + WithSeparators(log.first_kept_sequence) + " to " +
            WithSeparators(log.committed_end - 1);
  }
  if (log.last_time) text += ", last at " + FormatTime(*log.last_time);
  text += ", " + WithSeparators(log.subscribers) + " subscribers, ";
  text += DurabilityName(log.settings.durability.value_or(Durability::kSync));
  const LogSettings& settings = log.settings;
  if (settings.retention_age.value_or(std::chrono::milliseconds(0)).count() > 0) {
    text +=
        ", keeps " + WithSeparators(static_cast<uint64_t>(settings.retention_age->count() / 1'000)) + " s";
  }
  if (settings.retention_bytes.value_or(0) > 0) text += ", keeps " + HumanBytes(*settings.retention_bytes);
  if (settings.retention_records.value_or(0) > 0) {
    text += ", keeps " + WithSeparators(*settings.retention_records) + " records";
  }
  return text;
}

ExitCode Print(const Session& session, const std::vector<LogInfo>& logs) {
  Output output;
  for (const LogInfo& log : logs)
    output.buffer() += (session.json ? JsonOf(log).dump() : HumanOf(log)) + "\n";
  output.Flush();
  return ExitCode::kOk;
}

ExitCode Print(const Session& session, const client::Result<LogInfo>& log) {
  return log.ok() ? Print(session, std::vector{*log}) : Fail(log.status());
}

// What the commands that change settings take.
struct SettingsOptions {
  std::string name;
  std::string durability;
  std::optional<uint64_t> age_ms;
  std::optional<uint64_t> window_ms;
  std::optional<uint64_t> bytes;
  std::optional<uint64_t> records;

  LogSettings Settings() const {
    LogSettings settings;
    if (durability == "sync") settings.durability = Durability::kSync;
    if (durability == "os") settings.durability = Durability::kOs;
    if (age_ms) settings.retention_age = std::chrono::milliseconds(*age_ms);
    if (window_ms) settings.dedupe_window = std::chrono::milliseconds(*window_ms);
    settings.retention_bytes = bytes;
    settings.retention_records = records;
    return settings;
  }
};

void AddSettings(CLI::App& command, SettingsOptions& options) {
  command.add_option("NAME", options.name, "The log")->required();
  command
      .add_option("--durability", options.durability,
                  "sync: on disk before it is acknowledged; os: written only")
      ->check(CLI::IsMember({"sync", "os"}));
  command
      .add_option("--retention-age", options.age_ms,
                  "Keep records for this long, as in 7d or 90m; 0ms: for ever")
      ->transform(Duration());
  command
      .add_option("--dedupe-window", options.window_ms,
                  "How long a record's id is recognised again, as in 10m or 1d; 0ms: not at all")
      ->transform(Duration());
  command.add_option("--retention-bytes", options.bytes, "Keep this much, as in 10GiB; 0: no bound")
      ->transform(CLI::AsSizeValue(false));
  command.add_option("--retention-records", options.records, "Keep this many records; 0: no bound")
      ->check(WholeNumber());
}

void AddChange(CLI::App& logs, Session& session, const char* name, const char* description, bool create) {
  auto options = std::make_shared<SettingsOptions>();
  CLI::App* command = logs.add_subcommand(name, description);
  command->footer("Example:\n  replog logs " + std::string(name) +
                  " chat --retention-age 30d --retention-bytes 10GiB");
  AddSettings(*command, *options);
  command->callback([&session, options, create] {
    session.action = [&session, options, create] {
      client::Client client = session.MakeClient();
      return Print(session, create ? client.CreateLog(options->name, options->Settings())
                                   : client.UpdateLog(options->name, options->Settings()));
    };
  });
}

ExitCode DeleteLog(const Session& session, const std::string& name, bool yes) {
  client::Client client = session.MakeClient();
  if (!yes) {
    if (!StdinIsTerminal()) return FailUsage("delete removes the log for good: say --yes to confirm");
    std::fprintf(stderr, "Delete the log \"%s\" and all its records for good? [y/N] ", name.c_str());
    std::string answer;
    std::getline(std::cin, answer);
    if (answer != "y" && answer != "yes") return ExitCode::kFailed;
  }
  const client::Status status = client.DeleteLog(name);
  return status.ok() ? ExitCode::kOk : Fail(status);
}

void AddDelete(CLI::App& logs, Session& session) {
  auto name = std::make_shared<std::string>();
  auto yes = std::make_shared<bool>(false);
  CLI::App* command = logs.add_subcommand("delete", "Delete a log and all its records for good");
  command->footer("Example:\n  replog logs delete chat --yes");
  command->add_option("NAME", *name, "The log")->required();
  command->add_flag("--yes", *yes, "Do not ask");
  command->callback([&session, name, yes] {
    session.action = [&session, name, yes] { return DeleteLog(session, *name, *yes); };
  });
}

void AddShow(CLI::App& logs, Session& session) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = logs.add_subcommand("show", "Show one log");
  command->footer("Example:\n  replog logs show default --json");
  command->add_option("NAME", *name, "The log")->required();
  command->callback([&session, name] {
    session.action = [&session, name] { return Print(session, session.MakeClient().GetLog(*name)); };
  });
}

ExitCode ListLogs(const Session& session) {
  const auto logs = session.MakeClient().ListLogs();
  return logs.ok() ? Print(session, *logs) : Fail(logs.status());
}

}  // namespace

void AddLogsCommand(CLI::App& app, Session& session) {
  CLI::App* logs = app.add_subcommand("logs", "List the logs; create, change, show or delete one");
  logs->footer("Example:\n  replog logs --json");
  logs->require_subcommand(0, 1);
  logs->fallthrough();
  AddChange(*logs, session, "create", "Create a log", /*create=*/true);
  AddChange(*logs, session, "update", "Change settings of a log; what is not named stays", /*create=*/false);
  AddDelete(*logs, session);
  AddShow(*logs, session);
  logs->callback([&session, logs] {
    if (!logs->get_subcommands().empty()) return;
    session.action = [&session] { return ListLogs(session); };
  });
}

}  // namespace replog::cli
