"""The README's lines for a terminal, typed as they stand there, with grpcurl and no .proto file: by reflection."""

import json
import os
import re
import subprocess
import sys
import unittest
from datetime import datetime, timedelta, timezone

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))
import grpcurl  # pylint: disable=wrong-import-position
from replogd import Replogd  # pylint: disable=wrong-import-position

LOG = "replog.v1.ReplicationLog"
APPEND = '{"records":[{"channel":"default-channel","text":"Hello everyone!"}]}'
DEADLINE_S = 60  # ends a test that hangs

# Exit codes of grpcurl are 64 + the gRPC code.
INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION = 64 + 3, 64 + 5, 64 + 9


def setUpModule():
    grpcurl.require()


def by_json_name(value):
    """With keys like firstSequence, whichever grpcurl shows: the C++ reflection service sends it no JSON names."""
    if isinstance(value, list):
        return [by_json_name(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {re.sub("_(.)", lambda match: match[1].upper(), key): by_json_name(item) for key, item in value.items()}


class GrpcurlTest(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Replogd())

    def command(self, *words, data=None):
        flags = ["-d", data] if data is not None else []
        return [grpcurl.PROGRAM, "-plaintext", *flags, self.server.address, *words]

    def run_grpcurl(self, *words, data=None):
        return subprocess.run(self.command(*words, data=data), capture_output=True, text=True, timeout=DEADLINE_S,
                              check=False)

    def output(self, *words, data=None):
        result = self.run_grpcurl(*words, data=data)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def call(self, method, data):
        return by_json_name(json.loads(self.output(method, data=data)))

    def refusal(self, data, code):
        result = self.run_grpcurl(LOG + "/Append", data=data)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stderr

    # ---- reflection

    def test_list_shows_the_services(self):
        services = self.output("list").split()
        for service in (LOG, "replog.v1.LogAdmin", "replog.v1.Leases", "grpc.health.v1.Health"):
            self.assertIn(service, services)

    def test_describe_shows_calls_and_fields(self):
        self.assertIn("rpc Subscribe ( .replog.v1.SubscribeRequest ) returns ( stream .replog.v1.SubscribeResponse )",
                      self.output("describe", LOG))
        self.assertIn("map<string, string> headers = 7", self.output("describe", "replog.v1.NewRecord"))

    # ---- append and subscribe

    def test_the_first_append_shows_sequence_zero(self):
        answer = self.call(LOG + "/Append", APPEND)
        self.assertEqual((answer["firstSequence"], answer["lastSequence"]), ("0", "0"))
        self.assertEqual(answer["durability"], "DURABILITY_SYNC")
        self.assertEqual(answer["position"]["nextSequence"], "1")

    def test_subscribe_replays_the_record(self):
        self.call(LOG + "/Append", APPEND)
        frame = self.call(LOG + "/Subscribe", '{"untilSequence": 1}')
        record = frame["records"][0]
        self.assertEqual(record["sequence"], "0")
        self.assertEqual((record["channel"], record["text"]), ("default-channel", "Hello everyone!"))
        self.assertEqual(frame["nextSequence"], "1")

    def test_subscribe_as_typed_shows_the_record_and_goes_on(self):
        self.call(LOG + "/Append", APPEND)
        with subprocess.Popen(self.command(LOG + "/Subscribe", data="{}"), stdout=subprocess.PIPE, text=True) as tail:
            self.assertIn('"sequence": "0"', self.lines_until(tail, '"sequence"'))
            self.assertIn("Hello everyone!", self.lines_until(tail, '"text"'))
            self.call(LOG + "/Append", APPEND)
            self.assertIn('"sequence": "1"', self.lines_until(tail, '"sequence"'))
            tail.kill()

    def lines_until(self, process, wanted):
        """The next line of the output that has `wanted` in it."""
        for line in process.stdout:
            if wanted in line:
                return line
        self.fail(f"the output ended before {wanted}")

    # ---- keys

    def test_a_key_is_put_looked_up_and_followed(self):
        put = '{"records":[{"channel":"users","key":"alice","text":"blue"}],"conditions":{"keys":[%s]}}'
        absent = put % '{"channel":"users","key":"alice","absent":true}'
        self.call(LOG + "/Append", absent)
        self.assertIn("CONDITION_FAILED", self.refusal(absent, FAILED_PRECONDITION))
        answer = self.call(LOG + "/Lookup", '{"channel":"users","keys":["alice"]}')
        self.assertEqual(answer["records"][0]["text"], "blue")
        with subprocess.Popen(self.command(LOG + "/Subscribe", data='{"table":true}'), stdout=subprocess.PIPE,
                              text=True) as table:
            self.assertIn("blue", self.lines_until(table, '"text"'))
            table.kill()

    # ---- nodes

    def test_a_value_expires(self):
        tomorrow = (datetime.now(timezone.utc) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        record = {"channel": "sessions", "key": "bob", "text": "token", "expires": tomorrow}
        self.call(f"{LOG}/Append", json.dumps({"records": [record]}))
        found = self.call(f"{LOG}/Lookup", '{"channel":"sessions","keys":["bob"]}')["records"][0]
        self.assertEqual((found["text"], found["expires"]), ("token", tomorrow))
        record["expires"] = "2020-01-02T03:04:05Z"
        self.assertIn("2020-01-02T03:04:05", self.refusal(json.dumps({"records": [record]}), INVALID_ARGUMENT))

    def test_a_node_acknowledges_and_a_barrier_knows(self):
        self.call(LOG + "/Append", APPEND)
        answer = self.call(LOG + "/Acknowledge", '{"node":"a","nextSequence":1}')
        self.assertEqual(answer, {"cursor": "1"})
        answer = self.call(LOG + "/AwaitSync", '{"sequence":0,"timeout":"2s"}')
        self.assertEqual(answer["outcome"], "SYNCED")
        nodes = self.call("replog.v1.LogAdmin/ListNodes", "{}")["nodes"]
        self.assertEqual([(node["node"], node["state"], node["cursor"]) for node in nodes], [("a", "GONE", "1")])

    # ---- appending once

    def test_the_readmes_lines_on_appending_once(self):
        order = '{"records":[{"channel":"orders","id":"order-17","text":"two books"}]}'
        self.assertEqual(self.call(LOG + "/Append", order)["firstSequence"], "0")
        again = self.call(LOG + "/Append", order)
        self.assertEqual(again["results"], [{"outcome": "DUPLICATE", "sequence": "0"}])
        self.assertNotIn("firstSequence", again)
        loader = self.call(LOG + "/RegisterProducer", '{"name":"loader"}')
        self.assertEqual((loader["epoch"], loader["nextSequence"]), ("1", "0"))
        stamped = ('{"producer":{"id":"%s","epoch":"1","first_sequence":"0"},'
                   '"records":[{"channel":"orders","text":"a"},{"channel":"orders","text":"b"}]}' % loader["id"])
        self.assertEqual(self.call(LOG + "/Append", stamped)["producerNextSequence"], "2")
        again = self.call(LOG + "/Append", stamped)
        self.assertEqual([result["sequence"] for result in again["results"]], ["1", "2"])
        self.call(LOG + "/RegisterProducer", '{"name":"loader"}')
        self.assertIn("PRODUCER_FENCED", self.refusal(stamped, FAILED_PRECONDITION))

    # ---- leases

    def test_a_lease_is_acquired_and_fences_appends(self):
        leases = "replog.v1.Leases"
        acquire = '{"name":"leader","holder":"node-1","ttl":"10s"}'
        older = self.call(leases + "/Acquire", acquire)["lease"]["token"]
        self.assertEqual(self.call(leases + "/Release", json.dumps({"token": older})), {})
        lease = self.call(leases + "/Acquire", acquire)["lease"]
        self.assertEqual((lease["holder"], lease["ttl"]), ("node-1", "10s"))
        token = lease["token"]["sequence"]
        append = '{"records":[{"channel":"jobs","text":"done"}],"conditions":{"lease":{"name":"leader","sequence":%s}}}'
        self.call(LOG + "/Append", append % token)
        self.assertIn("LEASE_FENCED", self.refusal(append % older["sequence"], FAILED_PRECONDITION))
        got = self.call(leases + "/Get", '{"name":"leader"}')["lease"]
        self.assertEqual(got["holder"], "node-1")
        watched = self.call(LOG + "/Read", '{"log":"_system","channels":["leases"]}')["records"]
        self.assertEqual([(record["key"], record.get("deleted", False)) for record in watched],
                         [("leader", False), ("leader", True), ("leader", False)])
        self.assertEqual(watched[-1]["sequence"], token)
        self.assertEqual([held["name"] for held in self.call(leases + "/List", "{}")["leases"]], ["leader"])
        lease_token = json.dumps({"token": lease["token"]})
        self.call(leases + "/Renew", lease_token)
        self.assertEqual(self.call(leases + "/Release", lease_token), {})
        self.assertEqual(self.call(leases + "/Get", '{"name":"leader"}'), {})

    # ---- health

    def test_health_is_serving(self):
        for service in ("", LOG):
            answer = self.call("grpc.health.v1.Health/Check", json.dumps({"service": service}))
            self.assertEqual(answer, {"status": "SERVING"}, service)

    # ---- refusals

    def test_an_unknown_log_is_not_found(self):
        said = self.refusal('{"log": "no-such-log", "records": [{"channel": "c", "text": "t"}]}', NOT_FOUND)
        self.assertIn("NotFound", said)
        self.assertIn("LOG_NOT_FOUND", said)
        self.assertIn("no-such-log", said)

    def test_an_empty_batch_is_refused(self):
        self.assertIn("EMPTY_BATCH", self.refusal("{}", INVALID_ARGUMENT))

    def test_a_backup_begins_with_its_manifest(self):
        result = self.run_grpcurl("replog.v1.LogAdmin/Backup", data="{}")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn('"storage_id"', result.stdout)
        self.assertIn('"sha256"', result.stdout)

    def test_a_channel_with_a_star_is_refused_by_name(self):
        said = self.refusal('{"records": [{"channel": "c*", "text": "t"}]}', INVALID_ARGUMENT)
        self.assertIn("INVALID_FIELD", said)
        self.assertIn("channel", said)


if __name__ == "__main__":
    unittest.main()
