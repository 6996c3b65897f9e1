"""The `replog` command against a real server: the README's lines, what goes in comes out, exit codes."""

import gzip
import json
import os
import signal
import subprocess
import sys
import unittest
from datetime import datetime, timedelta, timezone

import grpc

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "python"))
from replogd import Replogd  # pylint: disable=wrong-import-position
from stubs import log_grpc, log_pb2  # pylint: disable=wrong-import-position

REPLOG = os.environ["REPLOG_CLI"]
DEADLINE_S = 120  # ends a test that hangs
OK, FAILED, USAGE, UNREACHABLE = 0, 1, 2, 3
PARTIALLY_SYNCED, NOT_SYNCED, SYNC_TIMEOUT = 4, 5, 6  # of sync


def chat_lines():
    """Real chat where there is some beside the repository, else lines that are as awkward."""
    real = os.path.join(HERE, "..", "..", "..", "..", "shared", "data", "irc.jsonl.gz")
    if os.path.exists(real):
        with gzip.open(real, "rt", encoding="utf-8", newline="\n") as lines:
            return [line for _, line in zip(range(20_000), lines)]
    texts = ["Hello everyone!", "", "ünïcödé 🎉", '"quoted" \\ and\ttabbed', "\u2028 line separator", "x" * 5000]
    return [json.dumps({"channel": f"#room-{i % 7}", "user": f"user{i % 50}", "time": f"2026-11-21T00:00:{i % 60:02}Z",
                        "text": f"{texts[i % len(texts)]} {i}"}, ensure_ascii=i % 2 == 0) + "\n" for i in range(3_000)]


