"""Starts a replogd of its own for a test, and stops it."""

import os
import shutil
import signal
import subprocess
import tempfile


class Replogd:
    """A server on free ports of 127.0.0.1 with a temporary data directory; a context manager.

    `http_listen` is its --http-listen; unless that is "none", `http_address` is where it serves HTTP. `stderr` is as
    subprocess has it: with subprocess.PIPE read `process.stderr`. `environment` is added to this process's."""

    def __init__(self, *flags, http_listen="none", stderr=None, environment=None):
        self.flags = list(flags)
        self.stderr = stderr
        self.environment = {**os.environ, **(environment or {})}
        self.http_listen = http_listen
        self.http_address = None
        self.data = tempfile.mkdtemp(prefix="replog-test-")
        self.process = None
        self.address = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            if self.process is not None and self.process.poll() is None:
                code = self.stop()  # gracefully: a sanitizer speaks up only then
                if code != 0:
                    raise AssertionError(f"replogd ended with {code}")
        finally:
            shutil.rmtree(self.data, ignore_errors=True)

    def start(self, listen="127.0.0.1:0"):
        """Returns once the server serves; `address` is then host:port."""
        command = [os.environ["REPLOGD"], "--listen", listen, "--http-listen", self.http_listen, "--data", self.data, *self.flags]
        self.process = self.popen(command)
        line = self.process.stdout.readline()
        if not line.startswith("listening "):
            raise RuntimeError(f"{' '.join(command)} ended with {self._reap()}, having said {line!r}")
        self.address = line.split()[1]
        if self.http_listen != "none":
            self.http_address = self.process.stdout.readline().removeprefix("http ").strip()

    def popen(self, command):
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.stderr, text=True,
                                env=self.environment)

    def stop(self):
        """Stops gracefully; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self._reap()

    def kill(self):
        """Kills the server where it stands; start() starts it again on the same data."""
        self.process.kill()
        self._reap()

    def _reap(self):
        try:
            return self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.process.stdout.close()
            if self.process.stderr is not None:
                self.process.stderr.close()
