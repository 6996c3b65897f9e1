#include <openssl/evp.h>
#include <openssl/rand.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "client/cli/access_edit.h"
#include "client/cli/base64.h"
#include "client/cli/duration.h"
#include "client/cli/output.h"
#include "client/cli/private_file.h"
#include "client/cli/session.h"
#include "client/cli/text_table.h"
#include "client/cli/time_format.h"

namespace replog::cli {
namespace {

using client::Result;
using client::Status;
using client::StatusCode;

constexpr std::chrono::hours kLongest{24 * 3650};

struct TokenOptions {
  std::string file;
  std::string principal;
  std::string id;
  std::string expires;
  std::vector<std::string> grants;
  bool drop_comments = false;
};

// 256 random bits, in letters that need no escape anywhere.
Result<std::string> MakeToken() {
  std::array<unsigned char, 32> bits;
  if (RAND_bytes(bits.data(), bits.size()) != 1)
    return Status(StatusCode::kInternal, "no random bytes are to be had");
  std::string token = EncodeBase64({reinterpret_cast<const char*>(bits.data()), bits.size()});
  for (char& c : token) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (token.ends_with('=')) token.pop_back();
  return token;
}

std::string Sha256Hex(const std::string& text) {
  std::array<unsigned char, 32> digest;
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  std::string hex;
  char two[3];
  for (const unsigned char byte : digest) {
    std::snprintf(two, sizeof two, "%02x", byte);
    hex += two;
  }
  return hex;
}

// The moment that --expires names: a time, or a duration from now.
Result<std::string> ExpiresAt(const std::string& text) {
  const client::Time now =
      std::chrono::time_point_cast<client::Time::duration>(std::chrono::system_clock::now());
  std::optional<client::Time> at = text.empty() ? std::nullopt : ParseTime(text);
  std::string milliseconds = text;
  if (!text.empty() && !at && Duration({}, kLongest)(milliseconds).empty())
    at = now + std::chrono::milliseconds(std::stoll(milliseconds));
  if (text.empty()) return std::string();
  if (!at)
    return Status(StatusCode::kInvalidArgument,
                  "--expires " + text + ": is no time as 2027-01-01T00:00:00Z and no duration as 90d");
  if (*at <= now) return Status(StatusCode::kInvalidArgument, "--expires " + text + ": is in the past");
  return FormatTime(std::chrono::floor<std::chrono::seconds>(*at));
}

Result<NewToken> Describe(const TokenOptions& options, const std::string& token) {
  NewToken described{options.principal, options.id, Sha256Hex(token), "", {}};
  const auto expires = ExpiresAt(options.expires);
  if (!expires.ok()) return expires.status();
  described.expires = *expires;
  for (const std::string& text : options.grants) {
    auto grant = ParseGrant(text);
    if (!grant.ok()) return grant.status();
    described.grants.push_back(std::move(grant).value());
  }
  return described;
}

// Changes the access file; `change` works on it as it is parsed.
Status Change(const TokenOptions& options, const std::function<Status(AccessEdit&)>& change) {
  return ChangePrivateFile(options.file, [&](const std::string& text) -> Result<std::string> {
    auto edit = AccessEdit::Parse(text, options.file);
    if (!edit.ok()) return edit.status();
    if (edit->has_comments() && !options.drop_comments)
      return Status(StatusCode::kInvalidArgument,
                    options.file + ": has comments, which this command cannot keep; say --drop-comments");
    if (Status status = change(edit.value()); !status.ok()) return status;
    return edit->Text();
  });
}

ExitCode RunCreate(const Session& session, const TokenOptions& options) {
  const auto token = MakeToken();
  if (!token.ok()) return Fail(token.status());
  const auto described = Describe(options, *token);
  if (!described.ok()) return FailUsage(described.status().message());
  std::string id;
  const Status status = Change(options, [&](AccessEdit& edit) -> Status {
    auto added = edit.Add(*described);
    if (added.ok()) id = *added;
    return added.status();
  });
  if (!status.ok()) return FailUsage(status.message());
  std::fprintf(stderr, "The token %s of %s, shown this once; replogd takes it up within seconds.\n",
               id.c_str(), options.principal.c_str());
  Output output;
  output.buffer() =
      session.json
          ? nlohmann::ordered_json{{"principal", options.principal}, {"id", id}, {"token", *token}}.dump()
          : *token;
  output.buffer() += '\n';
  output.Flush();
  return ExitCode::kOk;
}

ExitCode RunRevoke(const TokenOptions& options) {
  const Status status =
      Change(options, [&](AccessEdit& edit) { return edit.Remove(options.principal, options.id); });
  if (!status.ok()) return FailUsage(status.message());
  std::fprintf(stderr, "The token is taken away; replogd ends what goes on under it within seconds.\n");
  return ExitCode::kOk;
}

ExitCode RunList(const Session& session, const TokenOptions& options) {
  const auto text = ReadWholeFile(options.file);
  if (!text.ok()) return FailUsage(text.status().message());
  const auto edit = AccessEdit::Parse(*text, options.file);
  if (!edit.ok()) return FailUsage(edit.status().message());
  Output output;
  std::vector<std::vector<std::string>> rows{{"PRINCIPAL", "TOKEN", "EXPIRES"}};
  for (const ListedToken& token : edit->List()) {
    nlohmann::ordered_json line{{"principal", token.principal}, {"id", token.id}};
    if (!token.expires.empty()) line["expires"] = token.expires;
    if (session.json) output.buffer() += line.dump() + "\n";
    rows.push_back({token.principal, token.id, token.expires.empty() ? "never" : token.expires});
  }
  if (!session.json) output.buffer() = FormatTable(rows);
  output.Flush();
  return ExitCode::kOk;
}

void AddFile(CLI::App& command, TokenOptions& options) {
  command.add_option("--file", options.file, "The access file of replogd")
      ->required()
      ->envname("REPLOG_ACCESS_FILE");
}

void AddChangeOptions(CLI::App& command, TokenOptions& options) {
  AddFile(command, options);
  command.add_option("--principal", options.principal, "Whose token it is")->required();
  command.add_flag("--drop-comments", options.drop_comments, "Also when the file's comments are lost by it");
}

void AddCreate(CLI::App& token, Session& session, const std::shared_ptr<TokenOptions>& options) {
  CLI::App* create =
      token.add_subcommand("create", "Make a token, print it once, and write its SHA-256 to the file");
  create->footer(
      "A grant is VERBS:LOGS or VERBS:LOGS:NAMES, each a list with commas; a name may end with *. The names "
      "of read\n"
      "and append are channels, those of node are nodes; lease has only names. The logs * are\n"
      "all but the product's own, _system, which _* covers; a backup wants read of both.\n\n"
      "Examples:\n"
      "  replog token create --file access.yaml --principal chat --grant 'read,append:default:room-*' > "
      "chat.token\n"
      "  replog token create --file access.yaml --principal chat --expires 90d\n"
      "  replog token create --file access.yaml --principal ops --grant 'admin:*,_*' --grant 'lease:*'\n"
      "  replog token create --file access.yaml --principal backup --grant 'read:*,_*' --grant "
      "'admin:_system'");
  AddChangeOptions(*create, *options);
  create->add_option("--id", options->id, "The token's name in the file and in logs; default: t1, t2, …");
  create->add_option("--grant", options->grants, "What the principal may do, beside what it may already")
      ->allow_extra_args(false);
  create->add_option("--expires", options->expires,
                     "A time as 2027-01-01T00:00:00Z, or a duration from now as 90d");
  create->callback(
      [&session, options] { session.action = [&session, options] { return RunCreate(session, *options); }; });
}

}  // namespace

void AddTokenCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<TokenOptions>();
  CLI::App* token = app.add_subcommand("token", "Make, list and revoke the tokens of an access file");
  token->footer(
      "These work on the file itself and ask no server. Exit code 2 also when the file cannot be changed.");
  token->require_subcommand(1);
  token->fallthrough();
  AddCreate(*token, session, options);
  CLI::App* list = token->add_subcommand("list", "Show whose tokens there are");
  list->footer("Example:\n  replog token list --file access.yaml");
  AddFile(*list, *options);
  list->callback(
      [&session, options] { session.action = [&session, options] { return RunList(session, *options); }; });
  CLI::App* revoke = token->add_subcommand("revoke", "Take a token away");
  revoke->footer("Example:\n  replog token revoke --file access.yaml --principal chat --id t1");
  AddChangeOptions(*revoke, *options);
  revoke->add_option("--id", options->id, "The token")->required();
  revoke->callback([&session, options] { session.action = [options] { return RunRevoke(*options); }; });
}

}  // namespace replog::cli
