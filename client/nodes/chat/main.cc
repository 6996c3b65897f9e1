// chat-server: a chat whose every node holds all messages, kept in step by a replog log.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>

#include "base/version.h"
#include "client/flags/connection_flags.h"
#include "client/nodes/chat/chat_server.h"

namespace {

using replog::chat::ChatServer;
using replog::chat::ChatServerOptions;
using replog::client::ConnectionFlags;

constexpr char kFooter[] = R"(Example:
  replogd --listen 127.0.0.1:50051 --data ./data &
  chat-server --listen 127.0.0.1:8081 --server 127.0.0.1:50051 &
  chat-server --listen 127.0.0.1:8082 --server 127.0.0.1:50051 &
  curl -d '{"channel":"lobby","user":"ann","text":"Hello everyone!"}' 127.0.0.1:8081/chat-server/messages
  curl '127.0.0.1:8082/chat-server/messages?channel=lobby&from=0&limit=50'
  curl 127.0.0.1:8082/readyz

Exit codes: 0 stopped as asked; 1 failed, with the reason on standard error; 2 wrong usage.)";

void AddOptions(CLI::App& app, ChatServerOptions& options, ConnectionFlags& connection) {
  app.footer(kFooter);
  app.set_version_flag("--version", replog::VersionLine("chat-server"), "Print the version and exit");
  app.add_option("--listen", options.http.listen, "host:port to serve HTTP on; port 0 takes a free one")
      ->default_val("127.0.0.1:8081");
  replog::client::AddConnectionFlags(app, connection);
}

void SetUpLogging() {
  spdlog::set_default_logger(spdlog::stderr_color_mt("chat-server"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %l %v", spdlog::pattern_time_type::utc);
}

// Serves until a signal or a failure ends it.
int Serve(const ChatServerOptions& options) {
  boost::asio::io_context main_loop;
  // A second signal ends the process at once, because the first one gives the signals back.
  boost::asio::signal_set signals(main_loop, SIGTERM, SIGINT);
  signals.async_wait([&](boost::system::error_code, int) { signals.clear(); });
  int exit_code = 0;
  ChatServer server(options, [&](const replog::client::Status& status) {
    boost::asio::post(main_loop, [&, status] {
      spdlog::error("can no longer follow the log: {}", status.ToString());
      exit_code = 1;
      signals.cancel();
    });
  });
  if (const auto status = server.Start(); !status.ok()) {
    std::fprintf(stderr, "chat-server: %s\n", std::string(status.message()).c_str());
    return 1;
  }
  std::printf("listening %s\n", server.address().c_str());
  std::fflush(stdout);
  main_loop.run();
  spdlog::info("stopping");
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  SetUpLogging();
  CLI::App app("A chat node: keeps every message of a log in memory and serves them over HTTP.",
               "chat-server");
  ChatServerOptions options;
  ConnectionFlags connection;
  AddOptions(app, options, connection);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  auto client = replog::client::OptionsOf(connection);
  if (!client.ok()) {
    std::fprintf(stderr, "chat-server: %s\n", client.status().message().c_str());
    return 2;
  }
  options.client = std::move(client).value();
  return Serve(options);
}
