// Works on a data directory that no server has open.
//   fill     one record a commit, which through a server would take one round trip each
//   compact  to where the data would be once it is cold
#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <random>

#include "proto/wire/fields.h"
#include "storage/model/chunk_builder.h"
#include "storage/rocks/data_directory.h"
#include "storage/rocks/engine.h"
#include "storage/rocks/rocks_store.h"

namespace replog::bench {
namespace {

struct Options {
  StoreOptions store;
  uint64_t records = 1'000'000;
  size_t size = 100;
};

void Check(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(std::string(status.message()));
}

void Check(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

std::string EncodeNewRecord(size_t body_bytes) {
  std::mt19937_64 random(body_bytes);
  std::uniform_int_distribution<int> letter('a', 'z');
  std::string body(body_bytes, ' ');
  for (char& c : body) c = static_cast<char>(letter(random));
  std::string encoded;
  wire::AppendBytesField(encoded, wire::record_field::kChannel, "bench");
  wire::AppendBytesField(encoded, wire::record_field::kText, body);
  return encoded;
}

// The log `bench`, each record in a commit, and so in a chunk, of its own. Not synced: the same bytes,
// sooner.
void Fill(const Options& options) {
  auto store = RocksStore::Open(options.store);
  Check(store.status());
  const auto log = (*store)->CreateLog("bench", {});
  Check(log.status());
  const std::string record = EncodeNewRecord(options.size);
  ChunkBuilder::Start start{.log = log->descriptor.number,
                            .epoch = log->epochs.current(),
                            .next = 0,
                            .bytes_before = 0,
                            .time_us = log->descriptor.created_us};
  for (start.next = 0; start.next < options.records; ++start.next) {
    ChunkBuilder builder(start);
    builder.Add(record);
    const LogCommit commit{.log = start.log, .chunks = builder.Finish()};
    Check((*store)->Commit({&commit, 1}, Durability::kOs));
    start.bytes_before = builder.bytes_before_next();
    start.time_us += 10;
  }
  const nlohmann::ordered_json result{{"records", options.records}, {"commits", options.records}};
  std::printf("%s\n", result.dump().c_str());
}

// Down to the first level that is compressed, and once more there: moving a file does not compress it.
void Compact(const Options& options) {
  constexpr int kFirstColdLevel = 2;
  auto directory = DataDirectory::Open(options.store.directory);
  Check(directory.status());
  auto engine = Engine::Open(options.store, (*directory)->db_path());
  Check(engine.status());
  rocksdb::CompactRangeOptions move;
  move.change_level = true;
  move.target_level = kFirstColdLevel;
  rocksdb::CompactRangeOptions rewrite;
  rewrite.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  for (auto* family : {(*engine)->chunks(), (*engine)->channels()}) {
    Check((*engine)->db()->CompactRange(move, family, nullptr, nullptr));
    Check((*engine)->db()->CompactRange(rewrite, family, nullptr, nullptr));
  }
}

}  // namespace
}  // namespace replog::bench

int main(int argc, char** argv) {
  using namespace replog::bench;
  CLI::App app("Works on a data directory that no server has open");
  Options options;
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--data", options.store.directory, "The data directory")->required();
  CLI::App* fill = app.add_subcommand("fill", "Write a log `bench`, one record a commit");
  fill->add_option("--records", options.records)->capture_default_str();
  fill->add_option("--size", options.size, "Bytes of a body")->capture_default_str();
  fill->callback([&] { Fill(options); });
  app.add_subcommand("compact", "Compact to the first compressed level")->callback([&] { Compact(options); });
  try {
    CLI11_PARSE(app, argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "replog_bench_store: %s\n", error.what());
    return 1;
  }
}
