"""The HTTP listener of a real server, asked by curl."""

import json
import os
import socket
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "python"))
from curl import Events, curl, curl_json  # pylint: disable=wrong-import-position
from replogd import Replogd  # pylint: disable=wrong-import-position


class HttpTest(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Replogd(http_listen="127.0.0.1:0"))

    def url(self, path):
        return f"http://{self.server.http_address}{path}"

    def post(self, path, message):
        status, answer = curl_json(self.url(path), "--json", "@-", data=json.dumps(message).encode())
        self.assertEqual(status, 200, answer)
        return answer

    def say(self, channel, *texts):
        self.post("/v1/logs/default/records", {"records": [{"channel": channel, "text": text} for text in texts]})

    def texts(self, path):
        status, page = curl_json(self.url(path))
        self.assertEqual(status, 200, page)
        return [record.get("text") for record in page.get("records", [])]

    def refused(self, status, reason, path, *arguments, data=None):
        found, answer = curl_json(self.url(path), *arguments, data=data)
        self.assertEqual((found, answer["error"]["reason"]), (status, reason), answer)
        return answer["error"]


class Messages(HttpTest):
    def test_channel_that_was_never_used_is_an_empty_page(self):
        status, page = curl_json(self.url("/messages/default-channel"))
        self.assertEqual(status, 200)
        self.assertEqual((page.get("records"), page["nextSequence"], page["atEnd"]), (None, "0", True))

    def test_every_way_to_post_and_to_read(self):
        self.assertEqual(self.post("/messages/a", {"text": "one", "headers": {"h": "v"}})["firstSequence"], "0")
        curl(self.url("/messages/a"), "-d", "two")
        curl(self.url("/v1/logs/default/channels/a/messages"), "-H", "Content-Type: application/octet-stream", "--data-binary", "three")
        lines = b'{"channel": "b", "text": "four"}\n\n{"channel": "a", "text": "five"}\n'
        curl(self.url("/v1/logs/default/records"), "-H", "Content-Type: application/x-ndjson", "--data-binary", "@-", data=lines)
        for path in ("/messages/a", "/replication-log/messages/a", "/v1/logs/default/channels/a/messages",
                     "/replication-log/v1/logs/default/channels/a/messages"):
            self.assertEqual(self.texts(path), ["one", "two", None, "five"], path)
        self.assertEqual(self.texts("/v1/logs/default/messages"), ["one", "two", None, "four", "five"])
        self.assertEqual(self.texts("/messages/a?from=1&limit=1"), ["two"])
        self.assertEqual(self.texts("/messages/a?backward&limit=2"), ["five", None])
        record = curl_json(self.url("/messages/a?limit=1"))[1]["records"][0]
        self.assertEqual(set(record), {"sequence", "time", "channel", "text", "headers"})

    def test_path_tricks_reach_nothing(self):
        self.say("a/b", "slash")
        self.assertEqual(self.texts("/messages/a%2Fb"), ["slash"])
        for path in ("/messages/a/b", "/messages//a", "//messages/a", "/messages/", "/messages/..", "/messages/%2e%2e",
                     "/v1/logs/../logs", "/messages%2Fa", "/v1/logs/default/channels/./messages"):
            self.refused(404, "NOT_FOUND", path, "--path-as-is")
        self.refused(400, "MALFORMED", "/messages/%zz", "--path-as-is")
        self.refused(400, "INVALID_FIELD", "/messages/a%00b", "--path-as-is")
        self.refused(400, "INVALID_FIELD", "/messages/a*", "--path-as-is")

    def test_bad_requests_are_named(self):
        self.refused(404, "LOG_NOT_FOUND", "/v1/logs/none/messages")
        self.refused(400, "INVALID_FIELD", "/messages/a?form=1")
        self.assertEqual(self.refused(400, "INVALID_FIELD", "/messages/a?from=-1")["field"], "from")
        self.refused(400, "PAST_THE_END", "/messages/a?from=7")
        for body in ("{", "[]", '{"text": 1}', '{"txt": "a"}', '{"text": "a"} x', '{"text": "\\ud800"}', "\xff"):
            error = self.refused(400, "MALFORMED", "/messages/a", "--json", "@-", data=body.encode("latin-1"))
            self.assertEqual(error["fate"], "rejected")
        self.refused(400, "EMPTY_BATCH", "/v1/logs/default/records", "--json", "{}")
        self.refused(400, "INVALID_FIELD", "/v1/logs/default/records", "--json", '{"log": "other"}')
        error = self.refused(400, "MALFORMED", "/v1/logs/default/records", "-H", "Content-Type: application/x-ndjson",
                             "--data-binary", "@-", data=b'{"channel": "a"}\n{"chan": 1}\n')
        self.assertEqual(error["line"], "2")
        self.refused(413, "TOO_LARGE", "/messages/a", "--data-binary", "@-", data=b"x" * (5 << 20))
        self.refused(413, "TOO_LARGE", "/messages/a", "--data-binary", "@-", data=b"x" * ((1 << 20) + 1))
        self.refused(431, "TOO_LARGE", "/messages/a", "-H", "X-Long: " + "x" * (20 << 10))
        self.refused(405, "METHOD_NOT_ALLOWED", "/messages/a", "-X", "DELETE")

    def test_pages_of_other_sites_change_nothing(self):
        other = ("-H", "Origin: http://other.example")
        self.refused(403, "PERMISSION_DENIED", "/messages/a", *other, "-d", "x")
        self.refused(403, "PERMISSION_DENIED", "/messages/a", "-H", "Origin: null", "-d", "x")
        self.assertEqual(curl(self.url("/messages/a"), "-H", "Origin: " + self.url(""), "-d", "x")[0], 200)
        self.assertNotIn(b"Access-Control", curl(self.url("/messages/a"), *other, "-i")[1])

    def test_a_name_that_was_made_to_mean_this_machine_reads_and_changes_nothing(self):
        rebound = ("-H", "Host: evil.example:8080", "-H", "Origin: http://evil.example:8080")
        self.refused(403, "PERMISSION_DENIED", "/messages/a", *rebound)
        self.refused(403, "PERMISSION_DENIED", "/messages/a", *rebound, "-d", "x")
        for host in ("localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080", "10.1.2.3"):
            self.assertEqual(curl(self.url("/messages/a"), "-H", f"Host: {host}")[0], 200, host)

    def test_request_id_is_taken_or_made_and_echoed(self):
        self.assertIn(b"X-Request-Id: mine-1\r\n", curl(self.url("/healthz"), "-i", "-H", "X-Request-Id: mine-1")[1])
        made = curl(self.url("/healthz"), "-i", "-H", "X-Request-Id: not legal")[1]
        self.assertRegex(made, rb"X-Request-Id: [0-9a-f]{16}\r\n")

    def test_health(self):
        self.assertEqual(curl_json(self.url("/healthz")), (200, {"status": "alive"}))
        self.assertEqual(curl_json(self.url("/readyz")), (200, {"status": "ready"}))

    def test_second_listener_on_the_port_is_refused(self):
        port = self.server.http_address
        with self.assertRaisesRegex(RuntimeError, "ended with 1"):
            with Replogd(http_listen=port):
                pass


