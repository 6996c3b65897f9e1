"""The README's shared map: three processes of it and a node in Python hold the same, whatever is killed.

The digest is computed here from its definition in replication_log.proto alone.
"""

import hashlib
import os
import queue
import signal
import struct
import subprocess
import threading
import time
import unittest

import grpc

from replogd import Replogd
from stubs import ROOT, admin_grpc, admin_pb2, log_grpc, log_pb2

DEADLINE_S = 60  # ends a test that hangs
PROGRAM = os.path.join(os.path.dirname(os.environ["REPLOG_CLI"]), "shared-map")
KINDS = {None: 0, "text": 1, "payload": 2}


def row_hash(record):
    channel, key = record.channel.encode(), record.key.encode()
    kind = record.WhichOneof("body")
    body = {None: b"", "text": record.text.encode(), "payload": record.payload}[kind]
    row = struct.pack("<I", len(channel)) + channel + struct.pack("<I", len(key)) + key + struct.pack(
        "<QBBQ", record.sequence, 0, KINDS[kind], len(body)) + body
    return int.from_bytes(hashlib.sha256(row).digest(), "little")


class SharedMap:
    """One process of the example, with what it has said."""

    def __init__(self, address):
        self.process = subprocess.Popen([PROGRAM, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, bufsize=1)
        self.map = {}  # as its changes add up
        self.states = queue.Queue()  # what it said after each line of input
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            if line.startswith("at "):
                at, digest = line[3:].split(": ")
                self.states.put((int(at), digest.strip()))
            else:
                key, value = line.rstrip("\n").split("=", 1)
                if value:
                    self.map[key] = value
                else:
                    del self.map[key]

    def send(self, line):
        self.process.stdin.write(line + "\n")

    def state(self):
        """What it says next: (sequence, digest)."""
        return self.states.get(timeout=DEADLINE_S)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass  # what it did not read any more
        self.process.stdout.close()


class SharedMapTest(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Replogd())
        self.maps = [SharedMap(self.server.address) for _ in range(3)]
        self.addCleanup(lambda: [shared.kill() for shared in self.maps])

    def restart_server(self):
        self.server.kill()
        self.server.start(self.server.address)

    def node(self):
        """What a node in Python holds: the end, the map, its digest."""
        with grpc.insecure_channel(self.server.address) as channel:
            end = admin_grpc.LogAdminStub(channel).GetLog(admin_pb2.GetLogRequest(), timeout=DEADLINE_S,
                                                          wait_for_ready=True).log.committed_end
            rows, complete, at = {}, False, 0
            request = log_pb2.SubscribeRequest(table=True, channels=["map"], until_sequence=end)
            for frame in log_grpc.ReplicationLogStub(channel).Subscribe(request, timeout=DEADLINE_S):
                for record in frame.records:
                    rows.pop(record.key, None)
                    if not record.deleted:
                        rows[record.key] = record
                complete = complete or frame.table_complete
                at = frame.next_sequence
            self.assertTrue(complete)
        digest = sum(row_hash(row) for row in rows.values()) % 2**256
        said = digest.to_bytes(32, "little").hex() if rows else "-"
        return at, {key: row.text for key, row in rows.items()}, said

    def expect_equal(self):
        """All three get to where the log ends, and are there what the Python node is. Returns the map."""
        give_up = time.monotonic() + DEADLINE_S
        while True:
            at, rows, digest = self.node()
            for shared in self.maps:
                shared.send("")
            states = [shared.state() for shared in self.maps]
            if all(state[0] == at for state in states):
                self.assertEqual(states, [(at, digest)] * 3)
                # It says a change after it is in the map.
                if all(shared.map == rows for shared in self.maps):
                    return rows
            self.assertLess(time.monotonic(), give_up, f"{states} do not get to {at}, or the changes do not add up to it")

    def test_readme_has_it_as_it_is(self):
        with open(os.path.join(ROOT, "client/nodes/shared_map/main.cc"), encoding="utf-8") as source:
            code = source.read()
        self.assertLessEqual(len(code.splitlines()), 30)
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as readme:
            self.assertIn("```cpp\n" + code + "```\n", readme.read())

    def test_what_each_writes_all_hold(self):
        self.expect_equal()
        for i, shared in enumerate(self.maps):
            for line in (f"key-{i}=value {i}", f"shared={i}", f"gone-{i}=soon", f"gone-{i}="):
                shared.send(line)
                shared.state()
        self.assertEqual(self.expect_equal(), {"key-0": "value 0", "key-1": "value 1", "key-2": "value 2", "shared": "2"})

    def test_nothing_that_was_answered_is_lost_whoever_is_killed(self):
        answered = {}
        for round_number in range(8):
            value = f"round {round_number}"
            waiting = [[f"{i}-{n}" for n in range(20)] for i in range(3)]
            for shared, keys in zip(self.maps, waiting):
                for key in keys:
                    shared.send(f"{key}={value}")

            def take(i):
                self.maps[i].state()
                answered[waiting[i].pop(0)] = value  # pylint: disable=cell-var-from-loop

            victim = round_number % 4  # the fourth is the server
            take(victim % 3)  # some lines are written, some are on their way
            if victim == 3:
                self.restart_server()
            else:
                self.maps[victim].kill()
                self.maps[victim] = SharedMap(self.server.address)
                waiting[victim].clear()
            for i, keys in enumerate(waiting):
                while keys:
                    take(i)
            rows = self.expect_equal()
            for key, written in answered.items():
                self.assertIn(rows[key], (written, value), key)

    def test_who_slept_through_a_trim_begins_again(self):
        for n in range(50):
            self.maps[0].send(f"{n}=before")
            self.maps[0].state()
        self.expect_equal()
        sleeper = self.maps[2]
        sleeper.process.send_signal(signal.SIGSTOP)
        self.restart_server()  # so that nothing is on its way to it
        for n in range(30):
            self.maps[1].send(f"{n}=" if n % 3 == 0 else f"{n}=after")
            self.maps[1].state()
        with grpc.insecure_channel(self.server.address) as channel:
            trim = admin_pb2.TrimLogRequest(before_sequence=75)
            admin_grpc.LogAdminStub(channel).TrimLog(trim, timeout=DEADLINE_S)
        sleeper.process.send_signal(signal.SIGCONT)
        self.assertEqual(len(self.expect_equal()), 40)


if __name__ == "__main__":
    unittest.main()
