#pragma once

#include <string>
#include <vector>

#include "server/config/setting.h"
#include "server/core/log_service.h"
#include "server/tls/tls_material.h"
#include "storage/rocks/options.h"

namespace replog {

// Everything that can be said to replogd, with its defaults. settings.cc says what each means.
struct ServerOptions {
  std::string listen = "127.0.0.1:50051";
  std::string http_listen = "127.0.0.1:8080";
  bool reflection = true;
  bool insecure = false;
  TlsFiles tls;
  std::string access_file;
  std::string webhooks_file;
  std::string log_level = "info";
  std::string log_format = "text";
  int64_t slow_operation_us = 500'000;
  size_t http_body_bytes = 64 << 20;
  StoreOptions store{.directory = "./data"};
  LogService::Options service;
};

// The one table of settings, each bound to its field of `options`, which must outlive them. Grouped.
std::vector<Setting> SettingsOf(ServerOptions& options);

// What no setting alone can tell: an error names both.
absl::Status CheckTogether(const ServerOptions& options);

}  // namespace replog
