#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "client/cli/duration.h"
#include "client/cli/human_format.h"
#include "client/cli/lease_token.h"
#include "client/cli/output.h"
#include "client/cli/record_format.h"
#include "client/cli/session.h"
#include "client/cli/time_format.h"
#include "client/cli/whole_number.h"

// get, put and delete: a log's table, key by key.
namespace replog::cli {
namespace {

struct KeyOptions {
  std::string channel;
  std::vector<std::string> keys;  // of get
  std::string key;                // of put and delete
  std::optional<std::string> text;
  std::optional<uint64_t> version;
  std::optional<uint64_t> if_sequence;
  bool if_absent = false;
  std::string lease;
  std::optional<uint64_t> ttl_ms;
  std::optional<std::string> expires;
};

constexpr char kGetFooter[] = R"(Examples:
  replog get users alice bob                the newest record of each
  replog get users                          of all keys of the channel, in their order
Exit codes: 0 found; 1 a key that was named does not exist, or it failed.)";

constexpr char kPutFooter[] = R"(Examples:
  replog put users alice '{"color":"red"}'
  replog put users alice blue --if-sequence 41      only if record 41 is still the key's newest
  replog put users bob green --if-absent            only if there is no such key
  replog put users alice teal --version 7           only if the key's version is older than 7
  replog put sessions bob token --ttl 30s           gone in 30 s, unless it is put again; or --expires TIME
A put without --version leaves the key without a version, which is older than any.
Exit codes: 0 written; 1 not written: the condition does not hold, the version is stale, or it failed.)";

// Prints `records`; --json: a line each.
bool Print(const Session& session, const std::vector<client::Record>& records) {
  Output output;
  for (const auto& record : records) {
    session.json ? AppendJson(output.buffer(), record) : AppendHuman(output.buffer(), record);
  }
  return output.Flush();
}

// Those of `keys` that no record is of.
std::string Missing(const std::vector<std::string>& keys, const std::vector<client::Record>& records) {
  std::string missing;
  for (const std::string& key : keys) {
    const auto is_its = [&key](const client::Record& record) { return record.key == key; };
    if (std::any_of(records.begin(), records.end(), is_its)) continue;
    AppendPrintable(missing, missing.empty() ? key : ", " + key);
  }
  return missing;
}

ExitCode RunGet(const Session& session, const KeyOptions& options) {
  client::Client client = session.MakeClient();
  client::LookupOptions lookup{.channel = options.channel, .keys = options.keys};
  for (;;) {
    const auto page = client.Lookup(lookup);
    if (!page.ok()) return Fail(page.status());
    if (!Print(session, page->records)) return ExitCode::kOk;
    if (const auto missing = Missing(options.keys, page->records); !missing.empty()) {
      std::fprintf(stderr, "replog: no such key: %s\n", missing.c_str());
      return ExitCode::kFailed;
    }
    if (!page->next_after_key) return ExitCode::kOk;
    lookup.after_key = *page->next_after_key;
  }
}

client::AppendConditions ConditionsOf(const KeyOptions& options) {
  client::AppendConditions conditions{.newer_version_only = options.version.has_value()};
  if (options.if_absent || options.if_sequence) {
    conditions.keys.push_back({options.channel, options.key, options.if_sequence});
  }
  if (!options.lease.empty()) conditions.lease = ParseLeaseToken(options.lease);
  return conditions;
}

// The value's end, by this machine's clock where it was given as a duration.
std::optional<client::Time> ExpiresOf(const KeyOptions& options) {
  if (options.expires) return ParseTime(*options.expires);
  if (!options.ttl_ms) return std::nullopt;
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  return now + std::chrono::milliseconds(*options.ttl_ms);
}

