#pragma once

#include <string>
#include <vector>

#include "client/client.h"

namespace CLI {
class App;
}

namespace replog::client {

// What the command line of a program on this library says about its connection, as text.
struct ConnectionFlags {
  std::vector<std::string> servers;
  std::string log;
  bool tls = false;
  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  std::string tls_server_name;
  std::string token_file;
  bool token_in_plain_text = false;
};

// Adds --server, --log, the --tls flags and --token-file, each with its variable in the environment. `flags`
// must outlive the parsing.
void AddConnectionFlags(CLI::App& app, ConnectionFlags& flags);

// The client's options that were said, the token of REPLOG_TOKEN among them: it is no flag, because everybody
// on a machine sees the arguments of its processes. INVALID_ARGUMENT names the flag and the file: not
// readable, only half of a key and certificate, no token in it, a token in plain text to another machine.
Result<ClientOptions> OptionsOf(const ConnectionFlags& flags);

}  // namespace replog::client
