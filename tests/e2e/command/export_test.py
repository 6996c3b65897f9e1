"""`replog export` and `replog import`: what goes out comes in again, also when either is killed in between."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
from datetime import datetime, timedelta, timezone

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "python"))
from replogd import Replogd  # pylint: disable=wrong-import-position

REPLOG = os.environ["REPLOG_CLI"]
DEADLINE_S = 120  # ends a test that hangs
OK, FAILED, USAGE = 0, 1, 2
SOON = (datetime.now(timezone.utc) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

AWKWARD = [
    {"channel": "room", "text": "Hello everyone!", "headers": {"user": "ada", "empty": ""}},
    {"channel": "room", "text": ""},
    {"channel": "room", "text": 'ünïcödé 🎉 "quoted" \\ \t \u2028 \u0000'},
    {"channel": "files", "payload": "AP+A/g=="},
    {"channel": "files", "payload": ""},
    {"channel": "map", "key": "a", "text": "1", "version": 7, "id": "first"},
    {"channel": "map", "key": "b", "text": "2", "version": 2**64 - 1, "expires": SOON},
    {"channel": "map", "key": "a", "deleted": True, "version": 8, "headers": {"why": "gone"}},
    {"channel": "x" * 512, "text": "x" * 100_000},
]


def given_by_the_log(record):
    return {"sequence": record.pop("sequence"), "time": record.pop("time")}


class ExportTest(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Replogd())
        self.files = self.enterContext(tempfile.TemporaryDirectory())
        self.ends(OK, "logs", "create", "copy")

    def path(self, name):
        return os.path.join(self.files, name)

    def replog(self, *words, stdin=None):
        return subprocess.run([REPLOG, *words], input=stdin, capture_output=True, text=True, timeout=DEADLINE_S,
                              env={**os.environ, "REPLOG_SERVER": self.server.address}, check=False)

    def ends(self, code, *words, stdin=None):
        result = self.replog(*words, stdin=stdin)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout if code == OK else result.stdout + result.stderr

    def append(self, records):
        self.ends(OK, "append", "--json", stdin="".join(json.dumps(record) + "\n" for record in records))

    def export(self, *words):
        return [json.loads(line) for line in self.ends(OK, "export", *words).split("\n")[:-1]]

    def import_lines(self, records, *words):
        return json.loads(self.ends(OK, "import", "--json", "--log", "copy", *words,
                                    stdin="".join(json.dumps(record) + "\n" for record in records)))

    # ---- round trips

    def test_what_is_exported_and_imported_is_equal_but_for_its_place(self):
        self.append(AWKWARD)
        exported = self.export()
        self.assertEqual(self.import_lines(exported)["acknowledged"], len(AWKWARD))
        again = self.export("--log", "copy")
        self.assertEqual([given_by_the_log(record)["sequence"] for record in exported], list(range(len(AWKWARD))))
        for record in again:
            given_by_the_log(record)
        self.assertEqual(again, exported)
        self.assertEqual(self.ends(OK, "get", "map", "b", "--json", "--log", "copy").count('"text":"2"'), 1)

    def test_the_original_time_is_kept_as_a_header_when_asked_for(self):
        self.append([{"channel": "c", "text": "one", "headers": {"user": "ada"}}])
        exported = self.export()
        self.import_lines(exported, "--time-header", "original-time")
        headers = self.export("--log", "copy")[0]["headers"]
        self.assertEqual(headers, {"user": "ada", "original-time": exported[0]["time"]})

    def test_what_has_expired_since_expires_again_soon(self):
        past = {"sequence": 0, "time": "2020-01-01T00:00:00Z", "channel": "c", "key": "k", "text": "old",
                "expires": "2020-01-02T00:00:00Z"}
        self.import_lines([past])
        expires = datetime.fromisoformat(self.export("--log", "copy")[0]["expires"].replace("Z", "+00:00"))
        now = datetime.now(timezone.utc)
        self.assertTrue(now - timedelta(minutes=2) < expires < now + timedelta(minutes=2), expires)

    # ---- what is exported

    def test_a_range_and_channels(self):
        self.append([{"channel": f"room-{i % 3}", "text": str(i)} for i in range(30)])
        texts = [record["text"] for record in self.export("--from", "5", "--until", "20", "--channel", "room-1")]
        self.assertEqual(texts, ["7", "10", "13", "16", "19"])
        self.assertEqual(len(self.export("--channel", "room-*")), 30)
        self.assertEqual(self.export("--until", "0"), [])
        self.assertEqual(len(self.export("--until", "1000")), 30)
        self.assertIn("behind", self.ends(USAGE, "export", "--from", "5", "--until", "4"))

    def test_a_trimmed_log_is_exported_from_what_is_kept(self):
        self.append([{"channel": "c", "text": str(i)} for i in range(10)])
        self.ends(OK, "trim", "--before", "4", "--yes")
        self.assertEqual([record["sequence"] for record in self.export()], list(range(4, 10)))
        self.assertIn("BELOW_FIRST_KEPT", self.ends(FAILED, "export", "--from", "3"))

    # ---- going on

    def test_an_export_goes_on_where_it_was_cut_off(self):
        self.append([{"channel": "c", "text": f"text {i}"} for i in range(5000)])
        whole, cut = self.path("whole"), self.path("cut")
        self.ends(OK, "export", "--output", whole)
        with open(whole, "rb") as file:
            expected = file.read()
        for length in (0, 10, len(expected) // 2, len(expected) - 1, len(expected)):
            with open(cut, "wb") as file:
                file.write(expected[:length])
            self.ends(OK, "export", "--output", cut, "--resume")
            with open(cut, "rb") as file:
                self.assertEqual(file.read(), expected, length)
        self.append([{"channel": "c", "text": "one more"}])
        self.ends(OK, "export", "--output", cut, "--resume")
        with open(cut, "rb") as file:
            self.assertEqual(file.read().count(b"\n"), 5001)

    def test_an_export_that_fails_at_once_leaves_no_file(self):
        for resume in ([], ["--resume"]):
            self.ends(FAILED, "export", "--log", "nosuch", "--output", self.path("none"), *resume)
            self.assertFalse(os.path.exists(self.path("none")))

    def test_a_file_of_another_history_is_not_gone_on_with(self):
        self.append([{"channel": "c", "text": f"text {i}"} for i in range(5)])
        file = self.path("file")
        self.ends(OK, "export", "--output", file)
        with open(file, "rb") as lines:
            expected = lines.read()
        go_on = ("export", "--output", file, "--resume", "--log", "copy")
        self.assertIn("ends at 0", self.ends(USAGE, *go_on), "the log is shorter")
        again = [{"channel": "c", "text": f"text {i}"} for i in range(9)]
        self.import_lines([{"sequence": 0, "time": SOON, **record} for record in again])
        self.assertIn("record 4 of log \"copy\" is another", self.ends(USAGE, *go_on))
        self.append(again)
        self.ends(OK, "trim", "--before", "5", "--yes")
        self.assertIn("first kept", self.ends(USAGE, *go_on[:-2]), "nobody can tell any more")
        with open(file, "rb") as lines:
            self.assertEqual(lines.read(), expected, "as it was")

    def test_a_file_that_is_no_export_is_not_gone_on_with(self):
        with open(self.path("notes"), "w", encoding="utf-8") as file:
            file.write("my notes\n")
        self.assertIn("no exported record", self.ends(USAGE, "export", "--output", self.path("notes"), "--resume"))
        self.assertIn("--resume", self.ends(USAGE, "export", "--output", self.path("notes")))
        with open(self.path("notes"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "my notes\n")

    def test_an_import_that_is_killed_goes_on_and_appends_each_line_once(self):
        lines = "".join(json.dumps({"sequence": i, "time": "2026-01-01T00:00:00Z", "channel": "c",
                                    "text": f"{i} " + "x" * 200}) + "\n" for i in range(150_000))
        with open(self.path("lines"), "w", encoding="utf-8") as file:
            file.write(lines)
        words = [REPLOG, "--server", self.server.address, "--log", "copy", "import", self.path("lines"),
                 "--producer", "loader", "--resume"]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL) as process:
            while self.end_of("copy") < 2000 and process.poll() is None:
                pass  # until some of it is there
            process.send_signal(signal.SIGKILL)
        self.assertEqual(process.returncode, -signal.SIGKILL, "it was killed before its end")
        self.assertLess(self.end_of("copy"), 150_000)
        self.ends(OK, *words[1:])
        texts = [record["text"].split()[0] for record in self.export("--log", "copy")]
        self.assertEqual(texts, [str(i) for i in range(150_000)])

    def end_of(self, log):
        logs = [json.loads(line) for line in self.ends(OK, "--json", "logs").splitlines()]
        return next(each["committed_end"] for each in logs if each["log"] == log)

    def test_with_ids_an_import_is_repeated_and_not_gone_on_with(self):
        record = {"channel": "c", "text": "t", "id": "one"}
        said = self.ends(USAGE, "import", "--log", "copy", "--producer", "p", "--resume", stdin=json.dumps(record))
        self.assertIn("line 1", said)
        self.assertIn('"id"', said)
        self.import_lines([record])
        self.assertEqual(self.import_lines([record])["duplicates"], 1)
        self.assertEqual(len(self.export("--log", "copy")), 1)

    def test_a_line_whose_id_an_earlier_line_has_is_named_and_can_be_imported_without(self):
        # As a log has them whose window had passed between the two.
        lines = [{"sequence": i, "time": SOON, "channel": "c", "text": str(i), "id": id}
                 for i, id in enumerate(["a", "b", "a", "c", "b"])]
        stdin = "".join(json.dumps(line) + "\n" for line in lines)
        for attempt in ("new", "repeated"):
            said = self.ends(FAILED, "import", "--log", "copy", stdin=stdin)
            self.assertIn("lines 3 and 5", said, attempt)
            self.assertIn("--without-ids", said, attempt)
        self.assertEqual(len(self.export("--log", "copy")), 3)
        self.ends(OK, "logs", "create", "plain")
        self.ends(OK, "import", "--log", "plain", "--without-ids", "--producer", "p", "--resume", stdin=stdin)
        records = self.export("--log", "plain")
        self.assertEqual([record["text"] for record in records], list("01234"))
        self.assertTrue(all("id" not in record for record in records))

    # ---- what is wrong

    def test_a_wrong_line_is_named_and_what_came_before_it_is_appended(self):
        good = '{"channel":"c","text":"good"}\n'
        for line, what in (("{", "not JSON"), ('{"channel":"c","sequence":-1}', '"sequence"'),
                           ('{"channel":"c","time":"yesterday"}', '"time"'), ('{"text":"t"}', '"channel"'),
                           ('{"channel":"c","payload":"*"}', "base64"), ('{"channel":"c","colour":"red"}', '"colour"'),
                           ('{"channel":"c","text":"a","text":"b"}', "twice")):
            said = self.ends(USAGE, "import", "--log", "copy", stdin=good + good + line + "\n")
            self.assertIn("line 3: ", said)
            self.assertIn(what, said)
        self.assertEqual(len(self.export("--log", "copy")), 14)

    def test_wrong_words(self):
        self.assertIn("--producer", self.ends(USAGE, "import", "--resume", stdin=""))
        self.assertIn("--output", self.ends(USAGE, "export", "--resume"))
        self.assertIn("no-such-file", self.ends(USAGE, "import", "no-such-file"))
        self.assertIn("LOG_NOT_FOUND", self.ends(FAILED, "export", "--log", "nowhere"))


if __name__ == "__main__":
    unittest.main()
