#include <algorithm>
#include <chrono>
#include <iostream>
#include <thread>

#include "client/table.h"

// A map that is the same in every process that runs this. Input: KEY=VALUE puts, KEY= deletes.
int main(int argc, char** argv) {
  using namespace replog::client;
  const auto say = [](const std::string& line) { std::cout << line + "\n" << std::flush; };
  Client client({.endpoints = {argc > 1 ? argv[1] : "localhost:50051"}});
  const auto on_change = [say](const auto& c) { say(std::string(c.key) + "=" + (c.after ? *c.after : "")); };
  Table<> map(client, {.channels = {"map"}, .node = argc > 2 ? argv[2] : "", .on_change = on_change});
  for (std::string line; std::getline(std::cin, line);) {
    const std::string key = line.substr(0, line.find('='));
    const std::string value = line.substr(std::min(key.size() + 1, line.size()));
    const NewRecord record{.channel = "map", .body = value, .key = key, .deleted = value.empty()};
    while (!line.empty()) {
      const auto written = client.Append({&record, 1});
      if (written.ok() && map.WaitUntil(written->position, std::chrono::seconds(10)).ok()) break;
      std::cerr << written.status().ToString() << "\n";
      if (written.status().code() != StatusCode::kUnavailable) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));  // then again: a put twice does no harm
    }
    const TableDigests held = map.Digest();  // processes that hold the same say the same
    say("at " + std::to_string(held.applied) + ": " + (held.channels.empty() ? "-" : held.channels[0].Hex()));
  }
}
