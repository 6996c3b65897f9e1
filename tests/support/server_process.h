#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

namespace replog::testing {

// A replogd of the test's own, on a free port of 127.0.0.1, in a temporary data directory unless one is
// given; without HTTP unless the flags say so. The program is the one that the environment variable REPLOGD
// names. Killed and removed at the end. Not thread-safe; see ChildProcess for threads.
class ServerProcess {
 public:
  // Starts it and returns once it serves. `flags` are further arguments. Throws std::runtime_error, with what
  // it wrote to standard error, when it does not come to serve.
  explicit ServerProcess(std::vector<std::string> flags = {}, std::string data = "");
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // host:port; the same for its whole life, also after Restart.
  const std::string& address() const { return address_; }
  // Where it serves HTTP, when the flags say --http-listen; after Restart another port, when that is 0.
  const std::string& http_address() const { return http_address_; }
  const std::string& data() const { return data_; }
  pid_t pid() const { return process_->pid(); }
  bool Running() { return process_->Running(); }

  // Kills it where it stands.
  void Kill9();
  // Asks it to stop, and waits. Returns its exit code.
  int Terminate();
  // Starts it again, after Kill9 or Terminate, on the same data and address; returns once it serves.
  void Restart();

  // What it wrote to standard error since it was first started.
  std::string Stderr() const { return ReadFile(files_ / "stderr"); }
  // How much memory it has in use (resident set), in bytes.
  size_t ResidentBytes() const;

 private:
  void Start(const std::string& listen);
  // The address that it said behind `what`; nullopt when it ended instead.
  std::optional<std::string> AwaitAddress(const std::string& stdout_path, std::string_view what);
  bool ServesHttp() const;

  const std::vector<std::string> flags_;
  const TempDirectory files_;
  const std::string data_;
  std::string address_;
  std::string http_address_;
  std::optional<ChildProcess> process_;
  int starts_ = 0;
};

// The path of replogd, from the environment. Throws std::runtime_error when it is not set.
std::string ReplogdPath();

// Runs `replogd` with `arguments` to its end: for what it refuses, and for its other commands.
Finished RunReplogd(const std::vector<std::string>& arguments);

}  // namespace replog::testing
