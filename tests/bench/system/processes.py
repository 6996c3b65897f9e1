"""Programs that the driver starts: none outlives it, and what the servers among them cost is read from /proc."""

import ctypes
import os
import signal
import socket
import subprocess
import time

_TICKS = os.sysconf("SC_CLK_TCK")
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class ProgramError(Exception):
    """A program failed; the message has its command and what it said."""


def _die_with_driver():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def run(command, timeout_s=900, stdin=None):
    """Runs a program to its end and returns its standard output."""
    done = subprocess.run(command, stdin=stdin or subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=timeout_s, preexec_fn=_die_with_driver, check=False)
    if done.returncode != 0:
        raise ProgramError(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout


class Process:
    """A program that runs beside the driver. Use as a context: it is killed at the end."""

    def __init__(self, command, stderr_path, **pipes):
        self.command = command
        self._stderr_path = stderr_path
        with open(stderr_path, "ab") as stderr:
            self._process = subprocess.Popen(
                command, stderr=stderr, preexec_fn=_die_with_driver, text=True,
                **{"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **pipes})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    @property
    def pid(self):
        return self._process.pid

    @property
    def stdin(self):
        return self._process.stdin

    def read_line(self):
        """Its next line of standard output; an error when it ends instead."""
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            raise ProgramError(f"{' '.join(self.command)}: ended: {self._said()}")
        return line.strip()

    def running(self):
        return self._process.poll() is None

    def kill(self):
        if self.running():
            self._process.kill()
        self._close()

    def terminate(self):
        """Asks it to stop, waits, and fails when it did not end well."""
        self._process.terminate()
        try:
            code = self._process.wait(timeout=120)
        finally:
            self.kill()
        if code != 0:
            raise ProgramError(f"{' '.join(self.command)}: exit {code} when asked to stop")

    def wait_for_success(self):
        """Waits for its end, and fails when that was not a good one."""
        if (code := self._process.wait(timeout=900)) != 0:
            raise ProgramError(f"{' '.join(self.command)}: exit {code}: {self._said()}")

    def _said(self):
        with open(self._stderr_path, encoding="utf-8", errors="replace") as stderr:
            return stderr.read().strip()[-500:]

    def _close(self):
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe and not pipe.closed:
                pipe.close()

    def cpu_seconds(self):
        """User and system time of all its threads since it started."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def rss_bytes(self):
        return self._status_bytes("VmRSS")

    def peak_rss_bytes(self):
        """Since it started or reset_peak_rss."""
        return self._status_bytes("VmHWM")

    def reset_peak_rss(self):
        with open(f"/proc/{self.pid}/clear_refs", "w", encoding="ascii") as clear:
            clear.write("5")

    def _status_bytes(self, name):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith(name + ":"):
                    return int(line.split()[1]) * 1024
        raise ProgramError(f"no {name} of process {self.pid}")


def wait_for_port(process, port, timeout_s=30):
    """Until something listens there."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and process.running():
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise ProgramError(f"{' '.join(process.command)}: does not listen on port {port}")


class Usage:
    """What a server used within a `with`: cpu_s, peak_rss_bytes."""

    def __init__(self, process):
        self._process = process
        self.cpu_s = 0.0
        self.peak_rss_bytes = 0

    def __enter__(self):
        self._process.reset_peak_rss()
        self._cpu_before = self._process.cpu_seconds()
        return self

    def __exit__(self, *_):
        if self._process.running():
            self.cpu_s = self._process.cpu_seconds() - self._cpu_before
            self.peak_rss_bytes = self._process.peak_rss_bytes()
