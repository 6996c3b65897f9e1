"""Every line of the README that calls `replog`, grpcurl or curl, run in its order, as it stands there, against a real server.

Only the server's addresses are others: `replog` takes its own from its environment, and each program is called through a
script that puts them in the places of localhost:50051 and localhost:8080.
"""

import gzip
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "python"))
import grpcurl  # pylint: disable=wrong-import-position
from replogd import Replogd  # pylint: disable=wrong-import-position

README = os.path.join(HERE, "..", "..", "..", "README.md")
REPLOG = os.environ["REPLOG_CLI"]
DEADLINE_S = 120  # ends a test that hangs


def setUpModule():
    grpcurl.require()


MAKES_SECRET = re.compile(r"^openssl .*>github\.secret$")  # the server reads it when it starts


def commands():
    """The indented lines that call one of them, without comments; what ends with a backslash goes on."""
    with open(README, encoding="utf-8") as file:
        text = file.read().replace("\\\n", " ")
    lines = (re.sub(r"\s+#.*", "", line).strip() for line in text.splitlines() if line.startswith("    "))
    return [line for line in lines if re.search(r"(^|\| )(replog|replogd|grpcurl|curl|shared-map|openssl) ", line)]


def webhooks():
    """The README's file of webhooks."""
    with open(README, encoding="utf-8") as file:
        return re.search(r"```yaml\n(webhooks:.*?)```", file.read(), re.DOTALL).group(1)


def streams(command):
    """Whether it goes on until somebody stops it."""
    return bool(re.search(r"/Subscribe|/events|shared-map|replog (--log \S+ )?tail(?!.*--until)", command))


class Running:
    """A command that goes on, as in another terminal: what it prints is read all the time."""

    def __init__(self, command, directory, environment):
        self.command = command
        self._process = subprocess.Popen(["bash", "-c", command], cwd=directory, env=environment,
                                         start_new_session=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._printed = threading.Event()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        while self._process.stdout.read1(1 << 16):
            self._printed.set()
        self._printed.set()

    def wait_for_output(self):
        return self._printed.wait(DEADLINE_S) and self.running()

    def running(self):
        return self._process.poll() is None

    def stop(self):
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reader.join()
        self._process.stdin.close()
        self._process.stdout.close()


def write_script(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/bash\n{text}\n")
    os.chmod(path, 0o755)


class Secured(Replogd):
    """The server of a README line, in a directory, on free ports instead of those that the line names."""

    def __init__(self, command, directory):
        words = iter(shlex.split(command)[1:])
        flags = []
        for word in words:
            value = next(words)
            if word not in ("--listen", "--http-listen", "--data"):
                flags += [word, value]
        super().__init__(*flags, http_listen="127.0.0.1:0")
        self.directory = directory

    def popen(self, command):
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=self.directory)


class ReadmeTest(unittest.TestCase):
    def setUp(self):
        self.directory = self.enterContext(tempfile.TemporaryDirectory())
        self.write("webhooks.yaml", webhooks())
        makes_secret, = filter(MAKES_SECRET.match, commands())
        subprocess.run(makes_secret, shell=True, check=True, cwd=self.directory)
        self.server = self.enterContext(
            Replogd("--webhooks-file", os.path.join(self.directory, "webhooks.yaml"), http_listen="127.0.0.1:0"))
        self.programs = os.path.join(self.directory, "bin")
        os.mkdir(self.programs)
        self.addresses = {"localhost:50051": self.server.address, "localhost:8080": self.server.http_address}
        self.write_programs()
        self.environment = {**os.environ, "REPLOG_SERVER": self.server.address,
                            "PATH": self.programs + os.pathsep + os.environ["PATH"]}
        with gzip.open(os.path.join(self.directory, "irc.jsonl.gz"), "wt", encoding="utf-8") as chat:
            chat.write('{"channel": "#ubuntu", "user": "ada", "time": "2026-11-21T00:00:00Z", "text": "hello"}\n' * 2000)
        for name, line in (("orders.jsonl", '{"order": "order-17", "channel": "orders", "text": "two books"}'), ("words.txt", "word")):
            self.write(name, line + "\n")

    def write_programs(self):
        """Each program, with other addresses in its arguments."""
        built = os.path.dirname(os.path.abspath(REPLOG))
        replaced = "".join(f'set -- "${{@/{named}/{real}}}"\n' for named, real in self.addresses.items())
        for name, path in (("replog", REPLOG), ("replogd", os.environ["REPLOGD"]), ("grpcurl", grpcurl.PROGRAM),
                           ("shared-map", os.path.join(built, "shared-map")), ("curl", shutil.which("curl"))):
            write_script(os.path.join(self.programs, name), f'{replaced}exec {shlex.quote(path)} "$@"')

    def serve(self, command):
        server = self.enterContext(Secured(command, self.directory))
        self.addresses |= {"localhost:50443": server.address, "localhost:8443": server.http_address}
        self.write_programs()

    def write(self, name, text):
        with open(os.path.join(self.directory, name), "w", encoding="utf-8") as file:
            file.write(text)

    def run_to_its_end(self, command):
        result = subprocess.run(["bash", "-c", "set -o pipefail; " + command], cwd=self.directory, check=False,
                                env=self.environment, capture_output=True, text=True, timeout=DEADLINE_S)
        self.assertEqual(result.returncode, 0, f"{command}\n{result.stdout}{result.stderr}")

    def test_every_line_works_as_written(self):
        found = commands()
        self.assertGreater(len(found), 25, "the README has lost its examples, or this test has lost them")
        running = []
        for command in found:
            if MAKES_SECRET.match(command):
                continue
            with self.subTest(command):
                if command.startswith("replogd --listen"):
                    self.serve(command)
                    continue
                if not streams(command):
                    self.run_to_its_end(command)
                    continue
                # What follows may be about it.
                running.append(Running(command, self.directory, self.environment))
                self.addCleanup(running[-1].stop)
                self.assertTrue(running[-1].wait_for_output(), "ended, or printed nothing")
        for command in running:
            self.assertTrue(command.running(), f"{command.command}: was to go on, and has ended")


if __name__ == "__main__":
    unittest.main()
