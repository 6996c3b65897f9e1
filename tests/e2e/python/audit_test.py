"""A node in Python, made from the .proto files alone, is audited: SAME, and DIVERGED once its copy is corrupted.

The digest is computed here from its definition in replication_log.proto.
"""

import hashlib
import json
import os
import struct
import subprocess
import threading
import unittest

import grpc

from replogd import Replogd
from stubs import admin_grpc, admin_pb2, log_grpc, log_pb2, record_pb2

DEADLINE_S = 60  # ends a test that hangs
KINDS = {None: 0, "text": 1, "payload": 2}
SAME, DIVERGED, NO_ANSWER = (admin_pb2.NodeAudit.SAME, admin_pb2.NodeAudit.DIVERGED, admin_pb2.NodeAudit.NO_ANSWER)


def row_hash(record):
    channel, key = record.channel.encode(), record.key.encode()
    kind = record.WhichOneof("body")
    body = {None: b"", "text": record.text.encode(), "payload": record.payload}[kind]
    row = struct.pack("<I", len(channel)) + channel + struct.pack("<I", len(key)) + key + struct.pack(
        "<QBBQ", record.sequence, 0, KINDS[kind], len(body)) + body
    return int.from_bytes(hashlib.sha256(row).digest(), "little")


class Node:
    """Holds the log's table, acknowledges when it is asked to, and answers checkpoints."""

    def __init__(self, address, name):
        self.name = name
        self.channel = grpc.insecure_channel(address)
        self.log = log_grpc.ReplicationLogStub(self.channel)
        self.lock = threading.Lock()
        self.rows = {}
        self.complete = threading.Event()
        self.stream = self.log.Subscribe(log_pb2.SubscribeRequest(table=True, node=name, fleet="python"))
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            for frame in self.stream:
                with self.lock:
                    self.take(frame)
        except grpc.RpcError:
            pass  # it was closed

    def take(self, frame):
        for record in frame.records:
            if not record.HasField("key"):
                continue
            self.rows.pop((record.channel, record.key), None)
            if not record.deleted:
                self.rows[record.channel, record.key] = record
        if frame.table_complete:
            self.complete.set()
        if frame.HasField("digest_checkpoint"):
            self.acknowledge(frame.digest_checkpoint, digests=self.digests(), digest_sequence=frame.digest_checkpoint)
        elif frame.acknowledge:
            self.acknowledge(frame.next_sequence)

    def acknowledge(self, sequence, **answer):
        request = log_pb2.AcknowledgeRequest(node=self.name, next_sequence=sequence, **answer)
        self.log.Acknowledge(request, timeout=DEADLINE_S)

    def digests(self):
        sums = {}
        for record in self.rows.values():
            digest, keys = sums.get(record.channel, (0, 0))
            sums[record.channel] = (digest + row_hash(record)) % 2**256, keys + 1
        return [log_pb2.ChannelDigest(channel=channel, version=1, digest=digest.to_bytes(32, "little"), keys=keys)
                for channel, (digest, keys) in sums.items()]

    def close(self):
        self.stream.cancel()
        self.thread.join()
        self.channel.close()


class AuditTest(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Replogd())
        channel = self.enterContext(grpc.insecure_channel(self.server.address))
        self.log = log_grpc.ReplicationLogStub(channel)
        self.admin = admin_grpc.LogAdminStub(channel)

    def put(self, channel, key, **body):
        record = record_pb2.NewRecord(channel=channel, key=key, **body)
        self.log.Append(log_pb2.AppendRequest(records=[record]), timeout=DEADLINE_S)

    def node(self, name):
        node = Node(self.server.address, name)
        self.addCleanup(node.close)
        self.assertTrue(node.complete.wait(DEADLINE_S))
        return node

    def audit(self):
        answer = self.admin.Audit(admin_pb2.AuditRequest(fleet="python"), timeout=DEADLINE_S)
        return {node.node: (node.outcome, list(node.diverged_channels)) for node in answer.nodes}

    def command(self):
        """What `replog audit` says, and its exit code."""
        result = subprocess.run([os.environ["REPLOG_CLI"], "--json", "--server", self.server.address, "audit", "--fleet",
                                 "python"], capture_output=True, text=True, timeout=DEADLINE_S, check=False)
        said = json.loads(result.stdout)
        return result.returncode, {node["node"]: node["outcome"] for node in said["nodes"]}

    def test_a_node_is_same_and_diverged_once_its_copy_is_corrupted(self):
        self.put("users", "alice", text="blue")
        self.put("users", "bob", payload=b"\x00\xff")
        self.put("größe", "漢字", text="ünïcödé")
        self.put("users", "carol")
        first, second = self.node("first"), self.node("second")
        self.put("users", "alice", text="red")
        self.put("users", "bob", deleted=True)
        self.assertEqual(self.audit(), {"first": (SAME, []), "second": (SAME, [])})
        self.assertEqual(self.command(), (0, {"first": "SAME", "second": "SAME"}))
        with second.lock:
            second.rows["users", "alice"].text = "green"
        self.assertEqual(self.audit(), {"first": (SAME, []), "second": (DIVERGED, ["users"])})
        self.assertEqual(self.command(), (1, {"first": "SAME", "second": "DIVERGED"}))
        with second.lock:
            del second.rows["größe", "漢字"]
        self.assertEqual(self.audit()["second"], (DIVERGED, ["größe", "users"]))

    def test_it_is_same_while_records_keep_coming(self):
        node = self.node("first")
        stop = threading.Event()

        def write():
            number = 0
            while not stop.is_set():
                self.put("users", f"user-{number % 10}", text=str(number), deleted=False)
                number += 1

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for _ in range(10):
                self.assertEqual(self.audit(), {node.name: (SAME, [])})
        finally:
            stop.set()
            writer.join()


if __name__ == "__main__":
    unittest.main()
