#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace replog::testing {

// A program that runs beside the test, with its standard output and error in files. Killed at the end, and
// when the thread that started it ends: start it on the test's main thread. Not thread-safe.
class ChildProcess {
 public:
  // `command`: the program's path, then its arguments. Throws std::runtime_error when it cannot be started.
  ChildProcess(const std::vector<std::string>& command, const std::string& stdout_path,
               const std::string& stderr_path);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  // Whether it has not ended yet.
  bool Running();
  void Signal(int signal);
  // Waits for its end. Returns its exit code, or minus the signal that ended it.
  int Wait();

 private:
  pid_t pid_;
  int exit_ = 0;
  bool ended_ = false;
};

struct Finished {
  int exit_code = 0;
  std::string out;
  std::string err;
};

// Runs a program to its end.
Finished RunProgram(const std::vector<std::string>& command);

// All of a file; empty when it cannot be read.
std::string ReadFile(const std::string& path);

}  // namespace replog::testing
