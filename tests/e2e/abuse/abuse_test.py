"""What HTTP/2 lets a stranger do to a gRPC server, on loopback and bounded: the server stays up, its memory stays
bounded, and a good client beside it gets its answers."""

import hashlib
import http.client
import json
import os
import resource
import socket
import struct
import sys
import tempfile
import threading
import unittest

import grpc

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))

import http2  # noqa: E402
from certificates import Certificates  # noqa: E402
from good_client import GoodClient  # noqa: E402
from logged_replogd import LoggedReplogd  # noqa: E402
from replogd import Replogd  # noqa: E402
from stubs import log_grpc, log_pb2, record_pb2  # noqa: E402

SUBSCRIBE = http2.request(b"/replog.v1.ReplicationLog/Subscribe")
MIB = 1 << 20
TOKEN = "the-token-of-a-good-client"


def resident_bytes(process):
    with open(f"/proc/{process.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


class AbuseTest(unittest.TestCase):
    """A stranger's: who attacks has no token, and the good client beside it has one."""

    def setUp(self):
        access = os.path.join(self.enterContext(tempfile.TemporaryDirectory()), "access.yaml")
        with open(access, "w", encoding="utf-8") as file:
            json.dump({"principals": [{"name": "good", "tokens": [{"id": "t", "sha256": hashlib.sha256(TOKEN.encode()).hexdigest()}],
                                       "grants": [{"verbs": ["read", "append"], "logs": ["default"]}]}]}, file)
        self.server = self.enterContext(Replogd("--access-file", access))
        with self.good_client("nothing"):
            pass  # what a server allocates once
        self.before = resident_bytes(self.server.process)

    def good_client(self, what):
        return GoodClient(self.server.address, what, TOKEN)

    def bounded(self, what, most):
        """That the server is the same process still, and has grown by `most` bytes at most."""
        self.assertIsNone(self.server.process.poll())
        grown = resident_bytes(self.server.process) - self.before
        print(f"{what}: {grown / MIB:.1f} MiB more", flush=True)
        self.assertLess(grown, most)

    def flood(self, what, frames, times, connections=4, most=64 * MIB, opening=b""):
        """Each of several connections sends `frames(i)` for i in `times`, and reads nothing meanwhile; then it waits
        for the server to end it. Returns how many the server had ended before they had sent all."""
        cut_off = []

        def attack():
            with http2.greet(self.server.address) as connection:
                try:
                    connection.sendall(opening)
                    for i in times:
                        connection.sendall(frames(i))
                    connection.shutdown(socket.SHUT_WR)
                except ConnectionError:
                    cut_off.append(connection)  # the server has had enough
                connection.settimeout(60)
                http2.read_to_end(connection)

        threads = [threading.Thread(target=attack) for _ in range(connections)]
        with self.good_client(what):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.bounded(what, most)
        return len(cut_off)

    def test_rapid_reset(self):
        def begin_and_reset(i):
            return b"".join(
                http2.frame(http2.HEADERS, http2.END_HEADERS, stream, SUBSCRIBE) +
                http2.frame(http2.RST_STREAM, 0, stream, http2.CANCEL)
                for stream in range(200 * i + 1, 200 * (i + 1) + 1, 2))

        # gRPC 1.51 keeps 12 to 20 KiB of each until it has its turn. Ours sees them from then on: the attack is bounded
        # here, and what a longer one costs is said in ARCHITECTURE.md.
        self.flood("rapid reset", begin_and_reset, range(20), most=512 * MIB)

    def test_ping_flood(self):
        pings = http2.frame(http2.PING, 0, 0, b"replog!!") * 1000
        self.flood("ping flood", lambda _: pings, range(200), most=512 * MIB)

    def test_settings_flood(self):
        settings = http2.frame(http2.SETTINGS, 0, 0, struct.pack(">HI", 4, 1 << 16)) * 1000
        self.flood("settings flood", lambda _: settings, range(200))

    def test_headers_that_never_end(self):
        opening = http2.frame(http2.HEADERS, 0, 1, SUBSCRIBE)
        more = http2.frame(http2.CONTINUATION, 0, 1, http2.header(b"x-more", b"y" * 4000)) * 10
        # gRPC 1.51 drops the headers beyond its limit, and yet grows with what was sent, here 800 MB each.
        ended = self.flood("headers that never end", lambda _: more, range(20_000), opening=opening, most=768 * MIB)
        self.assertGreaterEqual(ended, 3, "those that are left have room enough")

    def test_one_header_of_many_megabytes(self):
        value = b"\x00" + http2.text(b"x-large") + http2.integer(1 << 28, 7)
        opening = http2.frame(http2.HEADERS, 0, 1, SUBSCRIBE + value)
        more = http2.frame(http2.CONTINUATION, 0, 1, b"y" * 16384)
        self.flood("one large header", lambda _: more, range(200), connections=2, opening=opening)

    def test_more_calls_than_allowed(self):
        """With headers that are larger than allowed. A peer is held to what it was told only when it has acknowledged
        it, and this one never does."""
        large = http2.request(b"/replog.v1.ReplicationLog/Read", http2.header(b"x-large", b"y" * 15000))

        def call(i):
            return http2.frame(http2.HEADERS, http2.END_HEADERS | http2.END_STREAM, 2 * i + 1, large)

        # Each call is 40 KB while it is under way.
        self.assertEqual(self.flood("more calls than allowed", call, range(20_000), most=768 * MIB), 4)

    def test_frames_that_are_too_large(self):
        lie = http2.frame(http2.HEADERS, http2.END_HEADERS, 1, SUBSCRIBE) + http2.frame(
            http2.DATA, 0, 1, b"", length=(1 << 24) - 1)
        self.flood("oversized frames", lambda _: lie + bytes(1 << 16), range(8))

    def test_nonsense(self):
        for nonsense in (os.urandom(1 << 16), b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x16\x03\x01\x02\x00" + bytes(512)):
            with http2.connect(self.server.address) as connection:
                try:
                    connection.sendall(nonsense)
                except ConnectionError:
                    pass
                http2.read_to_end(connection)
        with self.good_client("nonsense"):
            pass
        self.bounded("nonsense", 16 * MIB)

    def test_slow_loris(self):
        """Headers that come a byte at a time, on many connections at once."""
        head = http2.frame(http2.HEADERS, http2.END_HEADERS, 1, SUBSCRIBE)
        with self.good_client("slow loris"):
            slow = [http2.greet(self.server.address) for _ in range(500)]
            for at in range(len(head) - 1):
                for connection in slow:
                    connection.sendall(head[at:at + 1])
            self.bounded("slow loris", 64 * MIB)
            for connection in slow:
                connection.close()


class ServerAt(LoggedReplogd):
    """One that listens where it is told."""

    def __init__(self, listen):
        super().__init__("--insecure")
        self.listen = listen

    def start(self):
        super().start(self.listen)


def addresses():
    """Where a server of this machine can listen, and by which host it is found there."""
    yield "127.0.0.1:0", "127.0.0.1"
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            pass
    except OSError as error:
        print(f"this machine has no IPv6: {error}", flush=True)
        return
    yield "[::1]:0", "[::1]"
    yield "[::]:0", "127.0.0.1"


class StrangerTest(unittest.TestCase):
    def test_only_who_has_made_no_call_is_one(self):
        """Whatever the address is that a client comes from, its calls are found to be its own."""
        for listen, host in addresses():
            with self.subTest(listen=listen), ServerAt(listen) as server:
                address = f"{host}:{server.address.rsplit(':', 1)[1]}"
                with grpc.insecure_channel(address) as channel, http2.greet(address) as stranger:
                    self.append_mebibytes(channel, 80)  # more than a stranger may
                    self.send_headers_until_it_is_ended(stranger)
                    line = server.await_log("connection ended")
                    self.assertIn(f":{stranger.getsockname()[1]} ", line)
                    self.append_mebibytes(channel, 1)
                self.assertEqual(len([line for line in server.lines if "connection ended" in line]), 1)

    def append_mebibytes(self, channel, count):
        log = log_grpc.ReplicationLogStub(channel)
        request = log_pb2.AppendRequest(records=[record_pb2.NewRecord(channel="good", text="x" * 1_000_000)])
        for _ in range(count):
            log.Append(request, timeout=60)

    def send_headers_until_it_is_ended(self, connection):
        more = http2.frame(http2.CONTINUATION, 0, 1, http2.header(b"x-more", b"y" * 4000)) * 10
        with self.assertRaises(ConnectionError):
            connection.sendall(http2.frame(http2.HEADERS, 0, 1, SUBSCRIBE))
            for _ in range(100_000):
                connection.sendall(more)


class HalfOpenTest(unittest.TestCase):
    """Connections that are opened and say nothing, in plain text and where TLS should begin."""

    WANTED = 10_000

    def count(self):
        """As many as this process and the server may have open; each has its own limit, and they are the same."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        count = min(self.WANTED, hard - 500)
        if count < self.WANTED:
            print(f"only {count} connections: the limit of open files is {hard}", flush=True)
        return count

    def half_open(self, server, what):
        before = resident_bytes(server.process)
        count = self.count()
        with GoodClient(server.address, what) if "TLS" not in what else open(os.devnull, encoding="ascii"):
            open_ = [http2.connect(server.address) for _ in range(count)]
            grown = resident_bytes(server.process) - before
            print(f"{what}, {count} of them: {grown / MIB:.1f} MiB more, {grown / count / 1024:.1f} KiB each", flush=True)
            self.assertLess(grown, 1024 * MIB)
            self.assertIsNone(server.process.poll())
            # They are not kept for ever: the server itself ends each.
            for connection in open_:
                http2.read_to_end(connection)
                connection.close()
        self.assertIsNone(server.process.poll())

    def test_plain_text(self):
        self.count()
        server = self.enterContext(Replogd())
        self.half_open(server, "half-open connections")

    def test_tls(self):
        self.count()
        made = self.enterContext(Certificates())
        made.authority()
        made.make("server")
        server = self.enterContext(
            Replogd("--tls-certificate", made.pem("server"), "--tls-key", made.key("server")))
        self.half_open(server, "half-open TLS connections")


class FewFiles(Replogd):
    """A server that may have 250 files open, and is told at first that it may have 128."""

    def popen(self, command):
        return super().popen(["bash", "-c", 'ulimit -Sn 128 && ulimit -Hn 250 && exec "$@"', "bash", *command])


class FileLimitTest(unittest.TestCase):
    def test_more_connections_than_files(self):
        """gRPC's own listener would never take a connection again."""
        server = self.enterContext(FewFiles())
        with open(f"/proc/{server.process.pid}/limits", encoding="ascii") as file:
            limit = next(line for line in file if line.startswith("Max open files"))
        self.assertEqual(limit.split()[3], "250", "what the system allows is asked for")
        with GoodClient(server.address, "more connections than files"):
            connections = [http2.connect(server.address) for _ in range(600)]
            # Those beyond the bound are closed at once, the first ones when they have said nothing for long.
            http2.read_to_end(connections[-1])
            for connection in connections:
                connection.close()
        with GoodClient(server.address, "what comes after"):
            pass
        self.assertIsNone(server.process.poll())

    def test_more_http_connections_than_files(self):
        """Those that ask for nothing keep nobody out, neither from HTTP nor from gRPC."""
        server = self.enterContext(FewFiles(http_listen="127.0.0.1:0"))
        connections = [http2.connect(server.http_address) for _ in range(600)]
        for connection in connections:
            self.addCleanup(connection.close)
        asking = http.client.HTTPConnection(server.http_address, timeout=60)
        self.addCleanup(asking.close)
        asking.request("GET", "/healthz")
        self.assertEqual(asking.getresponse().status, 200)
        with GoodClient(server.address, "more HTTP connections than files"):
            pass

    def test_metrics_when_there_is_no_file_left(self):
        """Some of what a page of metrics is made of are files."""
        server = self.enterContext(FewFiles(http_listen="127.0.0.1:0"))
        scraper = http.client.HTTPConnection(server.http_address, timeout=60)
        self.addCleanup(scraper.close)
        scraper.request("GET", "/metrics")  # then the connection has been taken
        self.assertIn(b"replog_", scraper.getresponse().read())
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (8, 250))
        scraper.request("GET", "/metrics")
        self.assertEqual(scraper.getresponse().status, 200)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (250, 250))


if __name__ == "__main__":
    unittest.main()
