"""A Prometheus of its own for a test."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

PATIENCE_S = 60


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Prometheus:
    """Scrapes one target each second with the rules of a file; a context manager."""

    def __init__(self, target, rules):
        self.directory = tempfile.mkdtemp(prefix="replog-prometheus-")
        # It cannot tell which port it was given, so it is told one.
        self.address = f"127.0.0.1:{_free_port()}"
        self.process = None
        config = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [rules],
            "scrape_configs": [{"job_name": "replog", "static_configs": [{"targets": [target]}]}],
        }
        with open(self._path("prometheus.yml"), "w", encoding="utf-8") as file:
            json.dump(config, file)  # which is YAML too

    def __enter__(self):
        with open(self._path("log"), "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={self._path('prometheus.yml')}", f"--web.listen-address={self.address}",
                 f"--storage.tsdb.path={self._path('data')}", "--log.level=warn"], stdout=log, stderr=log)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _path(self, name):
        return os.path.join(self.directory, name)

    def get(self, path, **parameters):
        """The `data` of an answer of the HTTP API; ValueError with what it says of a bad query."""
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise ValueError(json.load(error)["error"]) from error

    def query(self, expression):
        """The series of an expression now."""
        data = self.get("query", query=expression)
        return data["result"]

    def await_series(self, expression):
        """The series, once there are some."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                with open(self._path("log"), encoding="utf-8") as log:
                    raise RuntimeError(f"prometheus ended: {log.read()}")
            try:
                if series := self.query(expression):
                    return series
            except (OSError, ValueError):
                pass  # it does not serve yet
            time.sleep(0.1)  # there is no event to wait for
        raise TimeoutError(f"no series of {expression}")
