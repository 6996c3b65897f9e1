#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "client/cli/duration.h"
#include "client/cli/held_command.h"
#include "client/cli/human_format.h"
#include "client/cli/lease_token.h"
#include "client/cli/output.h"
#include "client/cli/session.h"
#include "client/cli/text_table.h"

namespace replog::cli {
namespace {

using client::LeaseInfo;
using std::chrono::milliseconds;

constexpr char kAcquireFooter[] =
    R"(Prints the token as NAME=LINEAGE:SEQUENCE: what renew, release, and --lease of append, put and delete take.
Asking again as the same holder gives the same token and a full term. After --wait a part of the term may be
over already: renew it before counting on it.

With a COMMAND the lease is renewed for as long as that runs, and then given back. The command finds the token
in REPLOG_LEASE. When the lease is lost its process group gets SIGTERM, and SIGKILL in time before another may
get the lease. Each such call is a holder of its own. The exit code is the command's; 1 when the lease was lost.

Examples:
  token=$(replog lease acquire leader --ttl 1m)
  replog append room 'from the leader' --lease "$token"
  replog lease renew "$token"
  replog lease release "$token"
  replog lease acquire nightly --wait 1h -- sh -c 'replog append jobs done --lease "$REPLOG_LEASE"'

Exit codes: 0 acquired; 1 another holds it, at the end of the wait too, or it failed.)";

struct LeaseCommandOptions {
  std::string name;
  std::string holder;
  uint64_t ttl_ms = 10'000;
  uint64_t wait_ms = 0;
  std::vector<std::string> command;
  std::string token;  // of renew and release
};

// This process, as far as others can tell.
std::string DefaultHolder() {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  return std::string(host) + ":" + std::to_string(::getpid());
}

nlohmann::ordered_json JsonOf(const LeaseInfo& lease) {
  return {{"name", lease.name},
          {"holder", lease.holder},
          {"token", FormatLeaseToken(lease.token)},
          {"lineage", lease.token.lineage},
          {"sequence", lease.token.sequence},
          {"ttl_ms", lease.ttl.count()},
          {"remaining_ms", lease.remaining.count()}};
}

std::string Seconds(milliseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(time.count()) / 1000);
  return text;
}

void Print(std::string text) {
  Output output;
  output.buffer() = std::move(text);
  output.Flush();
}

ExitCode PrintToken(const Session& session, const client::Result<LeaseInfo>& lease) {
  if (!lease.ok()) return Fail(lease.status());
  std::string token;
  AppendPrintable(token, FormatLeaseToken(lease->token));
  Print((session.json ? JsonOf(*lease).dump() : token) + "\n");
  return ExitCode::kOk;
}

ExitCode RunAcquire(const Session& session, const LeaseCommandOptions& options) {
  const std::string holder = options.holder.empty() ? DefaultHolder() : options.holder;
  const milliseconds ttl(options.ttl_ms);
  const milliseconds wait(options.wait_ms);
  if (!options.command.empty()) {
    return RunWhileHeld(session, {.name = options.name, .holder = holder, .ttl = ttl, .wait = wait},
                        options.command);
  }
  return PrintToken(session, session.MakeClient().AcquireLease(
                                 {.name = options.name, .holder = holder, .ttl = ttl, .wait = wait}));
}

ExitCode RunRenew(const Session& session, const LeaseCommandOptions& options) {
  return PrintToken(session, session.MakeClient().RenewLease(*ParseLeaseToken(options.token)));
}

ExitCode RunRelease(const Session& session, const LeaseCommandOptions& options) {
  const auto status = session.MakeClient().ReleaseLease(*ParseLeaseToken(options.token));
  return status.ok() ? ExitCode::kOk : Fail(status);
}

ExitCode PrintLeases(const Session& session, const std::vector<LeaseInfo>& leases) {
  std::vector<std::vector<std::string>> rows{{"LEASE", "HOLDER", "TOKEN", "TERM", "LEFT"}};
  std::string lines;
  for (const LeaseInfo& lease : leases) {
    rows.push_back({lease.name, lease.holder, FormatLeaseToken(lease.token), Seconds(lease.ttl),
                    Seconds(lease.remaining)});
    lines += JsonOf(lease).dump() + "\n";
  }
  Print(session.json ? lines : FormatTable(rows));
  return ExitCode::kOk;
}

ExitCode RunGet(const Session& session, const LeaseCommandOptions& options) {
  const auto lease = session.MakeClient().GetLease(options.name);
  if (!lease.ok()) return Fail(lease.status());
  if (lease->has_value()) return PrintLeases(session, {**lease});
  std::string name;
  AppendPrintable(name, options.name);
  std::fprintf(stderr, "replog: nobody holds the lease: %s\n", name.c_str());
  return ExitCode::kFailed;
}

ExitCode RunList(const Session& session) {
  const auto leases = session.MakeClient().ListLeases();
  return leases.ok() ? PrintLeases(session, *leases) : Fail(leases.status());
}

void AddAcquire(CLI::App& lease, Session& session, const std::shared_ptr<LeaseCommandOptions>& options) {
  CLI::App* acquire = lease.add_subcommand("acquire", "Take a lease, and run a command while it is held");
  acquire->footer(kAcquireFooter);
  acquire->add_option("NAME", options->name, "The lease; it need not be made first")->required();
  acquire->add_option("COMMAND", options->command, "After --: what to run, and its arguments");
  acquire->add_option("--holder", options->holder, "Who asks; default: this host and the process' number");
  acquire->add_option("--ttl", options->ttl_ms, "The term, 1s to 1h; default: 10s")->transform(Duration());
  acquire
      ->add_option("--wait", options->wait_ms, "How long to wait for the present holder; default: not at all")
      ->transform(Duration());
  acquire->callback([&session, options] {
    session.action = [&session, options] { return RunAcquire(session, *options); };
  });
}

}  // namespace

void AddLeaseCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<LeaseCommandOptions>();
  CLI::App* lease = app.add_subcommand("lease", "Take, renew, give back and show leases");
  lease->require_subcommand(1);
  lease->fallthrough();
  AddAcquire(*lease, session, options);
  const auto add = [&](const char* name, const char* what, const std::string& footer) {
    CLI::App* command = lease->add_subcommand(name, what);
    command->footer(footer);
    return command;
  };
  CLI::App* renew = add("renew", "Begin a full term, from now", "Example:\n  replog lease renew leader=0:41");
  CLI::App* release = add("release", "Give a lease back", "Example:\n  replog lease release leader=0:41");
  for (CLI::App* command : {renew, release}) {
    command->add_option("TOKEN", options->token, "What acquire printed")->required()->check(IsLeaseToken());
  }
  renew->callback(
      [&session, options] { session.action = [&session, options] { return RunRenew(session, *options); }; });
  release->callback([&session, options] {
    session.action = [&session, options] { return RunRelease(session, *options); };
  });
  CLI::App* get = add("get", "Show who holds a lease",
                      "Exit codes: 0 it is held; 1 nobody holds it.\n\nExample:\n  replog lease get leader");
  get->add_option("NAME", options->name, "The lease")->required();
  get->callback(
      [&session, options] { session.action = [&session, options] { return RunGet(session, *options); }; });
  add("list", "Show the leases that are held", "Example:\n  replog lease list --json")->callback([&session] {
    session.action = [&session] { return RunList(session); };
  });
}

}  // namespace replog::cli
