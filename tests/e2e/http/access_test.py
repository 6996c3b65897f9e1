"""Who may ask for what over HTTP: the same file and the same grants as over gRPC."""

import concurrent.futures
import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "python"))
from curl import Events, curl, curl_json  # pylint: disable=wrong-import-position
from node import Node  # pylint: disable=wrong-import-position
from replogd import Replogd  # pylint: disable=wrong-import-position


DEADLINE_S = 60  # ends what hangs


def token(name):
    return f"the-secret-token-of-{name}"


def principal(name, grants, limits="{}"):
    digest = hashlib.sha256(token(name).encode()).hexdigest()
    return {"name": name, "tokens": [{"id": "t", "sha256": digest}], "grants": grants, "limits": json.loads(limits)}


ROOT = principal("root", [{"verbs": ["read", "append"], "logs": ["*"]}])
CHIEF = principal("chief", [{"verbs": ["read", "append", "node", "lease", "admin"], "logs": ["*", "_*"]}])
# May be one of two nodes, and take one of two leases.
NODE = principal("node", [{"verbs": ["read"], "logs": ["default"], "channels": ["room-*"]},
                          {"verbs": ["node"], "logs": ["default"], "nodes": ["mine"]}, {"verbs": ["lease"], "leases": ["mine"]}])
ALICE_GRANTS = [{"verbs": ["read", "append"], "logs": ["default"], "channels": ["room-*"]}]
EXPIRED = principal("late", ALICE_GRANTS)
EXPIRED["tokens"][0]["expires"] = "2001-01-01T00:00:00Z"


def signed_in(name):
    return ("-H", f"Authorization: Bearer {token(name)}")


