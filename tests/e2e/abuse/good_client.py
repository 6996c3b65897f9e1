"""A client that does nothing wrong, beside one that does."""

import threading
import time

import grpc

from stubs import log_grpc, log_pb2, record_pb2

DEADLINE_S = 60  # ends a test that hangs


class GoodClient:
    """Appends and reads what it appended for as long as the block lasts; every call must succeed. Reports latencies,
    and judges none: how fast a machine is, is no property of the server."""

    def __init__(self, address, what, token=None):
        self.address, self.what = address, what
        self.metadata = [("authorization", f"Bearer {token}")] if token else []
        self.latencies = []
        self.failure = None
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        self.stop.set()
        self.thread.join()
        if kind is not None:
            return
        if self.failure is not None:
            raise AssertionError(f"beside {self.what} a good client failed") from self.failure
        if not self.latencies:
            raise AssertionError(f"beside {self.what} a good client made no call")
        print(f"{self.what}: {self.summary()}", flush=True)

    def summary(self):
        ordered = sorted(self.latencies)
        p50, p99 = (1e3 * ordered[int(part * (len(ordered) - 1))] for part in (0.5, 0.99))
        return f"{len(ordered)} calls beside it, p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {1e3 * ordered[-1]:.1f} ms"

    def _run(self):
        # A channel of its own, made anew, so that new connections are tried as well.
        try:
            with grpc.insecure_channel(self.address) as channel:
                log = log_grpc.ReplicationLogStub(channel)
                while not self.stop.is_set() or not self.latencies:
                    self._call(log)
        except grpc.RpcError as error:
            self.failure = error

    def _call(self, log):
        began = time.monotonic()
        record = record_pb2.NewRecord(channel="good", text="hello")
        appended = log.Append(log_pb2.AppendRequest(records=[record]), timeout=DEADLINE_S, metadata=self.metadata)
        page = log.Read(log_pb2.ReadRequest(from_sequence=appended.first_sequence), timeout=DEADLINE_S, metadata=self.metadata)
        assert page.records[0].text == "hello"
        self.latencies.append(time.monotonic() - began)
