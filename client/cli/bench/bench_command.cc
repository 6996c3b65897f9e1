#include <CLI/CLI.hpp>
#include <memory>

#include "client/cli/bench/bench_session.h"

namespace replog::cli {
namespace {

constexpr char kFooter[] =
    R"(Each prints one JSON object: conditions, counts, seconds, rate, percentiles in microseconds. A bench works in a log of
its own, which it creates and, without --keep, deletes.

Examples:
  replog bench append --records 5000000 --keep
  replog bench replay                              what append has kept
  replog bench fanout --records 20000 --subscribers 50 --connections 4
  replog bench latency --rate 1000 --subscribers 1 --records 10000)";

using Run = void (*)(BenchSession&);

std::shared_ptr<BenchOptions> AddBench(CLI::App& bench, Session& session, const char* name,
                                       const char* description, uint64_t records, Run run) {
  auto options = std::make_shared<BenchOptions>();
  options->records = records;
  if (run == RunReplayBench) options->delivery = "own";  // what a subscription does by default
  CLI::App* command = bench.add_subcommand(name, description);
  command->footer("Example:\n  replog bench " + std::string(name) + " --size 1024");
  command->add_option("--records", options->records, "How many records")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--size", options->size, "Bytes of a record's body")->capture_default_str();
  command
      ->add_option("--connections", options->connections,
                   "TCP connections, which producers and subscribers share")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--subscribers", options->subscribers, "How many subscribers")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--rate", options->rate, "Records a second")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--batch", options->batch_records, "Most records of a batch")->capture_default_str();
  command->add_option("--batch-bytes", options->batch_bytes, "Most bytes of a batch")->capture_default_str();
  command->add_option("--window-bytes", options->window_bytes, "Bytes that may be unacknowledged")
      ->capture_default_str();
  command->add_option("--frame-bytes", options->frame_bytes, "Largest frame; 0: the server's default");
  command->add_option("--linger-us", options->linger_us, "How long a record may wait for others");
  command->add_option("--durability", options->durability, "Of the log, when it is created")
      ->check(CLI::IsMember({"sync", "os"}))
      ->capture_default_str();
  command->add_option("--bench-log", options->log, "The log to work in")->capture_default_str();
  command->add_flag("--keep", options->keep, "Leave the log and its records");
  command->add_option("--delivery", options->delivery, "Threads that run subscribers: own, or shared by all")
      ->check(CLI::IsMember({"own", "shared"}))
      ->capture_default_str();
  command->callback([&session, options, run] {
    session.action = [&session, options, run] {
      try {
        BenchSession bench_session(session, *options);
        run(bench_session);
        return ExitCode::kOk;
      } catch (const BenchError& error) {
        if (error.status.ok()) throw;
        return Fail(error.status);
      }
    };
  });
  return options;
}

}  // namespace

void AddBenchCommand(CLI::App& app, Session& session) {
  CLI::App* bench = app.add_subcommand("bench", "Measure a server");
  bench->footer(kFooter);
  bench->require_subcommand(1);
  const auto append = AddBench(*bench, session, "append", "Pipelined appends until all are acknowledged",
                               1'000'000, RunAppendBench);
  CLI::App* append_command = bench->get_subcommand("append");
  append_command->add_option("--keys", append->keys, "Put this many keys, in turn; 0: records without a key");
  append_command->add_flag("--ids", append->ids, "Give each record an id");
  append_command->add_flag("--plain", append->plain, "Without the stamps of an idempotent producer");
  AddBench(*bench, session, "replay", "Replay of the whole log to a callback", 1'000'000, RunReplayBench);
  AddBench(*bench, session, "fanout", "Full-speed appends delivered to many subscribers", 20'000,
           RunFanoutBench);
  AddBench(*bench, session, "latency", "From append to delivery at a steady rate", 5'000, RunLatencyBench);
  const auto single = AddBench(*bench, session, "single", "One append at a time", 5'000, RunSingleBench);
  bench->get_subcommand("single")->add_flag("--unary", single->unary, "Use unary calls instead of a stream");
}

}  // namespace replog::cli
