#include "tests/support/server_process.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace replog::testing {
namespace {

using std::chrono::steady_clock;

constexpr auto kStartDeadline = std::chrono::seconds(60);
constexpr auto kPollPause = std::chrono::milliseconds(1);
// What another test's connection took meanwhile it gives back soon.
constexpr auto kPortDeadline = std::chrono::seconds(20);

}  // namespace

std::string ReplogdPath() {
  const char* path = std::getenv("REPLOGD");
  if (path == nullptr)
    throw std::runtime_error("the environment variable REPLOGD must name the server's program");
  return path;
}

Finished RunReplogd(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{ReplogdPath()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return RunProgram(command);
}

ServerProcess::ServerProcess(std::vector<std::string> flags, std::string data)
    : flags_(std::move(flags)), data_(data.empty() ? files_ / "data" : std::move(data)) {
  Start("127.0.0.1:0");
}

ServerProcess::~ServerProcess() = default;

void ServerProcess::Kill9() {
  process_->Signal(SIGKILL);
  process_->Wait();
}

int ServerProcess::Terminate() {
  process_->Signal(SIGTERM);
  return process_->Wait();
}

void ServerProcess::Restart() {
  const auto deadline = steady_clock::now() + kPortDeadline;
  for (;;) {
    try {
      return Start(address_);
    } catch (const std::runtime_error& error) {
      const bool port_taken = std::string_view(error.what()).find("in use") != std::string_view::npos;
      if (!port_taken || steady_clock::now() > deadline) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
}

void ServerProcess::Start(const std::string& listen) {
  std::vector<std::string> command{ReplogdPath(), "--listen", listen, "--data", data_};
  command.insert(command.end(), flags_.begin(), flags_.end());
  if (!ServesHttp()) command.insert(command.end(), {"--http-listen", "none"});
  const std::string stdout_path = files_ / ("stdout-" + std::to_string(++starts_));
  const size_t said_before = Stderr().size();
  process_.emplace(command, stdout_path, files_ / "stderr");
  const auto address = AwaitAddress(stdout_path, "listening ");
  if (!address) {
    const int exit_code = process_->Wait();
    throw std::runtime_error("replogd ended with " + std::to_string(exit_code) + ": " +
                             Stderr().substr(said_before));
  }
  address_ = *address;
  if (ServesHttp()) http_address_ = AwaitAddress(stdout_path, "http ").value_or("");
}

bool ServerProcess::ServesHttp() const {
  return std::find(flags_.begin(), flags_.end(), "--http-listen") != flags_.end();
}

std::optional<std::string> ServerProcess::AwaitAddress(const std::string& stdout_path,
                                                       std::string_view what) {
  const auto deadline = steady_clock::now() + kStartDeadline;
  for (;;) {
    const bool running = process_->Running();
    const std::string said = ReadFile(stdout_path);
    std::istringstream lines(said);
    for (std::string line; std::getline(lines, line) && !lines.eof();) {
      if (line.starts_with(what)) return line.substr(what.size());
    }
    if (!running) return {};
    if (steady_clock::now() > deadline) throw std::runtime_error("replogd does not serve: " + Stderr());
    std::this_thread::sleep_for(kPollPause);
  }
}

size_t ServerProcess::ResidentBytes() const {
  std::istringstream pages(ReadFile("/proc/" + std::to_string(process_->pid()) + "/statm"));
  size_t total = 0;
  size_t resident = 0;
  pages >> total >> resident;
  return resident * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace replog::testing