class CommandTest(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Replogd())

    def replog(self, *words, stdin=None, server=None):
        environment = {**os.environ, "REPLOG_SERVER": server or self.server.address}
        return subprocess.run([REPLOG, *words], input=stdin, capture_output=True, text=True, timeout=DEADLINE_S,
                              env=environment, check=False)

    def ends(self, code, *words, **options):
        """Runs it, expects the exit code, gives what it printed."""
        result = self.replog(*words, **options)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout if code == OK else result.stdout + result.stderr

    def records(self, *words):
        # Not splitlines(): some of what it takes for the end of a line may stand in a text.
        return [json.loads(line) for line in self.ends(OK, "--json", *words).split("\n") if line]

    # ---- what it is

    def test_the_programs_tell_their_version(self):
        for program in (REPLOG, os.environ["REPLOGD"]):
            said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=DEADLINE_S, check=True)
            self.assertRegex(said.stdout, rf"^{os.path.basename(program)} \d+\.\d+\.\d+( \(\S+\))?\n$")

    # ---- what goes in comes out

    def test_json_lines_come_back_in_order_also_after_a_kill(self):
        lines = chat_lines()
        self.ends(OK, "append", "--json", "--header", "user", "--header", "time", stdin="".join(lines))
        self.server.kill()
        self.server.start()
        found = self.records("tail", "--from", "0", "--until-end")
        self.assertEqual([record["sequence"] for record in found], list(range(len(lines))))
        for record, line in zip(found, lines):
            sent = json.loads(line)
            self.assertEqual((record["channel"], record["text"]), (sent["channel"], sent["text"]))
            self.assertEqual(record["headers"], {"user": sent["user"], "time": sent["time"]})

    def test_lines_of_text_go_to_a_channel(self):
        self.ends(OK, "append", "room-1", stdin="one\ntwo\n")
        self.ends(OK, "append", "room-1", "good morning")
        found = self.records("read", "--backward", "--limit", "2", "--channel", "room-1")
        self.assertEqual([record["text"] for record in found], ["good morning", "two"])

    # ---- appending once

    def test_the_readmes_lines_on_appending_once(self):
        orders = "".join(json.dumps({"order": f"order-{i}", "text": "two books"}) + "\n" for i in range(100))
        load = ["--json", "append", "orders", "--header", "order", "--id-header", "order"]
        self.assertEqual(json.loads(self.ends(OK, *load, stdin=orders))["acknowledged"], 100)
        again = json.loads(self.ends(OK, *load, stdin=orders + json.dumps({"order": "order-100"}) + "\n"))
        self.assertEqual((again["acknowledged"], again["duplicates"]), (101, 100))
        found = self.records("tail", "--from", "0", "--until-end")
        self.assertEqual([record["id"] for record in found], [f"order-{i}" for i in range(101)])
        self.ends(OK, "logs", "update", "default", "--dedupe-window", "1h")
        self.assertEqual(json.loads(self.ends(OK, "--json", "logs", "show", "default"))["dedupe_window_ms"], 3_600_000)

    def test_a_load_that_was_killed_goes_on_where_it_was(self):
        lines = [f"word-{i}" for i in range(200_000)]
        words = ["append", "words", "--producer", "loader", "--resume"]
        command = subprocess.Popen([REPLOG, *words], stdin=subprocess.PIPE, text=True,
                                   env={**os.environ, "REPLOG_SERVER": self.server.address})
        command.stdin.write("\n".join(lines[:50_000]) + "\n")
        command.stdin.flush()
        while int(self.records("logs", "show", "default")[0]["committed_end"]) < 1_000:
            pass
        command.kill()
        command.wait()
        command.stdin.close()
        said = json.loads(self.ends(OK, "--json", "append", "words", "--producer", "loader", "--resume",
                                    stdin="".join(json.dumps({"text": line}) + "\n" for line in lines)))
        self.assertGreaterEqual(said["skipped"], 1_000)
        self.assertEqual(said["skipped"] + said["acknowledged"], len(lines))
        found = self.records("tail", "--from", "0", "--until-end")
        self.assertEqual([record["text"] for record in found], lines)

    def test_a_producers_name_is_for_one_at_a_time(self):
        self.ends(OK, "append", "words", "--producer", "loader", "one", "two")
        self.ends(OK, "append", "words", "--producer", "loader", "--resume", "one", "two", "three")
        self.assertEqual([record["text"] for record in self.records("read")], ["one", "two", "three"])

    def test_what_does_not_go_together_is_refused(self):
        for words in (["--resume"], ["--id-header", "order"], ["--producer", "p", "--at-most-once"]):
            self.ends(USAGE, "append", "words", *words, "text")
        resumed = ["append", "words", "--json", "--producer", "p", "--resume"]
        self.ends(USAGE, *resumed, "--header", "order", "--id-header", "order", stdin='{"order": "7"}\n')
        self.assertIn("--resume", self.ends(USAGE, *resumed, stdin='{"text": "t", "id": "7"}\n'))
        self.ends(OK, "append", "words", "--at-most-once", "text")
        self.assertIn("id", self.ends(USAGE, "append", "words", "--json", stdin='{"text": "t", "id": ""}\n'))

    # ---- keys

    def test_the_readmes_lines_on_keys(self):
        self.ends(OK, "put", "users", "alice", '{"color":"blue"}')
        self.assertEqual(self.records("get", "users", "alice")[0]["text"], '{"color":"blue"}')
        self.ends(OK, "put", "users", "alice", "red", "--if-sequence", "0")
        self.assertIn("CONDITION_FAILED", self.ends(FAILED, "put", "users", "alice", "green", "--if-sequence", "0"))
        self.assertEqual([record["text"] for record in self.records("get", "users")], ["red"])
        self.ends(OK, "delete", "users", "alice")
        self.assertIn("alice", self.ends(FAILED, "get", "users", "alice"))

    def test_put_if_absent_writes_once(self):
        self.ends(OK, "put", "users", "bob", "first", "--if-absent")
        self.assertIn("CONDITION_FAILED", self.ends(FAILED, "put", "users", "bob", "second", "--if-absent"))
        self.assertEqual(self.records("get", "users", "bob")[0]["text"], "first")

    def test_a_stale_version_is_said_and_not_written(self):
        self.ends(OK, "put", "users", "carol", "seven", "--version", "7")
        said = json.loads(self.ends(FAILED, "--json", "put", "users", "carol", "six", "--version", "6"))
        self.assertEqual(said, {"outcome": "stale", "sequence": 0, "version": 7})
        kept = self.records("get", "users", "carol")[0]
        self.assertEqual((kept["text"], kept["version"]), ("seven", 7))

    def test_a_value_with_a_time_to_live_ends_with_a_tombstone(self):
        self.ends(OK, "put", "sessions", "bob", "token", "--ttl", "30s")  # the README's line
        kept = self.records("get", "sessions", "bob")[0]
        lives = datetime.fromisoformat(kept["expires"]) - datetime.fromisoformat(kept["time"])
        self.assertLessEqual(abs(lives.total_seconds()), 31)
        self.ends(OK, "put", "sessions", "eve", "token", "--version", "3", "--ttl", "3s")
        with subprocess.Popen([REPLOG, "--json", "tail"], stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "REPLOG_SERVER": self.server.address}) as tail:
            self.addCleanup(tail.kill)
            tombstone = next(record for record in map(json.loads, tail.stdout) if record.get("deleted"))
            tail.terminate()
        self.assertEqual((tombstone["key"], tombstone["version"]), ("eve", 3))
        self.assertIn("eve", self.ends(FAILED, "get", "sessions", "eve"))

    def test_json_lines_have_keys_and_times_to_expire(self):
        tomorrow = (datetime.now(timezone.utc) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S.25Z")
        line = json.dumps({"channel": "c", "key": "k", "text": "t", "version": 7, "expires": tomorrow})
        self.ends(OK, "append", "--json", stdin=line + "\n")
        for words in (["read"], ["tail", "--until-end"], ["get", "c"]):
            record = self.records(*words)[0]
            self.assertEqual((record["key"], record["version"], record["expires"]), ("k", 7, tomorrow))
        self.ends(OK, "append", "--json", stdin='{"channel":"c","key":"k","deleted":true}\n')
        self.assertEqual(self.records("get", "c"), [])

    def test_what_may_not_expire_is_refused_by_name(self):
        for words in (["--ttl", "0s"], ["--ttl", "4000d"], ["--ttl", "30"], ["--expires", "tomorrow"],
                      ["--ttl", "1s", "--expires", "2030-01-02T03:04:05Z"]):
            self.assertIn(words[0], self.ends(USAGE, "put", "c", "k", "t", *words))
        self.assertIn("server's time", self.ends(USAGE, "put", "c", "k", "t", "--expires", "2020-01-02T03:04:05Z"))
        self.assertIn("line 1", self.ends(USAGE, "append", "--json", stdin='{"channel":"c","expires":"soon"}\n'))
        self.assertEqual(self.records("get", "c"), [])

    def test_get_goes_through_all_keys_of_a_channel(self):
        lines = "".join(json.dumps({"channel": "k", "text": str(i)}) + "\n" for i in range(5))
        self.ends(OK, "append", "--json", stdin=lines)  # records without a key are not among them
        for i in range(30):
            self.ends(OK, "put", "k", f"key-{i:02}", str(i))
        self.assertEqual([record["key"] for record in self.records("get", "k")], [f"key-{i:02}" for i in range(30)])

    def test_tail_table_gives_the_table_and_then_the_log(self):
        for user, color in (("alice", "blue"), ("bob", "green"), ("alice", "red"), ("carol", "teal")):
            self.ends(OK, "put", "users", user, color)
        self.ends(OK, "delete", "users", "bob")
        self.ends(OK, "put", "others", "dave", "grey")
        self.ends(OK, "trim", "--yes", "--before", "6")
        found = self.records("tail", "--table", "--channel", "users", "--until-end")
        self.assertEqual([(record["key"], record["text"]) for record in found[:2]],
                         [("alice", "red"), ("carol", "teal")])
        self.assertEqual(found[2:], [{"event": "table_complete", "next_sequence": 6}])
        with subprocess.Popen([REPLOG, "--json", "tail", "--table"], stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "REPLOG_SERVER": self.server.address}) as tail:
            self.addCleanup(tail.kill)
            lines = (json.loads(line) for line in tail.stdout)
            self.assertEqual([next(lines)["key"] for _ in range(3)], ["dave", "alice", "carol"])
            self.assertEqual(next(lines)["event"], "table_complete")
            self.ends(OK, "delete", "users", "alice")
            self.assertTrue(next(lines)["deleted"])
            tail.terminate()

    def test_tail_table_says_on_standard_error_when_it_is_complete(self):
        self.ends(OK, "put", "users", "alice", "blue")
        result = self.replog("tail", "--table", "--until-end")
        self.assertEqual(result.returncode, OK)
        self.assertIn("users/alice", result.stdout)
        self.assertIn("complete, as of sequence 1", result.stderr)

    # ---- nodes

    def nodes(self, *words):
        return {node["node"]: node for node in self.records("nodes", *words)}

    def tail_as(self, node, *words):
        """A `replog tail` that is a node, and its records as they come."""
        tail = subprocess.Popen([REPLOG, "--json", "tail", "--node", node, *words], stdout=subprocess.PIPE, text=True,
                                env={**os.environ, "REPLOG_SERVER": self.server.address})
        self.addCleanup(tail.stdout.close)
        self.addCleanup(tail.wait)
        self.addCleanup(tail.kill)
        return tail, (json.loads(line) for line in tail.stdout)

    def test_a_tail_as_a_node_acknowledges_what_it_printed_and_goes_on_there(self):
        self.ends(OK, "append", "room", stdin="one\ntwo\n")
        self.ends(OK, "tail", "--node", "printer", "--until-end")
        self.assertEqual(self.records("cursor", "get", "printer"), [{"node": "printer", "cursor": 2}])
        self.ends(OK, "append", "room", "three")
        tail, lines = self.tail_as("printer", "--fleet", "printers", "--from-cursor")
        self.assertEqual(next(lines)["text"], "three")
        self.assertIn("SYNCED", self.ends(OK, "sync", "--fleet", "printers", "--timeout", "60s"))
        node = self.nodes("--fleet", "printers")["printer"]
        self.assertEqual((node["state"], node["cursor"], node["lag_records"]), ("TAILING", 3, 0))
        self.assertIn("NODE_CONNECTED", self.ends(FAILED, "nodes", "forget", "printer"))
        tail.terminate()
        self.assertEqual(tail.wait(timeout=DEADLINE_S), OK)
        self.assertIn("printer", self.ends(OK, "nodes"))
        self.assertEqual(self.nodes("--fleet", "others"), {})

    def test_the_newest_tail_of_a_name_owns_it(self):
        self.ends(OK, "append", "room", "one")
        tail, lines = self.tail_as("printer")
        next(lines)
        _, newer = self.tail_as("printer")
        next(newer)
        self.assertEqual(tail.wait(timeout=DEADLINE_S), FAILED)

    def test_cursors_are_set_and_nodes_forgotten(self):
        self.ends(OK, "append", "room", stdin="one\ntwo\nthree\n")
        self.assertIn("importer", self.ends(FAILED, "cursor", "get", "importer"))
        self.assertEqual(self.records("cursor", "set", "importer", "3"), [{"node": "importer", "cursor": 3}])
        self.assertIn("CURSOR_BACKWARDS", self.ends(FAILED, "cursor", "set", "importer", "0"))
        self.ends(OK, "cursor", "set", "importer", "0", "--allow-backwards")
        self.assertEqual(self.ends(OK, "cursor", "get", "importer"), "0\n")
        self.assertIn("PAST_THE_END", self.ends(FAILED, "cursor", "set", "importer", "4"))
        self.ends(OK, "nodes", "forget", "importer")
        self.assertIn("NODE_NOT_FOUND", self.ends(FAILED, "nodes", "forget", "importer"))

    def test_an_output_that_cannot_be_written_is_an_error(self):
        self.ends(OK, "append", "room", "one")
        for words in (["tail"], ["tail", "--json", "--until-end"], ["read"]):
            with open("/dev/full", "w", encoding="utf-8") as full:
                result = subprocess.run([REPLOG, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False,
                                        timeout=DEADLINE_S,
                                        env={**os.environ, "REPLOG_SERVER": self.server.address})
            self.assertEqual(result.returncode, FAILED, result.stderr)
            self.assertIn("cannot write the output", result.stderr)

    def test_bad_values_are_told_with_the_option_and_what_is_legal(self):
        put = ["put", "c", "k", "t"]
        for words, legal in ((put + ["--ttl", "-1s"], "3653d"), (put + ["--ttl", "30"], "5s"),
                             (put + ["--ttl", "4000d"], "3653d"), (put + ["--expires", "tomorrow"], "2030-01-02T"),
                             (["nodes", "--timeout", "0"], "0.5"), (["sync", "--timeout", "5"], "5s"),
                             (["logs", "create", "l", "--retention-age", "7 days"], "7d")):
            said = self.ends(USAGE, *words)
            for part in (words[-2], words[-1], legal):
                self.assertIn(part, said)

    def test_what_is_unknown_is_named(self):
        self.assertIn('"nodse"', self.ends(USAGE, "nodse"))
        self.assertIn('"nodse"', self.ends(USAGE, "--json", "nodse", "x"))
        self.assertIn('"shift"', self.ends(USAGE, "cursor", "shift", "a"))
        self.ends(OK, "append", "room", "one")
        self.assertIn('"gateways"', self.ends(FAILED, "sync", "--fleet", "gateways"))
        self.assertIn('"gateways"', self.ends(FAILED, "audit", "--fleet", "gateways"))
        self.assertIn('"a"', self.ends(FAILED, "sync", "--node", "a", "--origin", "a"))
        said = self.ends(FAILED, "trim", "--yes", "--before", "5")
        for part in ("field before_sequence", "value 5", "end_sequence 1"):
            self.assertIn(part, said)

    def test_a_flag_that_is_unknown_is_named_with_the_nearest_and_without_its_value(self):
        for words in (("append", "room", "hi", "--token-fil=s3cret"), ("--token-fil", "s3cret", "append", "room", "hi")):
            said = self.ends(USAGE, *words)
            self.assertIn("there is no flag --token-fil; did you mean --token-file?", said)
            self.assertNotIn("s3cret", said)

    def test_a_token_file_that_cannot_be_read_is_wrong_usage(self):
        said = self.ends(USAGE, "logs", "--token-file", "/nowhere/token")
        self.assertIn("--token-file", said)
        self.assertIn("/nowhere/token: No such file or directory", said)

    def test_every_command_has_an_example(self):
        self.assertIn("replog cursor get", self.ends(OK, "cursor", "--help"))

    def test_a_tombstone_with_a_body_is_refused(self):
        for body in ("text", "payload"):
            line = json.dumps({"channel": "c", "key": "k", "deleted": True, body: "AAAA"})
            self.assertIn(body, self.ends(USAGE, "append", "--json", stdin=line + "\n"))

    def test_sync_has_an_exit_code_for_each_outcome(self):
        self.assertIn("empty", self.ends(FAILED, "sync"))
        self.ends(OK, "put", "tokens", "alice", "secret")
        self.assertIn("NO_EXPECTED_NODES", self.ends(FAILED, "sync"))
        for node in ("a", "b"):
            self.ends(OK, "cursor", "set", node, "1")
        said = self.records("sync", "--channel", "tokens", "--key", "alice")[0]
        self.assertEqual((said["outcome"], said["sequence"]), ("SYNCED", 0))
        self.assertEqual([node["node"] for node in said["nodes"]], ["a", "b"])
        self.assertIn("PARTIALLY_SYNCED",
                      self.ends(PARTIALLY_SYNCED, "sync", "0", "--node", "a", "--node", "b", "--node", "c", "--timeout",
                                "0s"))
        self.assertIn("NOT_SYNCED", self.ends(NOT_SYNCED, "sync", "--node", "c", "--timeout", "0s"))
        self.ends(OK, "sync", "--node", "a", "--node", "c", "--origin", "c")
        self.assertIn("KEY_NOT_FOUND", self.ends(FAILED, "sync", "--channel", "tokens", "--key", "bob"))

    def test_a_node_that_is_connected_and_behind_makes_a_sync_time_out(self):
        self.ends(OK, "append", "room", "one")
        channel = self.enterContext(grpc.insecure_channel(self.server.address))
        stream = log_grpc.ReplicationLogStub(channel).Subscribe(log_pb2.SubscribeRequest(node="silent"),
                                                               timeout=DEADLINE_S)
        next(iter(stream))
        self.assertIn("TIMEOUT", self.ends(SYNC_TIMEOUT, "sync", "--timeout", "50ms"))
        self.assertIn("NO_ANSWER", self.ends(FAILED, "audit", "--timeout", "50ms"))
        stream.cancel()

    # ---- leases

    def held(self, name="leader"):
        return self.records("lease", "get", name)[0]

    def hold(self, name, *words, ttl="2s"):
        """A process that holds a lease while it runs a command, and what the command prints, once it has begun."""
        environment = {**os.environ, "REPLOG_SERVER": self.server.address, "REPLOG": REPLOG}
        holder = subprocess.Popen([REPLOG, "lease", "acquire", name, "--ttl", ttl, "--wait", "1h", "--", *words],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        for stream in (holder.stdin, holder.stdout):
            self.addCleanup(stream.close)
        self.addCleanup(holder.wait)
        self.addCleanup(holder.kill)
        return holder, holder.stdout.readline().strip()

    # Says its token; then, for each line that it is given, appends that under the lease and says how it ended.
    APPENDER = ('echo "$REPLOG_LEASE"; while read -r line; do '
                '"$REPLOG" append jobs "$line" --lease "$REPLOG_LEASE" >/dev/null 2>&1; echo "$?"; done')

    def test_the_readmes_lines_on_leases(self):
        token = self.ends(OK, "lease", "acquire", "leader", "--ttl", "30s", "--holder", "node-1").strip()
        self.assertRegex(token, "^leader=0:[0-9]+$")
        self.ends(OK, "append", "jobs", "done", "--lease", token)
        self.assertEqual(self.ends(OK, "lease", "renew", token).strip(), token)
        self.assertIn("LEASE_HELD", self.ends(FAILED, "lease", "acquire", "leader", "--ttl", "30s"))
        lease = self.held()
        self.assertEqual((lease["name"], lease["holder"], lease["token"], lease["ttl_ms"]),
                         ("leader", "node-1", token, 30_000))
        self.assertLessEqual(lease["remaining_ms"], 30_000)
        self.assertEqual([one["name"] for one in self.records("lease", "list")], ["leader"])
        self.assertIn("node-1", self.ends(OK, "lease", "get", "leader"))
        self.ends(OK, "lease", "release", token)
        self.assertIn("nobody holds", self.ends(FAILED, "lease", "get", "leader"))
        self.assertIn("LEASE_NOT_HELD", self.ends(FAILED, "lease", "renew", token))
        self.assertIn("LEASE_NOT_HELD", self.ends(FAILED, "lease", "release", token))
        watched = self.records("--log", "_system", "tail", "--channel", "leases", "--from", "0", "--until-end")
        self.assertEqual([record.get("deleted", False) for record in watched], [False, True])

    def test_a_newer_token_fences_the_older(self):
        old = self.ends(OK, "lease", "acquire", "leader").strip()
        self.ends(OK, "append", "jobs", "one", "two", "--lease", old)
        self.ends(OK, "lease", "release", old)
        new = self.ends(OK, "lease", "acquire", "leader").strip()
        self.ends(OK, "put", "jobs", "k", "three", "--lease", new)
        for words in (["append", "jobs", "x"], ["put", "jobs", "k", "x"], ["delete", "jobs", "k"]):
            self.assertIn("LEASE_FENCED", self.ends(FAILED, *words, "--lease", old))
        self.assertEqual([record["text"] for record in self.records("read")], ["one", "two", "three"])

    def test_a_command_runs_while_its_lease_is_held(self):
        self.ends(7, "lease", "acquire", "leader", "--", "sh", "-c", "exit 7")
        self.assertIn("nobody holds", self.ends(FAILED, "lease", "get", "leader"))
        self.assertIn("no-such-program", self.ends(USAGE, "lease", "acquire", "leader", "--", "no-such-program"))
        holder, token = self.hold("leader", "sh", "-c", self.APPENDER, ttl="1h")
        self.assertEqual(self.held()["token"], token)
        self.assertIn("LEASE_HELD", self.ends(FAILED, "lease", "acquire", "leader", "--ttl", "1h", "--", "true"))
        holder.send_signal(signal.SIGTERM)
        self.assertEqual(holder.wait(timeout=DEADLINE_S), 128 + signal.SIGTERM)
        self.assertIn("nobody holds", self.ends(FAILED, "lease", "get", "leader"))

    def test_the_lease_of_a_holder_that_is_killed_goes_to_the_next(self):
        holder, token = self.hold("leader", "sh", "-c", self.APPENDER)
        holder.kill()
        next_holder, newer = self.hold("leader", "sh", "-c", self.APPENDER, ttl="1h")
        self.assertNotEqual(newer, token)
        self.assertEqual(self.held()["token"], newer)
        next_holder.stdin.close()
        self.assertEqual(next_holder.wait(timeout=DEADLINE_S), OK)

    def test_a_holder_keeps_its_lease_when_the_server_is_killed(self):
        holder, token = self.hold("leader", "sh", "-c", self.APPENDER, ttl="60s")
        self.server.kill()
        self.server.start(listen=self.server.address)
        self.assertIn("LEASE_HELD", self.ends(FAILED, "lease", "acquire", "leader", "--ttl", "60s"))
        self.assertEqual(self.held()["token"], token)
        holder.stdin.write("still here\n")
        holder.stdin.flush()
        self.assertEqual(holder.stdout.readline(), "0\n")
        holder.stdin.close()
        self.assertEqual(holder.wait(timeout=DEADLINE_S), OK)

    def test_a_holder_that_was_paused_is_told_and_its_appends_are_fenced(self):
        holder, _ = self.hold("leader", "sh", "-c", "trap '' TERM; " + self.APPENDER)
        # The command goes on, as a thread of the holder might: only who renews is paused.
        holder.send_signal(signal.SIGSTOP)
        self.addCleanup(holder.send_signal, signal.SIGCONT)
        token = self.ends(OK, "lease", "acquire", "leader", "--ttl", "60s", "--wait", "60s").strip()
        self.ends(OK, "append", "jobs", "of the next", "--lease", token)
        holder.stdin.write("of the paused\n")
        holder.stdin.flush()
        self.assertEqual(holder.stdout.readline(), f"{FAILED}\n")
        holder.send_signal(signal.SIGCONT)
        self.assertEqual(holder.wait(timeout=DEADLINE_S), FAILED, "it ends its command by force and says why")
        self.assertEqual([record["text"] for record in self.records("read")], ["of the next"])

    # ---- exit codes

    def test_wrong_usage_ends_with_2(self):
        for words in (["put", "users"], ["get"], ["put", "users", "a", "b", "--if-absent", "--if-sequence", "1"],
                      ["nonsense"], ["read", "--limit", "many"], ["tail", "--table", "--from", "0"],
                      ["tail", "--table", "--new"], ["tail", "--from-cursor"], ["tail", "--fleet", "f"],
                      ["sync", "--channel", "c"], ["sync", "1", "--channel", "c", "--key", "k"],
                      ["sync", "--node", "a", "--fleet", "f"], ["sync", "--timeout", "5"], ["sync", "-1"],
                      ["cursor", "set", "a"], ["cursor", "set", "a", "-1"], ["nodes", "forget"],
                      ["audit", "--timeout", "soon"], ["lease"], ["lease", "acquire"], ["lease", "renew", "leader"],
                      ["lease", "renew", "leader=0:"], ["lease", "release", "=0:1"], ["lease", "release", "a=0:-1"],
                      ["lease", "acquire", "a", "--ttl", "5"], ["lease", "acquire", "a", "--ttl", "2h"],
                      ["lease", "acquire", "a", "--holder", "x" * 300], ["append", "c", "--lease", "a=0:1"],
                      ["append", "c", "text", "--lease", "a"]):
            self.ends(USAGE, *words)

    def test_bad_keys_are_named(self):
        self.assertIn("key", self.ends(USAGE, "put", "users", "", "text"))
        self.assertIn("1024", self.ends(USAGE, "put", "users", "k" * 2000, "text"))

    def test_numbers_that_are_none_are_refused_and_not_turned_into_others(self):
        for number in ("-1", "99999999999999999999", "1.5", "many", ""):
            self.ends(USAGE, "put", "users", "a", "t", "--version", number)
            self.ends(USAGE, "read", "--from", number)
            self.ends(USAGE, "trim", "--yes", "--before", number)
        self.assertEqual(self.records("get", "users"), [])

    def test_without_a_server_it_ends_with_3(self):
        address = self.server.address
        self.server.kill()
        for words in (["get", "users", "alice"], ["bench", "single"]):
            self.ends(UNREACHABLE, "--timeout", "1", *words, server=address)
        self.server.start()


if __name__ == "__main__":
    unittest.main()
