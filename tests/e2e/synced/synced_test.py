"""GET /v1/synced: has every gateway this token yet? The gateways are nodes that follow a table of tokens."""

import hashlib
import http.client
import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))
from replogd import Replogd  # pylint: disable=wrong-import-position

DEADLINE_S = 60  # ends a test that hangs
REPLOG = os.environ["REPLOG_CLI"]
TOKEN = "eyJhbGciOi.the-token-of-a-test.4f1c9b"
KEY = hashlib.sha256(TOKEN.encode()).hexdigest()


class Gateway:
    """A node of the fleet `gateways`, with the lines that it has printed."""

    def __init__(self, name, server):
        self.process = subprocess.Popen(
            [REPLOG, "--server", server, "--json", "tail", "--table", "--channel", "tokens", "--node", name, "--fleet", "gateways"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line)

    def wait_for(self, text):
        while text not in self.lines.get(timeout=DEADLINE_S):
            pass

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
            self.reader.join()
            self.process.stdout.close()


class SyncedTest(unittest.TestCase):
    def setUp(self):
        self.log = self.enterContext(tempfile.TemporaryFile("w+"))
        self.server = self.enterContext(Replogd("--log-level", "debug", http_listen="127.0.0.1:0", stderr=self.log))
        self.put("a-first-key")  # a gateway that prints it is connected, and has the table
        self.gateways = []
        self.addCleanup(lambda: [gateway.kill() for gateway in self.gateways])

    def start_gateways(self, count):
        self.gateways += [Gateway(f"gw-{i + 1}", self.server.address) for i in range(count)]
        for gateway in self.gateways:
            gateway.wait_for("a-first-key")

    def put(self, key):
        subprocess.run([REPLOG, "--server", self.server.address, "put", "tokens", key, "granted"], check=True, timeout=DEADLINE_S,
                       stdout=subprocess.DEVNULL)

    def get(self, token=TOKEN, headers=None, **query):
        """Status, X-Token-Status and JSON of the answer."""
        connection = http.client.HTTPConnection(self.server.http_address, timeout=DEADLINE_S)
        try:
            fields = {**({"X-Auth-Token": token} if token else {}), **(headers or {})}
            connection.request("GET", "/v1/synced?" + urllib.parse.urlencode(query), headers=fields)
            answer = connection.getresponse()
            return answer.status, answer.headers["X-Token-Status"], json.loads(answer.read())
        finally:
            connection.close()

    def status(self, **arguments):
        code, status, body = self.get(fleet="gateways", **arguments)
        self.assertEqual(code, 200, body)
        return status, {node["node"]: node.get("synced", False) for node in body.get("nodes", [])}

    def test_a_token_that_every_gateway_has_is_synced(self):
        self.start_gateways(3)
        self.put(KEY)
        self.assertEqual(self.status(timeout="10s"), ("Synced", {"gw-1": True, "gw-2": True, "gw-3": True}))

    def test_a_token_that_was_not_written_is_not_synced(self):
        self.start_gateways(1)
        self.assertEqual(self.status(), ("NotSynced", {}))

    def test_a_gateway_that_stands_still_is_a_timeout_and_one_that_is_gone_a_part(self):
        self.start_gateways(3)
        self.gateways[1].process.send_signal(signal.SIGSTOP)
        self.put(KEY)
        self.gateways[0].wait_for(KEY)
        self.gateways[2].wait_for(KEY)
        behind = {"gw-1": True, "gw-2": False, "gw-3": True}
        self.assertEqual(self.status(timeout="300ms"), ("Timeout", behind))
        # It may be the one that wrote the token, and is not asked.
        self.assertEqual(self.status(headers={"X-Origin": "gw-2"}, timeout="10s"), ("Synced", {"gw-1": True, "gw-3": True}))
        self.assertEqual(self.status(headers={"X-Nginx-Origin": "gw-2"}, timeout="10s")[0], "Synced")
        self.gateways[1].kill()
        self.wait_until_gone("gw-2")
        self.assertEqual(self.status(timeout="100ms"), ("PartiallySynced", behind))
        self.gateways[0].kill()
        self.gateways[2].kill()
        self.put(KEY)
        for name in ("gw-1", "gw-3"):
            self.wait_until_gone(name)
        self.assertEqual(self.status(timeout="100ms")[0], "NotSynced")

    def wait_until_gone(self, name):
        """The server has seen the end of its stream. There is no event for it that a client could wait for."""
        while True:
            answer = subprocess.run([REPLOG, "--server", self.server.address, "--json", "nodes"], check=True, timeout=DEADLINE_S,
                                    capture_output=True, text=True)
            nodes = [json.loads(line) for line in answer.stdout.splitlines()]
            if any(node["node"] == name and node["state"].upper() == "GONE" for node in nodes):
                return

    def test_what_is_asked_wrongly_is_refused_by_name(self):
        def refused(**arguments):
            code, status, body = self.get(**arguments)
            self.assertIsNone(status)
            return code, body["error"]["reason"], body["error"].get("field")

        self.assertEqual(refused(token=None), (400, "INVALID_FIELD", "X-Auth-Token"))
        self.assertEqual(refused(timeout="1"), (400, "INVALID_FIELD", "timeout"))
        self.assertEqual(refused(timeout="1h"), (400, "INVALID_FIELD", "timeout"))
        self.assertEqual(refused(chanel="x"), (400, "INVALID_FIELD", "chanel"))
        self.assertEqual(refused(channel="a*"), (400, "INVALID_FIELD", "channel"))
        self.assertEqual(refused(log="missing"), (404, "LOG_NOT_FOUND", None))
        self.assertEqual(refused(nodes="a,b", fleet="f"), (400, "INVALID_FIELD", "fleet"))
        self.put(KEY)
        self.assertEqual(refused(fleet="nobody"), (412, "NO_EXPECTED_NODES", None))

    def test_the_token_itself_is_nowhere(self):
        self.start_gateways(1)
        self.put(KEY)
        self.assertEqual(self.status(timeout="10s")[0], "Synced")
        self.get(timeout="wrong")
        memory = self.memory()
        self.assertIn(KEY.encode(), memory, "this looks where it would be")
        self.assertNotIn(TOKEN.encode(), memory)
        self.log.flush()
        self.log.seek(0)
        log = self.log.read()
        self.assertIn("/v1/synced", log, "the refusal is in the log")
        self.assertNotIn(TOKEN, log)

    def memory(self):
        """All that the server's process may write to, but for the sanitizers' shadow of it, which is terabytes."""
        found = []
        pid = self.server.process.pid
        with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            for line in maps:
                begin, end, rights = re.match(r"(\w+)-(\w+) (\S+)", line).groups()
                begin, end = int(begin, 16), int(end, 16)
                if not rights.startswith("rw") or end - begin > 1 << 30:
                    continue
                memory.seek(begin)
                found.append(memory.read(end - begin))
        return b"\n".join(found)


if __name__ == "__main__":
    unittest.main()
