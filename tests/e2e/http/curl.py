"""Runs curl, as a user does."""

import json
import subprocess
import threading


def curl(url, *arguments, data=None):
    """Returns the answer's status and its body."""
    result = subprocess.run(["curl", "-sS", "-w", "\n%{http_code}", *arguments, url], input=data, check=True,
                            capture_output=True, timeout=60)
    body, _, status = result.stdout.rpartition(b"\n")
    return int(status), body


def curl_json(url, *arguments, data=None):
    status, body = curl(url, *arguments, data=data)
    return status, json.loads(body)


class Events:
    """curl on an event stream: gives the events as they come, each a dict of its fields."""

    def __init__(self, url, *arguments):
        self._process = subprocess.Popen(["curl", "-sSN", *arguments, url], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self._watchdog = threading.Timer(60, self._process.kill)
        self._watchdog.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._watchdog.cancel()
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def __iter__(self):
        fields = {}
        for line in self._process.stdout:
            text = line.decode().rstrip("\n")
            if text.startswith(":"):
                continue
            if text:
                name, _, value = text.partition(": ")
                fields[name] = value
                continue
            if "data" in fields:
                yield fields
            fields = {}

    def records(self, count):
        """The next records and the id of the last; other events are passed over."""
        found, last = [], None
        for event in self:
            last = event.get("id", last)
            if "event" not in event:
                found.append(json.loads(event["data"]))
            if len(found) == count:
                break
        return found, last

    def next_bookmark(self):
        """The id behind the next comment that is one; nothing else is to come before it."""
        for line in self._process.stdout:
            if line.startswith(b": bookmark"):
                return self._process.stdout.readline().decode().removeprefix("id: ").strip()
        return None

    def next_of(self, kind):
        return next((event for event in self if event.get("event") == kind), None)
