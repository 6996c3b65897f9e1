"""Webhooks over HTTP: signed deliveries become records, once each, and every copy of the table has them.

The sender is Python's own hmac; the copies are three processes of the README's shared map.
"""

import hashlib
import hmac
import http.client
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))
from logged_replogd import LoggedReplogd  # pylint: disable=wrong-import-position

DEADLINE_S = 60  # ends a test that hangs
SHARED_MAP = os.path.join(os.path.dirname(os.environ["REPLOG_CLI"]), "shared-map")
SECRET = "It's a Secret to Everybody"
WEBHOOKS = """
webhooks:
- name: datafiles
  secret_file: datafiles.secret
  signature: {header: X-Hub-Signature-256, prefix: sha256=}
  delivery_id: {header: X-GitHub-Delivery}
  channel: map
  key: {pointer: /project}
  content: {pointer: /datafile}
  events: {header: X-GitHub-Event, allow: [push]}
  max_body_bytes: 10000
- name: pay
  secret_file: [new.secret, datafiles.secret]
  signature: {header: Stripe-Signature, prefix: v1=, separator: ",", signed: "{timestamp}.{body}",
              timestamp_header: Stripe-Signature, timestamp_prefix: t=, tolerance: 60s}
  delivery_id: body_sha256
  channel: payments
- name: slow
  secret_file: datafiles.secret
  signature: {header: X-Hub-Signature-256, prefix: sha256=}
  delivery_id: body_sha256
  channel: slow
  requests_per_second: 1
"""


def sign(body, secret=SECRET):
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def datafile(project, content):
    return json.dumps({"project": project, "datafile": content}).encode()


