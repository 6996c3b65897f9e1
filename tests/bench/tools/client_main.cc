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

  CLI::App* lookup = app.add_subcommand("lookup", "Look up keys that `replog bench append --keys` has put");
  lookup->add_option("--records", options.records, "How many")->check(positive)->capture_default_str();
  lookup->add_option("--keys", options.keys, "Among how many")->check(positive)->capture_default_str();
  lookup->add_option("--channel", options.channel)->required();
  lookup->add_option("--per-call", options.per_call, "Keys in a call")
      ->check(positive)
      ->capture_default_str();
  lookup->add_option("--window", options.window, "Calls under way")->check(positive)->capture_default_str();
  lookup->callback([&] { Lookup(options); });

  app.add_subcommand("read-table", "Get the table to a callback")->callback([&] { ReadTable(options); });
  app.add_subcommand("hold-table", "Keep a Table<> as a node until standard input ends")->callback([&] {
    HoldTable(options);
  });

  CLI::App* leases = app.add_subcommand("leases", "Acquire, renew and release a lease");
  leases->add_option("--records", options.records, "How often")->check(positive)->capture_default_str();
  leases->callback([&] { Leases(options); });

  CLI::App* barrier = app.add_subcommand("barrier", "Append, and wait until every node has it");
  barrier->add_option("--records", options.records, "How often")->check(positive)->capture_default_str();
  barrier->add_option("--streams", options.streams, "How many nodes")->check(positive)->capture_default_str();
  barrier->callback([&] { Barrier(options); });

  CLI::App* http_append = app.add_subcommand("http-append", "Append batches over HTTP");
  http_append->add_option("--records", options.records)->check(positive)->capture_default_str();
  http_append->add_option("--size", options.size, "Bytes of a body")->capture_default_str();
  http_append->add_option("--per-call", options.per_call, "Records in a batch")->check(positive);
  http_append->add_option("--connections", options.connections)->check(positive)->capture_default_str();
  http_append->add_flag("--lines", options.lines, "Newline-delimited JSON");
  http_append->callback([&] { HttpAppend(options); });

  CLI::App* http_fanout = app.add_subcommand("http-fanout", "Latency of server-sent events");
  http_fanout->add_option("--streams", options.streams)->check(positive)->capture_default_str();
  http_fanout->add_option("--records", options.records, "Events")->check(positive);
  http_fanout->add_option("--rate", options.rate, "Events in a second")
      ->check(positive)
      ->capture_default_str();
  http_fanout->callback([&] { HttpFanout(options); });

  CLI::App* http_hold = app.add_subcommand("http-hold", "Hold event streams open until standard input ends");
  http_hold->add_option("--streams", options.streams)->check(positive)->capture_default_str();
  http_hold->callback([&] { HttpHold(options); });

  try {
    CLI11_PARSE(app, argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "replog_bench_client: %s\n", error.what());
    return 1;
  }
}
