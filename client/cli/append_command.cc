#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "client/cli/appender.h"
#include "client/cli/lease_token.h"
#include "client/cli/session.h"

namespace replog::cli {
namespace {

constexpr char kFooter[] =
    R"(Without TEXT each line of standard input is a record; with --json each line is an object
  {"channel": …, "text": … or "payload": base64, "headers": {…}, "id": …}
of a key also "key", "deleted", "version", "expires": "2030-01-02T03:04:05Z"
and CHANNEL, which may then be left out, is for lines without a channel. Other fields are refused unless
--header names them. A line that is wrong ends the input: what came before it is appended, exit code 2.
A line whose id the log has had within its dedupe window is not appended again.
Lines are sent in batches that are appended whole or not at all. When the connection breaks they are sent
again, and appended once all the same. At the end it says which lines were acknowledged, which were rejected,
and of which it is unknown because the server could not be reached any more.

Examples:
  replog append room 'Hello everyone!'
  replog append room --header user=ada 'Hello' 'again'
  replog append jobs 'one' 'two' --lease leader=0:41      one batch, refused when a newer holder has written
  tail -F app.log | replog append app-log
  zcat chat.jsonl.gz | replog append --json --header user --header time
  replog append --json --header order --id-header order < orders.jsonl
  replog append words --producer loader --resume < words.txt      goes on where it was killed)";

ExitCode RunAppend(const Session& session, const AppendOptions& options) {
  if (session.json && !options.texts.empty())
    return FailUsage("--json reads standard input; it takes no TEXT");
  if (!session.json && options.channel.empty()) return FailUsage("append needs a CHANNEL");
  if (!session.json && !options.id_header.empty()) return FailUsage("--id-header is for the lines of --json");
  if (options.resume && options.producer.empty()) return FailUsage("--resume needs --producer");
  // A batch of nothing but duplicates is not counted by its producer.
  if (options.resume && !options.id_header.empty())
    return FailUsage(
        "--resume counts the producer's records, which ids make uncertain; with ids, append all again");
  if (options.at_most_once && !options.producer.empty())
    return FailUsage(
        "--producer numbers the records so that they can be sent again; --at-most-once does not");
  Appender appender(session, options, STDIN_FILENO);
  if (!session.json && !appender.TakeFixedHeaders())
    return FailUsage("without --json a --header is NAME=VALUE");
  if (options.lease.empty()) return appender.Run();
  if (options.texts.empty()) return FailUsage("with --lease the records are given as TEXT");
  return appender.RunUnderLease();
}

}  // namespace

void AddAppendCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<AppendOptions>();
  CLI::App* append = app.add_subcommand("append", "Append records from arguments, lines or JSON lines");
  append->footer(kFooter);
  append->add_option("CHANNEL", options->channel, "The records' channel");
  append->add_option("TEXT", options->texts, "A record's text");
  append
      ->add_option("--header", options->headers,
                   "With --json: the name of a field that becomes a header; else NAME=VALUE; repeatable")
      ->allow_extra_args(false);
  append->add_option("--id-header", options->id_header,
                     "With --json: the header whose value is the record's id; each line must have it");
  auto* producer = append->add_option(
      "--producer", options->producer,
      "Append as the producer of this name, and end who still does; by default a name of its own");
  auto* resume =
      append->add_flag("--resume", options->resume,
                       "The input begins with what this producer has appended before: go on behind it");
  auto* at_most_once =
      append->add_flag("--at-most-once", options->at_most_once,
                       "Send nothing twice: what is not answered when the connection breaks is unknown");
  append
      ->add_option("--lease", options->lease, "Only if no newer holder of this lease has written to the log")
      ->check(IsLeaseToken())
      ->excludes(producer)
      ->excludes(resume)
      ->excludes(at_most_once);
  append->callback(
      [&session, options] { session.action = [&session, options] { return RunAppend(session, *options); }; });
}

}  // namespace replog::cli
