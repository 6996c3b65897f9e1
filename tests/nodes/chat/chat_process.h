#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tests/base/http/test_client.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

namespace replog::testing {

// A chat-server of the test's own on a free port of 127.0.0.1; the program is the one that the environment
// variable CHAT_SERVER names. Killed at the end. Throws std::runtime_error when what it waits for does not
// come.
class ChatProcess {
 public:
  // Follows the log of the server at `server`; returns once it serves HTTP, ready or not.
  explicit ChatProcess(const std::string& server, const std::string& log = "default");

  HttpAnswer Get(const std::string& target) { return HttpGet(address_, target); }
  HttpAnswer Post(const nlohmann::json& message);
  // What /readyz says.
  nlohmann::json State() { return nlohmann::json::parse(Get("/readyz").body()); }
  // All messages, as the node gives them.
  std::string AllMessages();

  void AwaitReady();
  // Until it has everything before the sequence.
  void AwaitNext(uint64_t next_sequence);
  void AwaitConnected(bool connected);

  const std::string& address() const { return address_; }
  ChildProcess& process() { return *process_; }
  std::string Stderr() const { return ReadFile(files_ / "stderr"); }

 private:
  const TempDirectory files_;
  std::optional<ChildProcess> process_;
  std::string address_;
};

// The path of the program. Throws std::runtime_error when the environment does not have it.
std::string ChatServerPath();

}  // namespace replog::testing
