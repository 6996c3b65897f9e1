#include <chrono>
#include <iostream>
#include <thread>

#include "client/table.h"

// A map that is the same in every process that runs this. Input: KEY=VALUE puts, KEY= deletes, nothing asks.
int main(int argc, char** argv) {
  using namespace replog::client;
  const auto say = [](const std::string& line) { std::cout << line + "\n" << std::flush; };
  Client client({.endpoints = {argc > 1 ? argv[1] : "localhost:50051"}});
  const auto on_change = [say](const auto& c) { say(std::string(c.key) + "=" + (c.after ? *c.after : "")); };
  Table<> map(client, {.channels = {"map"}, .node = argc > 2 ? argv[2] : "", .on_change = on_change});
  for (std::string line; std::getline(std::cin, line);) {
    const size_t split = line.find('=');
    const std::string key = line.substr(0, split);
    const std::string value = line.substr(key.size() < line.size() ? key.size() + 1 : line.size());
    const NewRecord record{.channel = "map", .body = value, .key = key, .deleted = value.empty()};
    if (split == std::string::npos && !line.empty()) std::cerr << "not KEY=VALUE: " + line + "\n";
    while (split != std::string::npos) {
      const auto put = client.Append({&record, 1});
      const Status s = put.ok() ? map.WaitUntil(put->position, std::chrono::seconds(10)) : put.status();
      if (!s.ok()) std::cerr << s.ToString() + "\n";
      if (s.code() != StatusCode::kUnavailable) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));  // then again: a put twice does no harm
    }
    const TableDigests held = map.Digest();  // processes that hold the same say the same
    say("at " + std::to_string(held.applied) + ": " + (held.channels.empty() ? "-" : held.channels[0].Hex()));
  }
}
