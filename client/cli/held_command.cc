#include "client/cli/held_command.h"

#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "base/mutex.h"
#include "client/cli/interrupt.h"
#include "client/cli/lease_token.h"

namespace replog::cli {
namespace {

// A command that runs beside us, until it ends or is ended.
class Command {
 public:
  // False, with errno, when it cannot be started.
  bool Start(std::vector<std::string>& words) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    sigset_t defaults = none;
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);  // not what Interrupt blocks
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    MutexLock lock(mutex_);
    errno = posix_spawnp(&pid_, arguments[0], nullptr, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    running_ = errno == 0;
    return running_;
  }

  // Returns its exit code, or 128 and the signal that ended it.
  int Wait() {
    siginfo_t info{};
    // It is left to be reaped, so that its number stays its own until no signal is sent any more.
    while (::waitid(P_PID, static_cast<id_t>(pid()), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
    }
    MutexLock lock(mutex_);
    running_ = false;
    ended_.NotifyAll();
    if (ending_) ::kill(-pid_, SIGKILL);  // what it has started may have more patience
    ::waitpid(pid_, nullptr, 0);
    return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
  }

  // Any thread. Asks it to end.
  void Terminate() {
    MutexLock lock(mutex_);
    SignalGroup(SIGTERM);
  }
  // The same, and makes it after a while.
  void End(std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    MutexLock lock(mutex_);
    ending_ = true;
    SignalGroup(SIGTERM);
    while (running_) {
      const auto left =
          std::chrono::ceil<std::chrono::microseconds>(until - std::chrono::steady_clock::now());
      if (left.count() <= 0) return SignalGroup(SIGKILL);
      ended_.WaitFor(mutex_, left);
    }
  }

 private:
  pid_t pid() {
    MutexLock lock(mutex_);
    return pid_;
  }
  void SignalGroup(int signal) TSA_REQUIRES(mutex_) {
    if (running_) ::kill(-pid_, signal);
  }

  Mutex mutex_;
  CondVar ended_;
  pid_t pid_ TSA_GUARDED_BY(mutex_) = 0;
  bool running_ TSA_GUARDED_BY(mutex_) = false;
  bool ending_ TSA_GUARDED_BY(mutex_) = false;
};

ExitCode Run(client::Lease& lease, Command& command, std::vector<std::string>& words,
             const Interrupt& interrupt) {
  if (const auto status = lease.Wait(); !status.ok()) return Fail(status);
  ::setenv("REPLOG_LEASE", FormatLeaseToken(lease.token()).c_str(), 1);
  if (!command.Start(words)) return FailUsage("cannot run " + words[0] + ": " + std::strerror(errno));
  if (!lease.held() || interrupt.happened()) command.Terminate();  // it came as the command was started
  const int code = command.Wait();
  const client::Status lost = lease.status();
  return lost.ok() ? static_cast<ExitCode>(code) : Fail(lost);
}

}  // namespace

ExitCode RunWhileHeld(const Session& session, client::LeaseOptions options, std::vector<std::string> words) {
  Interrupt interrupt;  // before anything that starts threads
  Command command;
  const std::chrono::milliseconds margin = options.ttl / 5;
  options.margin = margin;
  options.on_lost = [&command, margin](const client::Status&) { command.End(margin * 3 / 4); };
  client::Lease lease(session.MakeClient(), std::move(options));
  interrupt.Listen([&] {
    command.Terminate();
    if (lease.token().name.empty()) (void)lease.Release();  // it does not wait any more
  });
  const ExitCode code = Run(lease, command, words, interrupt);
  interrupt.StopListening();
  return code;
}

}  // namespace replog::cli
