"""Clients that want the HTTP listener no good, over raw sockets on loopback.

After each the server is up, a good client beside it was answered, and the server's memory has not grown by more than is said.
"""

import hashlib
import hmac
import http.client
import json
import os
import re
import resource
import select
import socket
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))
from replogd import Replogd  # pylint: disable=wrong-import-position

DEADLINE_S = 60  # ends a test that hangs
MIB = 1 << 20
# Files that the test itself needs beside its connections.
SPARE_FILES = 200
GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
APPEND = "/v1/logs/default/records"


class GoodClient:
    """Asks again and again, on a new connection each time, until the end of the block; every answer must be right."""

    def __init__(self, address, token=None):
        self.address = address
        self.fields = {"Content-Type": "application/json"}
        if token:
            self.fields["Authorization"] = f"Bearer {token}"
        self.answers = 0
        self.failure = None
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def ask(self):
        connection = http.client.HTTPConnection(self.address, timeout=DEADLINE_S)
        try:
            connection.request("POST", APPEND, json.dumps({"records": [{"channel": "good", "text": "x"}]}),
                               self.fields)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise AssertionError(f"{answer.status} {body}")
        finally:
            connection.close()
        self.answers += 1

    def run(self):
        try:
            while not self.done.is_set():
                self.ask()
        except Exception as error:  # pylint: disable=broad-except
            self.failure = error

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        if kind is None and self.failure is None:
            self.ask_once_more()
        self.done.set()
        self.thread.join()
        if self.failure is not None and kind is None:
            raise self.failure

    def ask_once_more(self):
        """At least one answer from a time when all of the abuse was under way."""
        before = self.answers
        while self.answers < before + 2 and self.failure is None:
            self.done.wait(0.01)


