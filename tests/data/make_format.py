#!/usr/bin/python3
"""Makes a kept data directory of the format that a replogd writes: `make_format.py format-N.tar.gz`.

REPLOGD names the program. It is filled through the contract alone, killed, and packed: the tests open it with every later
version. Made once, when a format is new, with the program that brought it; never made again.
"""

import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e", "python"))
import grpc  # pylint: disable=wrong-import-position
from google.protobuf.duration_pb2 import Duration  # pylint: disable=wrong-import-position
from google.protobuf.timestamp_pb2 import Timestamp  # pylint: disable=wrong-import-position
from replogd import Replogd  # pylint: disable=wrong-import-position
from stubs import admin_grpc, admin_pb2, log_grpc, log_pb2, record_pb2  # pylint: disable=wrong-import-position
from replog.v1 import leases_pb2, leases_pb2_grpc  # pylint: disable=wrong-import-position

FAR = Timestamp(seconds=2_000_000_000 + 60 * 86_400)  # within ten years of when it was made


def fill(address):
    channel = grpc.insecure_channel(address)
    log, admin = log_grpc.ReplicationLogStub(channel), admin_grpc.LogAdminStub(channel)
    leases = leases_pb2_grpc.LeasesStub(channel)

    def append(log_name="", conditions=None, producer=None, **fields):
        record = record_pb2.NewRecord(**{"channel": "c", **fields})
        return log.Append(log_pb2.AppendRequest(log=log_name, records=[record], conditions=conditions, producer=producer))

    admin.CreateLog(admin_pb2.CreateLogRequest(log="orders", settings=admin_pb2.LogSettings(
        retention_records=1000, dedupe_window=Duration(seconds=7 * 86_400))))
    for i in range(20):
        append(text=f"message {i}", id=f"id {i}")
        append(log_name="orders", channel=f"channel {i % 3}", text=f"order {i}")
    for i in range(20):
        append(channel="map", key=f"key{i % 7}", text=f"value {i}", version=i)
    append(channel="map", key="key3", deleted=True, version=100)
    append(channel="map", key="lasting", text="until it expires", expires=FAR)
    registered = log.RegisterProducer(log_pb2.RegisterProducerRequest(name="loader"))
    append(text="stamped", producer=record_pb2.ProducerStamp(
        id=registered.id, epoch=registered.epoch, first_sequence=0))
    lease = leases.Acquire(leases_pb2.AcquireRequest(name="leader", holder="one", ttl=Duration(seconds=600))).lease
    append(text="under a lease", conditions=log_pb2.AppendConditions(lease=lease.token))
    log.Acknowledge(log_pb2.AcknowledgeRequest(node="node-1", next_sequence=10))
    admin.TrimLog(admin_pb2.TrimLogRequest(before_sequence=5))


def main(archive):
    with tempfile.TemporaryDirectory() as files:
        with Replogd() as server:
            fill(server.address)
            server.kill()
            # What the operating system keeps of the process's own is not of the format.
            for name in os.listdir(server.data + "/db"):
                if name.startswith("LOG") or name == "LOCK":
                    os.remove(f"{server.data}/db/{name}")
            os.remove(server.data + "/LOCK")
            os.rename(server.data, files + "/data")
        subprocess.run(["tar", "-czf", archive, "--sort=name", "--owner=0", "--group=0", "-C", files, "data"], check=True)


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
