#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/bench/tools/commands.h"
#include "tests/bench/tools/held_stream.h"

namespace replog::bench {
namespace {

// A connection that no other stub shares, with windows that do not grow: gRPC otherwise takes megabytes on a
// stalled stream's behalf before it stops the server, and that, a thousand times over, is what would be
// measured.
std::unique_ptr<v1::ReplicationLog::Stub> Connect(const std::string& server) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  return v1::ReplicationLog::NewStub(
      grpc::CreateCustomChannel(server, grpc::InsecureChannelCredentials(), arguments));
}

}  // namespace

void WaitForEndOfInput() {
  while (std::getchar() != EOF) {
  }
}

void Hold(const ClientOptions& options) {
  std::vector<std::unique_ptr<v1::ReplicationLog::Stub>> stubs;
  for (uint64_t i = 0; i < options.connections; ++i) stubs.push_back(Connect(options.server));
  StreamCounter counter(options.streams);
  std::vector<std::unique_ptr<HeldStream>> streams;
  for (uint64_t i = 0; i < options.streams; ++i) {
    streams.push_back(
        std::make_unique<HeldStream>(*stubs[i % stubs.size()], options.log, options.stalled, counter));
  }
  grpc::Status why;
  const bool all = counter.WaitAllBegun(why);
  const nlohmann::ordered_json result{
      {"streams", options.streams}, {"connections", options.connections}, {"stalled", options.stalled}};
  if (all) {
    std::printf("%s\n", result.dump().c_str());
    std::fflush(stdout);
    WaitForEndOfInput();
  }
  const size_t ended_early = counter.ended();
  for (auto& stream : streams) stream->Cancel();
  counter.WaitAllEnded();
  if (!all) throw CommandError("a stream ended: " + why.error_message());
  if (ended_early > 0)
    throw CommandError(std::to_string(ended_early) + " streams ended while they were held");
}

}  // namespace replog::bench
