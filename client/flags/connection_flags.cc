#include "client/flags/connection_flags.h"

#include <arpa/inet.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/loopback.h"
#include "client/internal/token.h"

namespace replog::client {
namespace {

constexpr char kDefaultPort[] = ":50051";

Status Refuse(const std::string& what) { return {StatusCode::kInvalidArgument, what}; }

// Nothing for no file.
Status ReadPem(const char* flag, const std::string& path, std::string& pem) {
  if (path.empty()) return {};
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || text.view().empty())
    return Refuse(std::string(flag) + " " + path + ": " + (errno == 0 ? "is empty" : std::strerror(errno)));
  if (text.view().find("-----BEGIN ") == std::string::npos)
    return Refuse(std::string(flag) + " " + path + ": has nothing in PEM form");
  pem = std::move(text).str();
  return {};
}

// gRPC would take the port of HTTPS for a host alone. What says its kind itself ("dns:///…") is left as it
// is.
std::string WithPort(const std::string& server) {
  in6_addr v6;
  if (inet_pton(AF_INET6, server.c_str(), &v6) == 1) return "[" + server + "]" + kDefaultPort;
  const bool host_alone = server.find(':') == std::string::npos || server.ends_with(']');
  return !server.empty() && host_alone ? server + kDefaultPort : server;
}

bool WantsTls(const ConnectionFlags& flags) {
  return flags.tls || !(flags.tls_ca + flags.tls_cert + flags.tls_key + flags.tls_server_name).empty();
}

Status SetTls(const ConnectionFlags& flags, ClientOptions& options) {
  if (!WantsTls(flags)) return {};
  if (flags.tls_cert.empty() != flags.tls_key.empty())
    return Refuse("--tls-cert and --tls-key belong together");
  TlsOptions& tls = options.tls.emplace();
  tls.server_name = flags.tls_server_name;
  if (Status status = ReadPem("--tls-ca", flags.tls_ca, tls.ca_pem); !status.ok()) return status;
  if (Status status = ReadPem("--tls-cert", flags.tls_cert, tls.certificate_pem); !status.ok()) return status;
  return ReadPem("--tls-key", flags.tls_key, tls.key_pem);
}

Status SetToken(const ConnectionFlags& flags, ClientOptions& options) {
  const char* token = std::getenv("REPLOG_TOKEN");
  options.token = token == nullptr ? "" : token;
  options.token_file = flags.token_file;
  options.token_in_plain_text = flags.token_in_plain_text;
  if (options.token.empty() && options.token_file.empty()) return {};
  const auto usable = internal::TokenSource(options.token, options.token_file).Get();
  if (!usable.ok())
    return Refuse((flags.token_file.empty() ? "REPLOG_TOKEN: " : "--token-file: ") +
                  usable.status().message());
  if (options.tls || flags.token_in_plain_text) return {};
  for (const std::string& server : options.endpoints) {
    if (IsLoopback(server)) continue;
    return Refuse("--server " + server + ": a token is not sent there in plain text; use --tls, or say " +
                  "--token-in-plain-text");
  }
  return {};
}

}  // namespace

void AddConnectionFlags(CLI::App& app, ConnectionFlags& flags) {
  app.add_option("--server", flags.servers,
                 "host:port of the server; several are separated by commas. Port 50051 if none is said")
      ->envname("REPLOG_SERVER")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->default_val("localhost:50051");
  app.add_option("--log", flags.log, "The log to work on")->envname("REPLOG_LOG")->default_val("default");
  const auto add = [&app](const char* name, const char* variable, std::string& value, const char* help) {
    app.add_option(name, value, help)->envname(variable)->group("Security");
  };
  app.add_flag("--tls", flags.tls, "Use TLS; the other --tls options say so too")
      ->envname("REPLOG_TLS")
      ->group("Security");
  add("--tls-ca", "REPLOG_TLS_CA", flags.tls_ca,
      "PEM file: who signs the server's certificate; default: the system's authorities");
  // Not REPLOG_TLS_KEY: that is replogd's, and both may run in one container.
  add("--tls-cert", "REPLOG_TLS_CLIENT_CERT", flags.tls_cert, "PEM file: this client's certificate");
  add("--tls-key", "REPLOG_TLS_CLIENT_KEY", flags.tls_key, "PEM file: its key");
  add("--tls-server-name", "REPLOG_TLS_SERVER_NAME", flags.tls_server_name,
      "The name that the server's certificate must have, if it is not that of --server");
  add("--token-file", "REPLOG_TOKEN_FILE", flags.token_file,
      "A file with the token that says who calls; or the token itself in the variable REPLOG_TOKEN");
  app.add_flag("--token-in-plain-text", flags.token_in_plain_text,
               "Send the token without TLS to other machines too")
      ->group("Security");
}

Result<ClientOptions> OptionsOf(const ConnectionFlags& flags) {
  ClientOptions options;
  options.endpoints.clear();
  std::ranges::transform(flags.servers, std::back_inserter(options.endpoints), WithPort);
  options.log = flags.log;
  if (Status status = SetTls(flags, options); !status.ok()) return status;
  if (Status status = SetToken(flags, options); !status.ok()) return status;
  return options;
}

}  // namespace replog::client