class Abuse(unittest.TestCase):
    FLAGS = ()

    def setUp(self):
        self.server = self.enterContext(Replogd("--log-level", "off", *self.FLAGS, http_listen="127.0.0.1:0"))
        host, port = self.server.http_address.rsplit(":", 1)
        self.endpoint = (host, int(port))
        self.sockets = []
        self.addCleanup(self.close_all)

    def close_all(self):
        for each in self.sockets:
            each.close()
        self.sockets = []

    def connect(self, count=1):
        made = [socket.create_connection(self.endpoint, timeout=DEADLINE_S) for _ in range(count)]
        self.sockets += made
        return made

    def good(self):
        return GoodClient(self.server.http_address)

    def memory(self):
        """What of the server is in memory, in bytes."""
        with open(f"/proc/{self.server.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) << 10

    def talk(self, request):
        """All that is answered to these bytes, until the server ends the connection or waits for more."""
        (client,) = self.connect()
        answer = b""
        try:
            client.sendall(request)
            client.shutdown(socket.SHUT_WR)
            while piece := client.recv(1 << 16):
                answer += piece
        except ConnectionResetError:
            pass
        client.close()
        return answer

    def statuses(self, request):
        return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", self.talk(request))]

    def wait_until_closed(self, sockets):
        """Until the server has ended each."""
        left = {each.fileno(): each for each in sockets}
        poll = select.poll()
        for number in left:
            poll.register(number, select.POLLIN)
        while left:
            ready = poll.poll(DEADLINE_S * 1000)
            self.assertTrue(ready, f"{len(left)} connections were never ended")
            for number, _ in ready:
                try:
                    ended = not left[number].recv(1 << 16)
                except ConnectionResetError:
                    ended = True
                if ended:
                    poll.unregister(number)
                    del left[number]


class AbuseTest(Abuse):
    def test_headers_that_never_end_are_cut_off(self):
        before = self.memory()
        with self.good():
            slow = self.connect(500)
            for each in slow:
                each.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
            done = threading.Event()

            def drip():
                while not done.wait(0.2):
                    for each in slow:
                        try:
                            each.send(b"a")
                        except OSError:
                            pass

            dripping = threading.Thread(target=drip)
            dripping.start()
            try:
                self.wait_until_closed(slow)
            finally:
                done.set()
                dripping.join()
        self.assertLess(self.memory() - before, 50 * MIB)

    def test_headers_over_the_limit_are_refused(self):
        with self.good():
            self.assertEqual(self.statuses(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 20_000 + b"\r\n\r\n"), [431])
            self.assertEqual(self.statuses(b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"), [431])
            self.assertEqual(self.statuses(b"GET /healthz HTTP/1.1\r\n" + b"X: a\r\n" * 5_000 + b"\r\n"), [431])

    def test_what_is_no_http_is_refused(self):
        for request in (
                b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),  # a TLS hello
                b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                b"GET /healthz\r\n\r\n",
                b"GET  /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                b"GET /healthz HTTP/9.9\r\nHost: localhost\r\n\r\n",
                b"GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n",
                b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
                b"GET /healthz HTTP/1.1\r\n: x\r\n\r\n",
                b"\r\n" * 10_000,
                bytes(range(256)) * 100,
        ):
            with self.subTest(request[:60]):
                self.assertIn(self.statuses(request), ([400], [431], []))

    def test_a_request_of_doubtful_length_is_refused_and_nothing_behind_it_is_answered(self):
        """Else a proxy before the server and the server could differ on where the next request begins (smuggling)."""
        hidden = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
        body = b"0\r\n\r\n" + hidden
        for fields in (
                b"Content-Length: %d\r\nTransfer-Encoding: chunked" % len(body),
                b"Transfer-Encoding: chunked\r\nContent-Length: %d" % len(body),
                b"Content-Length: 5\r\nContent-Length: 6",
                b"Content-Length: 5, 6",
                b"Content-Length: -1",
                b"Content-Length: +5",
                b"Content-Length: 0x5",
                b"Content-Length: 5 5",
                b"Content-Length: 18446744073709551616",
                b"Content-Length:",
                b"Transfer-Encoding: chunked, identity",
                b"Transfer-Encoding: identity",
                b"Transfer-Encoding: xchunked",
                b"Transfer-Encoding: gzip, chunked",
                b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                b"Transfer-Encoding: \x0bchunked",
                b"Transfer-Encoding : chunked",
                b"Content-Length: 5\r\nTransfer-Encoding: identity",
                b"X: y\r\n Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        ):
            with self.subTest(fields):
                request = b"POST " + APPEND.encode() + b" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + fields + b"\r\n\r\n" + body
                self.assertIn(self.statuses(request), ([400], [501]))

    def test_chunks_that_are_none_are_refused_and_nothing_behind_them_is_answered(self):
        head = (b"POST " + APPEND.encode() + b" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n")
        hidden = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
        for chunks in (
                b"-1\r\n{}\r\n0\r\n\r\n",
                b"0x2\r\n{}\r\n0\r\n\r\n",
                b"FFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n",
                b"2\r\n{}AA0\r\n\r\n",
                b"2\n{}\n0\n\n",
                b" 2\r\n{}\r\n0\r\n\r\n",
                b"zz\r\n",
        ):
            with self.subTest(chunks[:40]):
                self.assertIn(self.statuses(head + chunks + hidden), ([400], [413], [431]))
        with self.subTest("many small chunks are one body"):
            text = json.dumps({"records": [{"channel": "c", "text": "x" * 5_000}]}).encode()
            chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in text)
            self.assertEqual(self.statuses(head + chunks + b"0\r\n\r\n"), [200])

    def test_json_that_is_none_is_refused(self):
        deep = b"[" * 100_000
        for body in (b"", b"{", b"nul", b"\xff\xfe", b'{"records":', b'{"records":[{"channel":"\xff"}]}', deep, b'{"records":' + deep,
                     b'{"a":' * 20_000, b'{"records":[{"channel":"c","text":"\\ud800"}]}', b'{"records":[{"channel":1e999}]}', b"[]", b"1",
                     b'{"records":[{"sequence":1,"channel":"c"}]}', b"\x00" * 1000):
            with self.subTest(body[:40]):
                request = (b"POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                           % (APPEND.encode(), len(body)))
                self.assertEqual(self.statuses(request + body), [400])

    def test_a_path_leads_nowhere_else(self):
        for path in (b"/../etc/passwd", b"/v1/../../etc/passwd", b"/%2e%2e/%2e%2e/etc/passwd", b"/v1/logs/..%2f..%2fetc%2fpasswd/records",
                     b"//healthz", b"/healthz/", b"/./healthz", b"/healthz%00", b"/%00", b"/healthz%", b"/healthz%zz", b"/%c0%ae%c0%ae/",
                     b"/v1/logs/%00/channels", b"/v1/logs/%2f/channels", b"*", b"x", b"http://x/healthz", b"x:80", b"/\xff", b"/\\..\\"):
            with self.subTest(path):
                statuses = self.statuses(b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                self.assertIn(statuses, ([400], [404], [405]))

    def test_a_flood_of_pipelined_requests_is_answered_in_order_and_in_little_memory(self):
        count = 20_000
        before = self.memory()
        (client,) = self.connect()
        client.setblocking(False)
        requests = memoryview(GET * count)
        with self.good():
            # As much as goes in while nothing is read.
            while select.select([], [client], [], 0.5)[1]:
                try:
                    requests = requests[client.send(requests):]
                except BlockingIOError:
                    break
                if not requests:
                    break
            self.assertLess(self.memory() - before, 50 * MIB)
        client.settimeout(DEADLINE_S)
        sending = threading.Thread(target=client.sendall, args=(bytes(requests),))
        sending.start()
        answered, tail = 0, b""
        while answered < count:
            piece = client.recv(1 << 16)
            self.assertTrue(piece, f"ended after {answered} answers")
            text = tail + piece
            answered += text.count(b"HTTP/1.1 200 ")
            tail = text[-12:]  # one byte less than what is counted
        sending.join()
        self.assertEqual(answered, count)

    def test_bodies_that_stay_away_hold_little_memory(self):
        before = self.memory()
        head = (b"POST " + APPEND.encode() + b" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 200000\r\n\r\n")
        with self.good():
            for each in self.connect(1_000):
                each.sendall(head + b" " * 1_000)
            self.assertLess(self.memory() - before, 150 * MIB)

    def test_thousands_of_connections_that_ask_nothing(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        count = min(10_000, hard - SPARE_FILES)
        before = self.memory()
        with self.good():
            half = self.connect(count)
            for each in half[::2]:
                each.send(b"GET /hea")
            self.assertLess(self.memory() - before, count * 20_000)
        print(f"{count} half-open connections: {(self.memory() - before) / count:.0f} bytes each")

    def test_answers_that_nobody_reads_hold_little_memory(self):
        with self.good() as good:
            while good.answers < 100:
                good.done.wait(0.01)
        before = self.memory()
        with self.good():
            for each in self.connect(500):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                each.setblocking(False)
                try:
                    each.send(b"GET /messages/good HTTP/1.1\r\nHost: localhost\r\n\r\n" * 300)
                except BlockingIOError:
                    pass
            self.assertLess(self.memory() - before, 200 * MIB)


class BodiesTest(Abuse):
    """Many large bodies at once, which all stay away in part: from strangers, and from one who is known."""

    COUNT = 60
    SAID = 8 << 20  # of each body's length
    SENT = 4 << 20  # of each body
    TOKEN = "a-token-of-alice-that-nobody-guesses"

    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())

        def write(name, text):
            path = os.path.join(folder, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            return path

        digest = hashlib.sha256(self.TOKEN.encode()).hexdigest()
        write("hub.secret", "a secret")
        hook = ("webhooks: [{name: hub, secret_file: hub.secret, signature: {header: X-Signature}, delivery_id: body_sha256, "
                "channel: c, max_body_bytes: 3145728}]")
        access = f"principals: [{{name: alice, tokens: [{{id: t, sha256: {digest}}}], grants: [{{verbs: [append], logs: [default]}}]}}]"
        self.FLAGS = ("--http-body-bytes", "32MiB", "--access-file", write("access.yaml", access), "--webhooks-file", write("webhooks.yaml", hook))
        super().setUp()
        with self.good():
            pass  # what a server allocates once

    def good(self):
        return GoodClient(self.server.http_address, self.TOKEN)

    def answers(self, count, path, *fields, chunked=False, said=SAID):
        """The status of each of many whose bodies stay away in part, once `count` of them were answered."""
        length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {said}"
        head = "\r\n".join([f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", length, *fields, "", ""]).encode()
        body = memoryview((b"%x\r\n" % said if chunked else b"") + b" " * min(self.SENT, said - 1))
        clients = self.connect(self.COUNT)
        for client in clients:
            self.send_until_answered(client, head, body)
        poll = select.poll()
        waiting = {client.fileno(): client for client in clients}
        for number in waiting:
            poll.register(number, select.POLLIN)
        statuses = []
        while len(statuses) < count:
            ready = poll.poll(DEADLINE_S * 1000)
            self.assertTrue(ready, f"{len(statuses)} of {count} were answered")
            for number, _ in ready:
                poll.unregister(number)
                statuses.append(int(waiting[number].recv(1 << 16).split()[1]))
        return statuses

    def send_until_answered(self, client, head, body):
        client.sendall(head)
        client.setblocking(False)
        while body:
            readable, writable, _ = select.select([client], [client], [], DEADLINE_S)
            self.assertTrue(readable or writable, "neither read from nor answered")
            if readable:
                return
            try:
                body = body[client.send(body):]
            except ConnectionError:
                return  # answered, and then closed

    def bounded(self, before, most):
        grown = self.memory() - before
        print(f"{self.COUNT} bodies: {grown / MIB:.1f} MiB more", flush=True)
        self.assertLess(grown, most)

    def test_bodies_of_strangers_are_not_read(self):
        before = self.memory()
        with self.good():
            self.assertEqual(set(self.answers(self.COUNT, APPEND)), {401})
            self.assertEqual(set(self.answers(self.COUNT, APPEND, "Authorization: Bearer a-wrong-one", chunked=True)), {401})
            self.bounded(before, 20 * MIB)

    def test_bodies_for_logs_that_are_not_granted_are_not_read(self):
        statuses = self.answers(self.COUNT, "/v1/logs/other/records", f"Authorization: Bearer {self.TOKEN}")
        self.assertEqual(set(statuses), {403})

    def test_bodies_of_who_is_known_have_a_bound_together(self):
        """Three have room in the 32 MiB, and small bodies beside them."""
        for chunked in (False, True):
            with self.subTest(chunked=chunked):
                before = self.memory()
                with self.good():
                    statuses = self.answers(self.COUNT - 3, APPEND, f"Authorization: Bearer {self.TOKEN}", chunked=chunked)
                    self.assertEqual(set(statuses), {503})
                    self.bounded(before, 60 * MIB)
                self.close_all()
                with self.good():
                    pass

    def test_bodies_of_unsigned_deliveries_have_a_bound_of_their_own(self):
        before = self.memory()
        with self.good():
            self.assertEqual(set(self.answers(self.COUNT - 2, "/v1/webhooks/hub", "X-Signature: 00", said=3 << 20)), {503})
            self.bounded(before, 30 * MIB)

    def test_bodies_that_are_only_announced_keep_nobody_out(self):
        def announce(path, said, *fields):
            head = "\r\n".join([f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", "Expect: 100-continue",
                                f"Content-Length: {said}", *fields, "", ""])
            for client in self.connect(self.COUNT):
                client.sendall(head.encode())
                self.assertIn(b" 100 ", client.recv(1 << 16))

        def post(path, body, **fields):
            connection = http.client.HTTPConnection(self.server.http_address, timeout=DEADLINE_S)
            try:
                connection.request("POST", path, body, {"Content-Type": "application/json", **fields})
                answer = connection.getresponse()
                return answer.status, answer.read()
            finally:
                connection.close()

        alice = f"Bearer {self.TOKEN}"
        announce(APPEND, self.SAID, f"Authorization: {alice}")
        announce("/v1/webhooks/hub", 3 << 20, "X-Signature: 00")
        batch = json.dumps({"records": [{"channel": "c", "text": "x"}]}).encode() + b" " * (2 * MIB)
        status, answer = post(APPEND, batch, Authorization=alice)
        self.assertEqual(status, 200, answer)
        body = json.dumps({"text": "x" * 200_000}).encode()
        signature = hmac.new(b"a secret", body, hashlib.sha256).hexdigest()
        status, answer = post("/v1/webhooks/hub", body, **{"X-Signature": signature})
        self.assertEqual(status, 200, answer)

    def test_a_client_that_asks_first_is_not_told_to_send_what_is_refused(self):
        head = b"POST %s HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n" % APPEND.encode()
        self.assertEqual(self.statuses(head), [401])


if __name__ == "__main__":
    unittest.main()
