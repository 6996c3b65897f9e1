#include "tests/support/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/support/temp_directory.h"

namespace replog::testing {
namespace {

int ExitCode(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -WTERMSIG(wait_status);
}

int OpenForWriting(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) throw std::runtime_error("cannot write " + path);
  return fd;
}

// Runs in the child, where only async-signal-safe calls are allowed.
[[noreturn]] void Become(char* const* arguments, int out, int err) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  ::execv(arguments[0], arguments);
  ::_exit(127);
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command, const std::string& stdout_path,
                           const std::string& stderr_path) {
  const int out = OpenForWriting(stdout_path);
  const int err = OpenForWriting(stderr_path);
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) Become(arguments.data(), out, err);
  ::close(out);
  ::close(err);
  if (pid_ < 0) throw std::runtime_error("cannot start " + command.front());
}

ChildProcess::~ChildProcess() {
  if (!Running()) return;
  Signal(SIGKILL);
  Wait();
}

bool ChildProcess::Running() {
  int status = 0;
  if (!ended_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
    ended_ = true;
    exit_ = ExitCode(status);
  }
  return !ended_;
}

void ChildProcess::Signal(int signal) {
  if (!ended_) ::kill(pid_, signal);
}

int ChildProcess::Wait() {
  int status = 0;
  if (!ended_ && ::waitpid(pid_, &status, 0) == pid_) {
    ended_ = true;
    exit_ = ExitCode(status);
  }
  return exit_;
}

Finished RunProgram(const std::vector<std::string>& command) {
  const TempDirectory directory;
  ChildProcess child(command, directory / "out", directory / "err");
  const int exit_code = child.Wait();
  return {exit_code, ReadFile(directory / "out"), ReadFile(directory / "err")};
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace replog::testing