class SharedMap:
    """One process that holds the map, with the changes that it has seen."""

    def __init__(self, address):
        self.process = subprocess.Popen([SHARED_MAP, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.changes = queue.Queue()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.changes.put(line.strip())

    def change(self):
        return self.changes.get(timeout=DEADLINE_S)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdin.close()
        self.process.stdout.close()


class WebhooksTest(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.write("datafiles.secret", SECRET + "\n")
        self.write("new.secret", "a new secret\n")
        self.write("webhooks.yaml", WEBHOOKS)
        self.server = self.enterContext(
            LoggedReplogd("--webhooks-file", os.path.join(self.folder, "webhooks.yaml"), http_listen="127.0.0.1:0"))

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def post(self, name, body, headers):
        """Status, JSON and header fields of the answer."""
        connection = http.client.HTTPConnection(self.server.http_address, timeout=DEADLINE_S)
        try:
            connection.request("POST", f"/v1/webhooks/{name}", body, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read()), answer.headers
        finally:
            connection.close()

    def deliver(self, body, delivery, **headers):
        return self.post("datafiles", body, {"X-Hub-Signature-256": sign(body), "X-GitHub-Delivery": delivery,
                                             "X-GitHub-Event": "push", **headers})

    def pay(self, body, time_s, secret=SECRET):
        signature = hmac.new(secret.encode(), f"{time_s}.".encode() + body, hashlib.sha256).hexdigest()
        return self.post("pay", body, {"Stripe-Signature": f"t={time_s},v1={signature}"})

    def records(self):
        """The log, by the command."""
        result = subprocess.run([os.environ["REPLOG_CLI"], "--json", "read"], check=True, capture_output=True, text=True,
                                env={**os.environ, "REPLOG_SERVER": self.server.address}, timeout=DEADLINE_S)
        return [json.loads(line) for line in result.stdout.splitlines()]

    def refused(self, expected, answer):
        status, body, _ = answer
        self.assertEqual((status, body["error"]["reason"]), expected, body)
        return body["error"]

    def test_a_datafile_reaches_every_copy_once_whatever_is_killed(self):
        maps = [SharedMap(self.server.address) for _ in range(3)]
        self.addCleanup(lambda: [shared.kill() for shared in maps])
        body = datafile("shop", '{"rollout":50}')
        status, first, _ = self.deliver(body, "d-1")
        self.assertEqual(status, 200, first)
        self.assertFalse(first["duplicate"])
        for shared in maps:
            self.assertEqual(shared.change(), 'shop={"rollout":50}')
        status, again, _ = self.deliver(body, "d-1")
        self.assertEqual((status, again["duplicate"], again["sequence"]), (200, True, first["sequence"]))
        self.server.kill()
        self.server.start(self.server.address)
        status, again, _ = self.deliver(body, "d-1")
        self.assertEqual((status, again["duplicate"], again["sequence"]), (200, True, first["sequence"]))
        status, _, _ = self.deliver(datafile("shop", '{"rollout":100}'), "d-2")
        self.assertEqual(status, 200)
        for shared in maps:
            self.assertEqual(shared.change(), 'shop={"rollout":100}', "once, and the next one after the kill")
        self.assertEqual(len(self.records()), 2)

    def test_what_is_not_signed_is_refused_with_one_answer(self):
        body = datafile("shop", "x")
        good = {"X-GitHub-Delivery": "d", "X-GitHub-Event": "push"}
        answers = [
            self.post("datafiles", body, good),
            self.post("datafiles", body, {**good, "X-Hub-Signature-256": sign(body, "another")}),
            self.post("datafiles", body + b" ", {**good, "X-Hub-Signature-256": sign(body)}),
            self.post("datafiles", b"not even JSON", {**good, "X-Hub-Signature-256": "sha256=zz"}),
        ]
        errors = [self.refused((401, "BAD_SIGNATURE"), answer) for answer in answers]
        self.assertEqual(errors, errors[:1] * len(errors))
        self.refused((404, "WEBHOOK_NOT_FOUND"), self.post("other", body, {"X-Hub-Signature-256": sign(body)}))
        self.assertEqual(self.records(), [])

    def test_what_the_header_alone_tells_is_refused_before_the_body_comes(self):
        def refused(expected, name, length, signature=None):
            connection = http.client.HTTPConnection(self.server.http_address, timeout=DEADLINE_S)
            try:
                connection.putrequest("POST", f"/v1/webhooks/{name}")
                connection.putheader("Content-Type", "application/json")
                connection.putheader("Content-Length", str(length))
                if signature:
                    connection.putheader("X-Hub-Signature-256", signature)
                connection.endheaders()
                answer = connection.getresponse()
                return self.refused(expected, (answer.status, json.loads(answer.read()), answer.headers))
            finally:
                connection.close()

        refused((404, "WEBHOOK_NOT_FOUND"), "other", 5, sign(b"x"))
        error = refused((413, "TOO_LARGE"), "datafiles", 10001, sign(b"x"))
        self.assertEqual((error["limit"], error["value"]), ("10000", "10001"))
        refused((401, "BAD_SIGNATURE"), "datafiles", 5)
        refused((401, "BAD_SIGNATURE"), "datafiles", 5, "md5=00")

    def test_refused_signatures_are_logged_with_the_peer_and_do_not_flood_the_log(self):
        self.post("datafiles", b"x", {})
        self.assertRegex(self.server.await_log("call denied .*POST /v1/webhooks/datafiles"), r"peer=127\.0\.0\.1:\d+")
        # So many in a second; the first of the next one says how many were left out.
        while not any("suppressed=" in line for line in self.server.lines):
            self.post("datafiles", b"x", {})

    def test_more_deliveries_than_a_webhook_may_send_are_refused_and_those_of_strangers_do_not_count(self):
        def deliver(number, secret=SECRET):
            body = b"delivery %d" % number
            return self.post("slow", body, {"X-Hub-Signature-256": sign(body, secret)})

        for number in range(20):
            self.refused((401, "BAD_SIGNATURE"), deliver(number, "another"))
        answers = [deliver(0)]
        self.assertEqual(answers[0][0], 200, answers[0])
        while answers[-1][0] == 200:
            answers.append(deliver(len(answers)))
        error = self.refused((429, "RATE_LIMITED"), answers[-1])
        self.assertIn("webhook:slow", error["message"])
        self.assertEqual(answers[-1][2]["Retry-After"], "1")
        self.assertEqual(self.deliver(datafile("shop", "x"), "d")[0], 200, "others are not held up")

    def test_a_replayed_delivery_is_refused_when_it_is_old_and_else_a_duplicate(self):
        now = int(time.time())
        status, first, _ = self.pay(b'{"paid":1}', now)
        self.assertEqual(status, 200, first)
        status, again, _ = self.pay(b'{"paid":1}', now)
        self.assertEqual((status, again["duplicate"], again["sequence"]), (200, True, first["sequence"]))
        self.refused((401, "BAD_SIGNATURE"), self.pay(b'{"paid":1}', now - 3600))
        self.refused((401, "BAD_SIGNATURE"), self.pay(b'{"paid":1}', now + 3600))
        self.assertEqual(len(self.records()), 1)

    def test_what_cannot_be_mapped_is_refused_by_name(self):
        self.refused((400, "INVALID_FIELD"), self.deliver(b'{"project":[],"datafile":1}', "d"))
        error = self.refused((400, "INVALID_FIELD"), self.deliver(b'{"datafile":1}', "d"))
        self.assertEqual(error["message"], "key: /project of the body is missing")
        error = self.refused((400, "INVALID_FIELD"), self.deliver(datafile("shop", "x"), ""))
        self.assertEqual(error["message"], "delivery_id: the header X-GitHub-Delivery is missing")
        self.refused((400, "MALFORMED"), self.deliver(b"{", "d"))
        self.refused((413, "TOO_LARGE"), self.deliver(datafile("shop", "x" * 10000), "d"))
        self.refused((415, "UNSUPPORTED_MEDIA_TYPE"), self.deliver(datafile("shop", "x"), "d", **{"Content-Type": "text/plain"}))
        status, answer, _ = self.deliver(datafile("shop", "x"), "d", **{"X-GitHub-Event": "ping"})
        self.assertEqual((status, answer), (200, {"ignored": True}))
        self.assertEqual(self.records(), [])

    def test_secrets_are_changed_without_a_gap(self):
        now = int(time.time())
        self.assertEqual(self.pay(b"1", now)[0], 200)
        self.assertEqual(self.pay(b"2", now, "a new secret")[0], 200)
        self.write("webhooks.yaml", WEBHOOKS.replace("[new.secret, datafiles.secret]", "new.secret"))
        self.server.process.send_signal(signal.SIGHUP)
        # There is no event for a reload that has happened.
        deadline = time.monotonic() + DEADLINE_S
        while self.pay(b"3", now)[0] == 200 and time.monotonic() < deadline:
            time.sleep(0.01)
        self.refused((401, "BAD_SIGNATURE"), self.pay(b"3", now))
        self.assertEqual(self.pay(b"4", now, "a new secret")[0], 200)

    def test_a_file_that_is_wrong_is_refused_at_the_start_and_changes_nothing_at_a_reload(self):
        self.write("webhooks.yaml", WEBHOOKS.replace("channel: map", "chanel: map"))
        self.server.process.send_signal(signal.SIGHUP)
        body = datafile("shop", "x")
        self.assertEqual(self.deliver(body, "d")[0], 200)
        result = subprocess.run([os.environ["REPLOGD"], *self.server.flags, "--listen", "127.0.0.1:0", "--http-listen", "none", "--data",
                                 os.path.join(self.folder, "data")], check=False, capture_output=True, text=True, timeout=DEADLINE_S)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("webhooks.yaml:7: there is no key `chanel`; did you mean `channel`?", result.stderr)


if __name__ == "__main__":
    unittest.main()