class HttpAccessTest(unittest.TestCase):
    reloads = 0

    def setUp(self):
        self.file = os.path.join(self.enterContext(tempfile.TemporaryDirectory()), "access.yaml")
        prometheus = principal("prometheus", [{"verbs": ["read"], "logs": ["_system"]}])
        self.write([ROOT, CHIEF, NODE, EXPIRED, prometheus, principal("nobody", []), principal("alice", ALICE_GRANTS)])
        self.log = self.enterContext(tempfile.TemporaryFile("w+"))
        self.server = self.enterContext(Replogd("--access-file", self.file, http_listen="127.0.0.1:0", stderr=self.log))
        for channel in ("room-1", "secret", "room-2"):
            self.assertEqual(self.ask("root", f"/messages/{channel}", "--json", '{"text": "hello"}')[0], 200)

    def write(self, principals):
        with open(self.file + ".new", "w", encoding="utf-8") as new:
            json.dump({"principals": principals}, new)  # JSON is YAML
        os.replace(self.file + ".new", self.file)

    def log_lines(self):
        self.log.seek(0)
        return self.log.readlines()

    def replog(self, name, *arguments):
        subprocess.run([os.environ["REPLOG_CLI"], "--server", self.server.address, *arguments], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, "REPLOG_TOKEN": token(name)}, timeout=DEADLINE_S)

    def url(self, path):
        return f"http://{self.server.http_address}{path}"

    def ask(self, name, path, *arguments):
        return curl_json(self.url(path), *signed_in(name), *arguments)

    def refused(self, status, reason, path, *arguments):
        found, answer = curl_json(self.url(path), *arguments)
        self.assertEqual((found, answer["error"]["reason"]), (status, reason), path)

    def test_who_is_not_known_is_refused_everywhere_but_at_the_probes(self):
        wrong = ("-H", "Authorization: Bearer wrong-token-of-some-length")
        twice = (*signed_in("alice"), *signed_in("alice"))
        for path in ("/messages/room-1", "/replication-log/messages/room-1", "/v1/logs/default/messages",
                     "/messages/room-1/events", "/v1/logs/default/channels/room-1/messages", "/metrics"):
            self.refused(401, "UNAUTHENTICATED", path)
            self.refused(401, "UNAUTHENTICATED", path, *wrong)
            self.refused(401, "UNAUTHENTICATED", path, *twice)
            self.refused(401, "TOKEN_EXPIRED", path, *signed_in("late"))
        for path in ("/messages/room-1", "/v1/logs/default/records"):
            self.refused(401, "UNAUTHENTICATED", path, "--json", '{"text": "x"}')
        for path in ("/healthz", "/readyz"):
            self.assertEqual(curl_json(self.url(path))[0], 200)

    def test_what_is_not_granted_is_refused(self):
        for path in ("/messages/secret", "/messages/no-such-channel", "/messages/secret/events", "/v1/logs/other/messages",
                     "/v1/logs/_system/messages", "/metrics", "/v1/logs/other/messages/events"):
            self.refused(403, "PERMISSION_DENIED", path, *signed_in("alice"))
        self.refused(403, "PERMISSION_DENIED", "/v1/logs/default/messages", *signed_in("nobody"))
        self.refused(403, "PERMISSION_DENIED", "/messages/secret", *signed_in("alice"), "--json", '{"text": "x"}')
        batch = '{"records": [{"channel": "room-1", "text": "x"}, {"channel": "secret", "text": "x"}]}'
        self.refused(403, "PERMISSION_DENIED", "/v1/logs/default/records", *signed_in("alice"), "--json", batch)

    def test_metrics_are_for_who_may_read_the_system_log(self):
        self.refused(403, "PERMISSION_DENIED", "/metrics", *signed_in("root"))
        metrics = subprocess.run(["curl", "-sS", *signed_in("prometheus"), self.url("/metrics")], check=True,
                                 capture_output=True, text=True).stdout
        self.assertIn("replog_ready 1", metrics)

    def test_the_whole_log_shows_what_is_granted(self):
        page = self.ask("alice", "/v1/logs/default/messages")[1]
        self.assertEqual([record["channel"] for record in page["records"]], ["room-1", "room-2"])
        with Events(self.url("/v1/logs/default/messages/events"), *signed_in("alice")) as events:
            records, _ = events.records(2)
        self.assertEqual([record["channel"] for record in records], ["room-1", "room-2"])

    def test_what_the_console_asks_for_needs_a_token_and_a_grant(self):
        get = ("/v1/me", "/v1/history", "/v1/leases", "/v1/logs", "/v1/logs/default", "/v1/logs/default/channels",
               "/v1/logs/default/nodes", "/v1/logs/default/channels/room-1/table")
        post = ("/v1/logs/default/sync", "/v1/logs/default/audit")
        for path in get + post:
            body = ("--json", '{"sequence": "0"}' if path.endswith("sync") else "{}") if path in post else ()
            self.refused(401, "UNAUTHENTICATED", path, *body)
            self.refused(401, "TOKEN_EXPIRED", path, *signed_in("late"), *body)
            if path not in ("/v1/me", "/v1/history", "/v1/logs"):  # these show what there is to show: nothing
                self.refused(403, "PERMISSION_DENIED", path, *signed_in("nobody"), *body)
        for path in ("/v1/logs/default/channels/secret/table", "/v1/logs/other/channels", "/v1/logs/other/nodes", "/v1/logs/default/nodes",
                     "/v1/leases", "/v1/logs/default/messages?channel=secret", "/v1/logs/default/messages/events?channel=sec*"):
            self.refused(403, "PERMISSION_DENIED", path, *signed_in("alice"))
        self.refused(403, "PERMISSION_DENIED", "/v1/logs/default/audit", *signed_in("alice"), "--json", "{}")
        self.refused(403, "PERMISSION_DENIED", "/v1/logs/default/sync", *signed_in("alice"), "--json",
                     '{"key": {"channel": "secret", "key": "k"}}')
        self.refused(403, "PERMISSION_DENIED", "/v1/logs/default/sync", *signed_in("node"), "--json",
                     '{"sequence": "0", "nodes": ["other"]}')

    def test_the_page_itself_is_for_everybody(self):
        status, page = curl(self.url("/"))
        self.assertEqual(status, 200)
        self.assertIn(b"<title>replog</title>", page)

    def test_who_calls_sees_its_own_grants(self):
        self.assertEqual(self.ask("nobody", "/v1/me")[1]["grants"], [])
        me = self.ask("alice", "/v1/me")[1]
        self.assertEqual((me["principal"], me["accessControl"]), ("alice", True))
        self.assertEqual(me["grants"][0]["channels"], ["room-*"])
        self.assertNotIn("secret", json.dumps(me))

    def test_lists_show_what_is_granted(self):
        channels = self.ask("alice", "/v1/logs/default/channels?counts=1")[1]["channels"]
        self.assertEqual(channels, [{"name": "room-1", "records": "1"}, {"name": "room-2", "records": "1"}])
        # What is looked for is in a channel that is not.
        page = self.ask("alice", "/v1/logs/default/messages?contains=secret")[1]
        self.assertNotIn("records", page)
        for lease in ("mine", "other"):
            self.replog("chief", "lease", "acquire", lease, "--ttl", "60s")
        self.assertEqual([lease["name"] for lease in self.ask("node", "/v1/leases")[1]["leases"]], ["mine"])
        for node in ("mine", "other"):
            with Node(node, self.server, "--from", "0", environment={"REPLOG_TOKEN": token("chief")}) as tail:
                tail.next()
        self.assertEqual([node["node"] for node in self.ask("node", "/v1/logs/default/nodes")[1]["nodes"]], ["mine"])
        self.assertEqual(len(self.ask("chief", "/v1/logs/default/nodes")[1]["nodes"]), 2)
        _, answer = self.ask("node", "/v1/logs/default/sync", "--json", '{"sequence": "0", "timeout": "0s"}')
        self.assertEqual([node["node"] for node in answer["nodes"]], ["mine"])

    def history(self, name):
        status, history = self.ask(name, "/v1/history")
        self.assertEqual(status, 200)
        return history

    def test_the_last_hour_shows_what_is_granted(self):
        for node in ("mine", "other"):
            with Node(node, self.server, "--from", "0", environment={"REPLOG_TOKEN": token("chief")}) as tail:
                tail.next()
        deadline = time.monotonic() + DEADLINE_S
        while len(self.history("chief")["nodes"]) < 2:  # the server looks every 5 s
            self.assertLess(time.monotonic(), deadline)
        chief, node, alice, nobody = (self.history(name) for name in ("chief", "node", "alice", "nobody"))
        self.assertEqual([log["log"] for log in chief["logs"]], ["_system", "default"])
        self.assertIn("maxLag", chief["logs"][1])
        self.assertIn("diskFreeBytes", chief["server"])
        self.assertEqual(chief["alarms"], [])
        self.assertEqual([node["node"] for node in chief["nodes"]], ["mine", "other"])
        self.assertEqual([node["node"] for node in node["nodes"]], ["mine"])
        for history in (node, alice):
            self.assertEqual([log["log"] for log in history["logs"]], ["default"])
            self.assertNotIn("maxLag", history["logs"][0])
        self.assertEqual((nobody["logs"], nobody["nodes"], alice["nodes"]), ([], [], []))
        for history in (node, alice, nobody):
            self.assertNotIn("server", history)
            self.assertNotIn("alarms", history)

    def test_audits_are_taken_note_of(self):
        for name in ("chief", "alice"):
            self.ask(name, "/v1/logs/default/audit", "--json", "{}")
        deadline = time.monotonic() + DEADLINE_S
        # The log is written beside the answers.
        while len(lines := [line for line in self.log_lines() if "LogAdmin/Audit" in line and line.endswith("\n")]) < 2:
            self.assertLess(time.monotonic(), deadline, lines)
        for line, principal_name, outcome in zip(lines, ("chief", "alice"), ("NO_EXPECTED_NODES", "PERMISSION_DENIED")):
            self.assertIn(f"principal={principal_name} ", line)
            self.assertIn(f"outcome={outcome}", line)

    def test_a_reload_ends_the_events_that_are_no_longer_granted(self):
        with Events(self.url("/messages/room-1/events"), *signed_in("alice")) as events:
            self.assertEqual(events.records(1)[0][0]["channel"], "room-1")
            self.write([ROOT, principal("alice", [{"verbs": ["read"], "logs": ["default"], "channels": ["room-2"]}])])
            self.server.process.send_signal(signal.SIGHUP)
            self.assertIn("GRANT_REVOKED", events.next_of("end")["data"])

    EVERYTHING = [{"verbs": ["read", "append", "node", "admin"], "logs": ["*"], "nodes": ["*"]}]

    def test_a_reload_ends_the_question_for_a_token_that_is_no_longer_granted(self):
        record = {"channel": "tokens", "key": hashlib.sha256(b"a-token").hexdigest(), "text": "x"}
        self.reload([principal("bob", self.EVERYTHING)])
        self.assertEqual(self.ask("bob", "/v1/logs/default/records", "--json", json.dumps({"records": [record]}))[0], 200)
        self.revoked_while_it_waits("/v1/synced?nodes=n&timeout=10s", "-H", "X-Auth-Token: a-token")

    def test_a_reload_ends_a_barrier_that_is_no_longer_granted(self):
        self.revoked_while_it_waits("/v1/logs/default/sync", "--json", '{"sequence": "0", "nodes": ["n"], "timeout": "10s"}')

    def test_a_reload_ends_an_audit_that_is_no_longer_granted(self):
        with self.node("n"):
            self.revoked_while_it_waits("/v1/logs/default/audit", "--json", '{"nodes": ["n"], "timeout": "10s"}')

    @contextlib.contextmanager
    def node(self, name):
        """One that follows and then stands still."""
        self.reload([principal("bob", self.EVERYTHING)])
        command = [os.environ["REPLOG_CLI"], "--server", self.server.address, "tail", "--node", name]
        with subprocess.Popen(command, env={**os.environ, "REPLOG_TOKEN": token("bob")}, stdout=subprocess.PIPE) as process:
            try:
                process.stdout.readline()
                process.send_signal(signal.SIGSTOP)
                yield
            finally:
                process.kill()

    def revoked_while_it_waits(self, path, *arguments):
        bob = principal("bob", self.EVERYTHING)
        status, answer = 403, {"error": {"reason": "PERMISSION_DENIED"}}
        # Nobody announces that it waits: when it came too late it was refused, and is made again.
        while answer.get("error", {}).get("reason") == "PERMISSION_DENIED":
            self.reload([bob, principal("ana", self.EVERYTHING)])
            with concurrent.futures.ThreadPoolExecutor() as pool:
                question = pool.submit(self.ask, "ana", path, *arguments)
                self.reload([bob, principal("ana", [])])
                status, answer = question.result()
        self.assertEqual(status, 403, answer)
        self.assertEqual(answer["error"]["reason"], "GRANT_REVOKED")

    def reload(self, principals):
        """Returns once the server goes by them: what only `probe` may, nobody may before. There is no event for it."""
        self.reloads += 1
        probe = f"probe-{self.reloads}"
        self.write([*principals, principal(probe, [{"verbs": ["read"], "logs": ["*"]}])])
        self.server.process.send_signal(signal.SIGHUP)
        while self.ask(probe, "/v1/logs/default/messages")[0] != 200:
            pass


if __name__ == "__main__":
    unittest.main()
