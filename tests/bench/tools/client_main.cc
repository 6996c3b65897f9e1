// Loads and readers for the system benches that `replog bench` does not have.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "tests/bench/tools/commands.h"

int main(int argc, char** argv) {
  using namespace replog::bench;
  CLI::App app("Loads and readers of the system benches");
  ClientOptions options;
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--server", options.server, "host:port")->required();
  app.add_option("--log", options.log)->capture_default_str();
  const auto positive = CLI::PositiveNumber;

  CLI::App* load = app.add_subcommand("load", "Append records of which one in 1000 is of the channel `rare`");
  load->add_option("--records", options.records)->check(positive)->capture_default_str();
  load->add_option("--size", options.size, "Bytes of a body")->capture_default_str();
  load->add_option("--layout", options.layout, "Where the rare ones are")
      ->check(CLI::IsMember({"scattered", "clustered"}))
      ->capture_default_str();
  load->callback([&] { Load(options); });

  CLI::App* read = app.add_subcommand("read", "Replay the log to a callback");
  read->add_option("--channel", options.channel, "Only this channel");
  read->callback([&] { Read(options); });

  CLI::App* hold = app.add_subcommand("hold", "Hold subscriptions open until standard input ends");
  hold->add_option("--streams", options.streams)->check(positive)->capture_default_str();
  hold->add_option("--connections", options.connections)->check(positive)->capture_default_str();
  hold->add_flag("--stalled", options.stalled, "Read the first frame and then never again");
  hold->callback([&] { Hold(options); });

  try {
    CLI11_PARSE(app, argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "replog_bench_client: %s\n", error.what());
    return 1;
  }
}
