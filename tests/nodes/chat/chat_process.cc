#include "tests/nodes/chat/chat_process.h"

#include <chrono>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <thread>

namespace replog::testing {
namespace {

constexpr std::chrono::seconds kDeadline{60};

// There is nothing to wait on in another process, so this asks again and again.
void Await(const std::string& what, const std::function<bool()>& happened) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (!happened()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("did not happen: " + what);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace

std::string ChatServerPath() {
  const char* path = std::getenv("CHAT_SERVER");
  if (path == nullptr) throw std::runtime_error("CHAT_SERVER does not name the program");
  return path;
}

ChatProcess::ChatProcess(const std::string& server, const std::string& log) {
  process_.emplace(
      std::vector<std::string>{ChatServerPath(), "--listen", "127.0.0.1:0", "--server", server, "--log", log},
      files_ / "stdout", files_ / "stderr");
  Await("chat-server listens", [this] {
    const std::string out = ReadFile(files_ / "stdout");
    if (!out.ends_with('\n')) return false;
    const std::string begin = "listening ";
    if (!out.starts_with(begin)) throw std::runtime_error("chat-server said: " + out);
    address_ = out.substr(begin.size(), out.size() - begin.size() - 1);
    return true;
  });
}

HttpAnswer ChatProcess::Post(const nlohmann::json& message) {
  return HttpPost(address_, "/chat-server/messages", message.dump());
}

std::string ChatProcess::AllMessages() { return Get("/chat-server/messages?limit=1000000000").body(); }

void ChatProcess::AwaitReady() {
  Await("the node is ready", [this] { return Get("/readyz").result_int() == 200; });
}

void ChatProcess::AwaitNext(uint64_t next_sequence) {
  Await("the node has it", [&] { return State()["next_sequence"].get<uint64_t>() >= next_sequence; });
}

void ChatProcess::AwaitConnected(bool connected) {
  Await("the node's connection", [&] { return State()["connected"] == connected; });
}

}  // namespace replog::testing