ExitCode RunWrite(const Session& session, const KeyOptions& options, bool deleted) {
  const client::NewRecord record{
      .channel = options.channel,
      .body = options.text ? std::string_view(*options.text) : std::string_view(),
      .body_kind = options.text ? client::BodyKind::kText : client::BodyKind::kNone,
      .headers = {},
      .key = options.key,
      .deleted = deleted,
      .version = options.version,
      .expires = ExpiresOf(options)};
  const auto appended = session.MakeClient().Append({&record, 1}, ConditionsOf(options));
  if (!appended.ok()) return Fail(appended.status());
  const bool stale = !appended->results.empty();
  Output output;
  if (session.json) {
    const nlohmann::json written{{"outcome", "appended"}, {"sequence", appended->first_sequence}};
    output.buffer() = stale ? nlohmann::json{{"outcome", "stale"},
                                             {"sequence", appended->results.front().sequence},
                                             {"version", appended->results.front().version}}
                                  .dump()
                            : written.dump();
  } else {
    output.buffer() = stale
                          ? "stale: the key has version " + std::to_string(appended->results.front().version)
                          : "sequence " + WithSeparators(appended->first_sequence);
  }
  output.buffer() += '\n';
  output.Flush();
  return stale ? ExitCode::kFailed : ExitCode::kOk;
}

void AddConditions(CLI::App& command, KeyOptions& options) {
  auto* absent = command.add_flag("--if-absent", options.if_absent, "Only if the key does not exist");
  command.add_option("--if-sequence", options.if_sequence, "Only if this record is the key's newest")
      ->check(WholeNumber())
      ->excludes(absent);
  command.add_option("--version", options.version, "Your version of the value: only if the key's is older")
      ->check(WholeNumber());
  command
      .add_option("--lease", options.lease, "Only if no newer holder of this lease has written to the log")
      ->check(IsLeaseToken());
}

void AddExpiry(CLI::App& command, KeyOptions& options) {
  constexpr auto kLongest = std::chrono::hours(24 * 3'653);
  const auto is_time = [](const std::string& text) {
    return ParseTime(text) ? std::string() : "\"" + text + "\" is not a time as in 2030-01-02T03:04:05Z";
  };
  auto* ttl =
      command.add_option("--ttl", options.ttl_ms, "The value is gone after this long, as in 30s or 12h")
          ->transform(Duration(std::chrono::milliseconds(1), kLongest));
  command
      .add_option("--expires", options.expires, "The value is gone at this time, as in 2030-01-02T03:04:05Z")
      ->check(is_time)
      ->excludes(ttl);
}

}  // namespace

void AddKeyCommands(CLI::App& app, Session& session) {
  auto options = std::make_shared<KeyOptions>();
  CLI::App* get = app.add_subcommand("get", "Print the newest record of keys");
  get->footer(kGetFooter);
  get->add_option("channel", options->channel, "The keys' channel")->required();
  get->add_option("key", options->keys, "None: all keys of the channel");
  get->callback(
      [&session, options] { session.action = [&session, options] { return RunGet(session, *options); }; });

  CLI::App* put = app.add_subcommand("put", "Append a key's new value");
  put->footer(kPutFooter);
  put->add_option("channel", options->channel, "The key's channel")->required();
  put->add_option("key", options->key, "The key")->required();
  put->add_option("text", options->text, "The value; none: a record without a body");
  AddConditions(*put, *options);
  AddExpiry(*put, *options);
  put->callback([&session, options] {
    session.action = [&session, options] { return RunWrite(session, *options, false); };
  });

  CLI::App* remove = app.add_subcommand("delete", "Append a key's tombstone");
  remove->footer("Example:\n  replog delete users alice --if-sequence 42\nExit codes: as of put.");
  remove->add_option("channel", options->channel, "The key's channel")->required();
  remove->add_option("key", options->key, "The key")->required();
  AddConditions(*remove, *options);
  remove->callback([&session, options] {
    session.action = [&session, options] { return RunWrite(session, *options, true); };
  });
}

}  // namespace replog::cli
