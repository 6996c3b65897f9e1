"""A node that follows a log: the replog command."""

import json
import os
import subprocess
import threading

DEADLINE_S = 60  # ends what hangs


class Node:
    """A context manager; `options` are further ones of `replog tail`, and `environment` is added to this process's."""

    def __init__(self, name, server, *options, environment=None):
        command = [os.environ["REPLOG_CLI"], "--server", server.address, "--json", "tail", "--node", name, *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                        env={**os.environ, **(environment or {})})
        self._watchdog = threading.Timer(DEADLINE_S, self.process.kill)
        self._watchdog.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._watchdog.cancel()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def next(self):
        """The next record that it got."""
        return json.loads(next(self.process.stdout))
