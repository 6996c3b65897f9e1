#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "server/core/log_service.h"
#include "server/tls/tls_material.h"
#include "storage/rocks/options.h"

namespace replog {

// Everything that can be said to replogd on its command line, with its defaults.
struct ServerOptions {
  std::string listen = "127.0.0.1:50051";
  std::string log_level = "info";
  TlsFiles tls;
  bool insecure = false;
  StoreOptions store{.directory = "./data"};
  LogService::Options service;
};

// Adds the flags of `replogd` (serve) and of its data directory to a command.
void AddServeFlags(CLI::App& app, ServerOptions& options);
void AddDataFlag(CLI::App& app, ServerOptions& options);

}  // namespace replog