class ServerSentEvents(HttpTest):
    def test_stream_begins_where_it_is_told(self):
        self.say("a", "one", "two")
        for query, expected in (("", ["one", "two"]), ("?from=1", ["two"]), ("?from=start", ["one", "two"])):
            with Events(self.url("/messages/a/events" + query)) as events:
                self.assertEqual([r["text"] for r in events.records(len(expected))[0]], expected)
        with Events(self.url("/messages/a?from=end"), "-H", "Accept: text/event-stream") as events:
            self.assertEqual(json.loads(events.next_of("caught_up")["data"])["nextSequence"], "2")
            self.say("b", "passed over")
            self.say("a", "three")
            self.assertEqual(events.records(1)[0][0]["text"], "three")

    def test_resume_after_kill_has_no_gap_and_no_duplicate(self):
        self.say("a", *[f"m{i}" for i in range(100)])
        with Events(self.url("/messages/a/events")) as events:
            before, last = events.records(60)
            self.server.kill()
        self.server.start()
        self.say("a", "after")
        for arguments in (("/messages/a/events", "-H", f"Last-Event-ID: {last}"), (f"/messages/a/events?last_event_id={last}",)):
            with Events(self.url(arguments[0]), *arguments[1:]) as events:
                after, _ = events.records(41)
            self.assertEqual([int(r["sequence"]) for r in before + after], list(range(101)))

    def test_quiet_reader_is_told_where_it_stands(self):
        self.say("a", "one")
        with Events(self.url("/messages/a/events")) as events:
            events.next_of("caught_up")
            self.say("b", "passed over", "passed over")
            last = events.next_bookmark()
        self.assertEqual(last.split(".")[-1], "3")
        with Events(self.url("/messages/a/events"), "-H", f"Last-Event-ID: {last}") as events:
            self.say("a", "two")
            self.assertEqual([r["text"] for r in events.records(1)[0]], ["two"])

    def test_resume_into_another_history_is_told(self):
        self.say("a", "one")
        with Events(self.url("/messages/a/events")) as events:
            _, last = events.records(1)
        uuid, lineage, epoch, after = last.split(".")
        path = "/messages/a/events"
        self.refused(409, "WRONG_LOG", path, "-H", f"Last-Event-ID: {uuid[::-1]}.{lineage}.{epoch}.{after}")
        self.refused(400, "PAST_THE_END", path, "-H", f"Last-Event-ID: {uuid}.{lineage}.{epoch}.9")
        self.refused(409, "FORKED", path, "-H", f"Last-Event-ID: {uuid}.{lineage}.{int(epoch) + 1}.{after}")
        for bad in ("x", "1.2.3", f"{uuid}.0.0.-1", f"{uuid}.0.0.99999999999999999999"):
            self.refused(400, "INVALID_FIELD", path, "-H", f"Last-Event-ID: {bad}")

    def test_streams_end_cleanly_when_the_server_stops(self):
        with Events(self.url("/messages/a/events")) as events:
            events.next_of("caught_up")
            self.assertEqual(self.server.stop(), 0)
            end = events.next_of("end")
            self.assertEqual(json.loads(end["data"])["error"]["reason"], "SHUTTING_DOWN")
            self.assertEqual(list(events), [])
        self.server.start()

    def test_reader_that_does_not_read_hurts_nobody(self):
        host, port = self.server.http_address.split(":")
        with socket.create_connection((host, int(port))) as slow, Events(self.url("/messages/a/events")) as quick:
            slow.sendall(b"GET /messages/a/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            text = "x" * 100_000
            for _ in range(20):
                self.say("a", *[text] * 10)
            self.assertEqual(len(quick.records(200)[0]), 200)

    def test_thousand_readers_each_get_everything(self):
        host, port = self.server.http_address.split(":")
        readers = []
        for _ in range(1000):
            reader = socket.create_connection((host, int(port)))
            self.addCleanup(reader.close)
            reader.sendall(b"GET /messages/a/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            readers.append(reader)
        self.say("a", *[f"m{i}" for i in range(3)])
        self.say("a", "last")
        for reader in readers:
            reader.settimeout(60)
            got = b""
            while b'"text":"last"' not in got:
                piece = reader.recv(1 << 16)
                self.assertTrue(piece, got)
                got += piece
            self.assertEqual(got.count(b"data: {\"sequence\""), 4)


if __name__ == "__main__":
    unittest.main()
