"""What the console shows, over HTTP: channels, tables, nodes, leases, the last hour, and who looks at it."""

import json
import os
import subprocess
import sys
import time
import unittest
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "python"))
from curl import Events, curl, curl_json  # pylint: disable=wrong-import-position
from node import Node  # pylint: disable=wrong-import-position
from replogd import Replogd  # pylint: disable=wrong-import-position

DEADLINE_S = 60  # ends what hangs
LOG = "/v1/logs/default"


class ConsoleApiTest(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Replogd(http_listen="127.0.0.1:0"))

    def url(self, path):
        return f"http://{self.server.http_address}{path}"

    def get(self, path, **query):
        status, answer = curl_json(self.url(path) + ("?" + urllib.parse.urlencode(query) if query else ""))
        self.assertEqual(status, 200, answer)
        return answer

    def post(self, path, message, status=200):
        found, answer = curl_json(self.url(path), "--json", json.dumps(message))
        self.assertEqual(found, status, answer)
        return answer

    def append(self, channel, text="t", **fields):
        return int(self.post(LOG + "/records", {"records": [{"channel": channel, "text": text, **fields}]})["firstSequence"])

    def refused(self, field, path, *arguments, reason="INVALID_FIELD"):
        status, answer = curl_json(self.url(path), *arguments)
        self.assertEqual((status, answer["error"]["reason"], answer["error"].get("field")), (400, reason, field), answer)

    def sequences(self, path=LOG + "/messages", **query):
        return [int(record["sequence"]) for record in self.get(path, **query).get("records", [])]

    def test_who_calls(self):
        me = self.get("/v1/me")
        self.assertEqual((me["principal"], me["accessControl"]), ("anonymous", False))
        self.assertEqual(me["grants"], [{"verbs": ["read", "append", "node", "lease", "admin"], "logs": ["*", "_*"],
                                         "channels": ["*"], "nodes": ["*"], "leases": ["*"]}])
        self.assertEqual((me["server"]["grpcAddress"], me["server"]["tls"]), (self.server.address, False))
        self.assertLess(abs(me["server"]["startedUnixSeconds"] - time.time()), DEADLINE_S)

    def test_channels_by_pages_with_counts(self):
        for channel in ("room-1", "room-2", "room-2", "other/with slash"):
            self.append(channel)
        self.assertEqual(self.get(LOG + "/channels")["channels"],
                         [{"name": "other/with slash"}, {"name": "room-1"}, {"name": "room-2"}])
        page = self.get(LOG + "/channels", prefix="room-", counts="1", limit="1")
        self.assertEqual(page, {"channels": [{"name": "room-1", "records": "1"}], "nextAfter": "room-1"})
        page = self.get(LOG + "/channels", prefix="room-", counts="1", limit="1", after=page["nextAfter"])
        self.assertEqual(page, {"channels": [{"name": "room-2", "records": "2"}]})
        self.refused("max_channels", LOG + "/channels?limit=10001")
        self.refused("limit", LOG + "/channels?limit=many")
        self.refused("count", LOG + "/channels?count=1")
        self.assertEqual(curl(self.url("/v1/logs/none/channels"))[0], 404)

    def test_table_by_pages_and_one_key(self):
        for key, text in (("a", "old"), ("b/slash", "x"), ("a", "new"), ("gone", "x")):
            self.append("t", text, key=key)
        self.post(LOG + "/records", {"records": [{"channel": "t", "key": "gone", "deleted": True}]})
        table = LOG + "/channels/t/table"
        page = self.get(table, limit="1")
        self.assertEqual([(r["key"], r["text"]) for r in page["records"]], [("a", "new")])
        page = self.get(table, after=page["nextAfterKey"])
        self.assertEqual([r["key"] for r in page["records"]], ["b/slash"])
        self.assertNotIn("nextAfterKey", page)
        self.assertEqual([r["sequence"] for r in self.get(table, key="b/slash")["records"]], ["1"])
        for key in ("gone", "never"):
            self.assertNotIn("records", self.get(table, key=key))
        self.refused("keys[0]", table + "?key=")
        self.refused("after_key", table + "?key=a&after=b")

    def test_a_page_has_the_records_of_a_key(self):
        for number in range(6):
            self.append("t", f"text {number}", key="odd" if number % 2 else "even")
        path = LOG + "/channels/t/messages"
        self.assertEqual(self.sequences(path, key="odd"), [1, 3, 5])
        self.assertEqual(self.sequences(path, key="odd", backward="1"), [5, 3, 1])
        self.assertEqual(self.sequences(path, key="o"), [])
        # What is looked at has a limit; one goes on from there.
        page = self.get(path, key="odd", limit="1")
        self.assertEqual((page.get("records"), page["nextSequence"], page.get("atEnd")), (None, "1", None))

    def test_a_page_has_the_records_with_a_text(self):
        self.append("t", "nothing of it")
        self.append("t", "Über the NEEDLE")
        self.append("t", headers={"trace": "needle-7"})
        self.append("needles")
        self.assertEqual(self.sequences(contains="needle"), [1, 2, 3])
        self.assertEqual(self.sequences(contains="needle", channel="t"), [1, 2])
        self.assertEqual(self.sequences(contains="über the"), [])  # letters of ASCII only
        self.assertEqual(self.sequences(contains="Über the"), [1])

    def test_from_a_time(self):
        times = []
        for _ in range(3):
            self.append("t")
            times.append(self.get(LOG + "/messages")["records"][-1]["time"])
        self.assertEqual(self.sequences(time=times[1]), [1, 2])
        self.assertEqual(self.sequences(time=times[1], backward="1"), [0])
        self.assertEqual(self.sequences(time="2001-01-01T00:00:00+02:00"), [0, 1, 2])
        with Events(self.url(LOG + "/messages/events?time=" + times[1])) as events:
            self.assertEqual([r["sequence"] for r in events.records(2)[0]], ["1", "2"])
        for suffix in ("", "/events"):
            self.refused("time", f"{LOG}/messages{suffix}?time=noon")
            self.refused("time", f"{LOG}/messages{suffix}?time=2001-01-01T00:00:00Z&from=1")

    def test_events_and_pages_of_some_channels(self):
        for channel in ("a", "room-1", "b", "room-2"):
            self.append(channel)
        self.assertEqual(self.sequences(channel="room-*"), [1, 3])
        self.assertEqual(self.sequences(channel="b"), [2])
        with Events(self.url(LOG + "/messages/events?channel=room-*")) as events:
            self.assertEqual([r["channel"] for r in events.records(2)[0]], ["room-1", "room-2"])
        for suffix in ("", "/events"):
            self.refused("channel", f"{LOG}/messages{suffix}?channel=")
            self.refused("channel", f"{LOG}/messages{suffix}?channel=a*b")
            self.refused("channel", f"{LOG}/channels/a/messages{suffix}?channel=b")

    def node(self, name):
        return next((n for n in self.get(LOG + "/nodes").get("nodes", []) if n["node"] == name), None)

    def wait_for_node(self, name, wanted):
        deadline = time.monotonic() + DEADLINE_S
        while not (node := self.node(name)) or not wanted(node):
            self.assertLess(time.monotonic(), deadline, node)
        return node

    def test_nodes_as_they_come_and_go(self):
        self.append("t", key="k")
        self.assertEqual(self.get(LOG + "/nodes"), {})
        with Node("n1", self.server, "--table", "--channel", "t", "--fleet", "f") as node:
            node.next()
            found = self.wait_for_node("n1", lambda n: n["state"] == "TAILING")
            self.assertEqual(found["fleet"], "f")
            self.assertIn("127.0.0.1:", found["address"])
            self.assertEqual(self.get(LOG + "/nodes", fleet="other"), {})
            synced = self.post(LOG + "/sync", {"sequence": "0", "timeout": "10s"})
            self.assertEqual((synced["outcome"], synced["nodes"][0]["synced"]), ("SYNCED", True))
            # A tail keeps no table of which it could tell a digest.
            audit = self.post(LOG + "/audit", {"timeout": "0.1s"})
            self.assertEqual(audit["nodes"], [{"node": "n1", "outcome": "NO_ANSWER", "connected": True}])
            self.assertEqual([(d["channel"], d["keys"]) for d in audit["digests"]], [("t", "1")])
        self.wait_for_node("n1", lambda n: n["state"] == "GONE")
        behind = self.append("t", key="k")
        missed = self.post(LOG + "/sync", {"key": {"channel": "t", "key": "k"}, "timeout": "0.1s"})
        self.assertEqual((missed["outcome"], missed["sequence"], missed["nodes"][0]["node"]), ("NOT_SYNCED", str(behind), "n1"))
        self.assertEqual(self.post(LOG + "/audit", {"timeout": "0.1s"})["nodes"], [{"node": "n1", "outcome": "NO_ANSWER"}])

    def test_questions_to_nodes_that_are_wrong(self):
        for path in ("/sync", "/audit"):
            self.refused("timeout", LOG + path, "--json", '{"sequence": "0", "timeout": "11s"}' if path == "/sync" else '{"timeout": "11s"}')
            self.refused("timeout", LOG + path, "--json", '{"timeout": "-1s"}')
            self.refused("log", LOG + path, "--json", '{"log": "other"}')
            self.refused("body", LOG + path, "--json", '{"no": "such"}', reason="MALFORMED")
            self.refused("body", LOG + path, "--json", "[]", reason="MALFORMED")
            self.refused("fleet", LOG + path, "--json", '{"sequence": 0, "nodes": ["a"], "fleet": "b"}' if path == "/sync" else
                         '{"nodes": ["a"], "fleet": "b"}')
            status, answer = curl_json(self.url("/v1/logs/none" + path), "--json", '{"sequence": "0"}' if path == "/sync" else "{}")
            self.assertEqual((status, answer["error"]["reason"]), (404, "LOG_NOT_FOUND"))
            self.assertEqual(curl(self.url(LOG + path))[0], 405)
        self.refused("sequence", LOG + "/sync", "-X", "POST")
        self.append("t")
        self.refused(None, LOG + "/sync", "--json", '{"sequence": "0"}', reason="NO_EXPECTED_NODES")
        self.refused(None, LOG + "/audit", "-X", "POST", reason="NO_EXPECTED_NODES")

    def test_a_page_of_another_site_asks_nothing(self):
        for path in ("/sync", "/audit"):
            status, answer = curl_json(self.url(LOG + path), "-H", "Origin: http://evil.example", "-H", "Content-Type: text/plain",
                                       "-d", "{}")
            self.assertEqual((status, answer["error"]["reason"]), (403, "PERMISSION_DENIED"))

    def test_leases_with_holder_and_token(self):
        self.assertEqual(self.get("/v1/leases"), {})
        for name in ("leader", "writer"):
            subprocess.run([os.environ["REPLOG_CLI"], "--server", self.server.address, "lease", "acquire", name, "--holder", "node-1",
                            "--ttl", "60s"], check=True, stdout=subprocess.DEVNULL, timeout=DEADLINE_S)
        page = self.get("/v1/leases", limit="1")
        lease = page["leases"][0]
        self.assertEqual((lease["name"], lease["holder"], lease["ttl"], page["nextAfter"]), ("leader", "node-1", "60s", "leader"))
        self.assertIn("sequence", lease["token"])
        self.assertEqual([lease["name"] for lease in self.get("/v1/leases", after="leader")["leases"]], ["writer"])
        self.refused("max_leases", "/v1/leases?limit=10001")

    def test_the_last_hour(self):
        self.append("t")
        deadline = time.monotonic() + DEADLINE_S
        # The server looks every 5 s.
        while len((history := self.get("/v1/history"))["times"]) < 2:
            self.append("t")
            self.assertLess(time.monotonic(), deadline)
        self.assertEqual(history["intervalSeconds"], 5)
        log = next(log for log in history["logs"] if log["log"] == "default")
        columns = [*(log[name] for name in log if name != "log"), *history["server"].values()]
        self.assertEqual({len(column) for column in columns}, {len(history["times"])})
        self.assertGreater(max(rate or 0 for rate in log["appendedRecords"]), 0)
        self.assertGreater(history["server"]["appendP99Us"][-1], 0)
        self.assertGreater(history["server"]["diskFreeBytes"][-1], 0)
        self.assertEqual(history["alarms"], [])
        newer = self.get("/v1/history", since=history["times"][0])
        self.assertEqual(newer["times"][:len(history["times"]) - 1], history["times"][1:])
        self.refused("since", "/v1/history?since=yesterday")
        self.refused("log", "/v1/history?log=default")


