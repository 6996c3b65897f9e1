"""Who may ask for what over HTTP: the same file and the same grants as over gRPC."""

import concurrent.futures
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "python"))
from curl import Events, curl_json  # pylint: disable=wrong-import-position
from replogd import Replogd  # pylint: disable=wrong-import-position


def token(name):
    return f"the-secret-token-of-{name}"


def principal(name, grants, limits="{}"):
    digest = hashlib.sha256(token(name).encode()).hexdigest()
    return {"name": name, "tokens": [{"id": "t", "sha256": digest}], "grants": grants, "limits": json.loads(limits)}


ROOT = principal("root", [{"verbs": ["read", "append"], "logs": ["*"]}])
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
        self.write([ROOT, EXPIRED, prometheus, principal("nobody", []), principal("alice", ALICE_GRANTS)])
        self.server = self.enterContext(Replogd("--access-file", self.file, http_listen="127.0.0.1:0"))
        for channel in ("room-1", "secret", "room-2"):
            self.assertEqual(self.ask("root", f"/messages/{channel}", "--json", '{"text": "hello"}')[0], 200)

    def write(self, principals):
        with open(self.file + ".new", "w", encoding="utf-8") as new:
            json.dump({"principals": principals}, new)  # JSON is YAML
        os.replace(self.file + ".new", self.file)

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

    def test_a_reload_ends_the_events_that_are_no_longer_granted(self):
        with Events(self.url("/messages/room-1/events"), *signed_in("alice")) as events:
            self.assertEqual(events.records(1)[0][0]["channel"], "room-1")
            self.write([ROOT, principal("alice", [{"verbs": ["read"], "logs": ["default"], "channels": ["room-2"]}])])
            self.server.process.send_signal(signal.SIGHUP)
            self.assertIn("GRANT_REVOKED", events.next_of("end")["data"])

    def test_a_reload_ends_the_question_for_a_token_that_is_no_longer_granted(self):
        everything = [{"verbs": ["read", "append", "node"], "logs": ["*"], "nodes": ["*"]}]
        bob = principal("bob", everything)
        self.reload([bob, principal("ana", everything)])
        record = {"channel": "tokens", "key": hashlib.sha256(b"a-token").hexdigest(), "text": "x"}
        self.assertEqual(self.ask("bob", "/v1/logs/default/records", "--json", json.dumps({"records": [record]}))[0], 200)
        status, answer = 403, {"error": {"reason": "PERMISSION_DENIED"}}
        # Nobody announces that it waits: when it came too late it was refused, and is made again.
        while answer.get("error", {}).get("reason") == "PERMISSION_DENIED":
            self.reload([bob, principal("ana", everything)])
            with concurrent.futures.ThreadPoolExecutor() as pool:
                question = pool.submit(self.ask, "ana", "/v1/synced?nodes=n&timeout=10s", "-H", "X-Auth-Token: a-token")
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