class ConsolePageTest(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Replogd(http_listen="127.0.0.1:0"))

    def head(self, path, *arguments):
        """The status and the answer's header fields."""
        status, answer = curl(f"http://{self.server.http_address}{path}", "-i", *arguments)
        lines = answer.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        return status, {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}

    def test_the_page_says_what_a_browser_may_do_with_it(self):
        self.assertEqual(self.server.process.stdout.readline(), f"console http://{self.server.http_address}/\n")
        status, fields = self.head("/")
        self.assertEqual((status, fields["content-type"]), (200, "text/html; charset=utf-8"))
        self.assertIn("default-src 'none'", fields["content-security-policy"])
        self.assertIn("frame-ancestors 'none'", fields["content-security-policy"])
        self.assertNotIn("unsafe", fields["content-security-policy"])
        self.assertEqual((fields["x-content-type-options"], fields["referrer-policy"], fields["cache-control"]),
                         ("nosniff", "no-referrer", "no-cache"))
        self.assertNotIn("access-control-allow-origin", fields)
        status, fields = self.head("/", "-H", f"If-None-Match: {fields['etag']}")
        self.assertEqual(status, 304)
        self.assertNotIn("content-length", fields)
        self.assertEqual(self.head("/assets/none.js")[0], 404)
        self.assertEqual(self.head("/", "-X", "POST", "-H", "Content-Type: application/json")[0], 405)

    def test_every_answer_is_what_its_type_says(self):
        for path in ("/v1/logs", "/v1/logs/none", "/healthz", "/v1/me"):
            self.assertEqual(self.head(path)[1]["x-content-type-options"], "nosniff", path)
        for path in ("/v1/logs", "/v1/me", "/v1/history", "/v1/leases", LOG + "/messages"):
            self.assertEqual(self.head(path)[1]["cache-control"], "no-store", path)


if __name__ == "__main__":
    unittest.main()
