"""What replogd is told, by whom, and what it writes into its log: real processes, files and signals."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
from hashlib import sha256

import grpc

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))
from replogd import Replogd  # pylint: disable=wrong-import-position

DEADLINE_S = 120  # ends a test that hangs


def replogd(*words, environment=None):
    """Runs it to its end: exit code, standard output, standard error."""
    done = subprocess.run([os.environ["REPLOGD"], *words], capture_output=True, text=True, timeout=DEADLINE_S, check=False,
                          env={**os.environ, **(environment or {})})
    return done.returncode, done.stdout, done.stderr


class ConfigTest(unittest.TestCase):
    def setUp(self):
        self.directory = self.enterContext(tempfile.TemporaryDirectory())
        self.file = os.path.join(self.directory, "replog.yaml")

    def write(self, *lines):
        with open(self.file, "w", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))

    def serve(self, *flags, http_listen="none"):
        return self.enterContext(
            Replogd("--config", self.file, *flags, http_listen=http_listen, stderr=subprocess.PIPE))

    @staticmethod
    def log_until(server, message):
        """The lines up to the first with this message, each of which must be JSON."""
        lines = []
        for line in server.process.stderr:
            lines.append(json.loads(line))
            if lines[-1]["message"] == message:
                return lines
        raise AssertionError(f"no {message!r} in {lines}")


class CheckConfig(ConfigTest):
    def test_it_prints_what_would_be_in_force_and_from_where(self):
        self.write("max_record_bytes: 2MiB", "log_level: warn", "max_headers: 3")
        code, out, _ = replogd("--check-config", "--config", self.file, "--log-level", "debug",
                                 environment={"REPLOG_MAX_HEADERS": "7"})
        self.assertEqual(code, 0)
        self.assertIn(f"max_record_bytes: 2MiB  # {self.file}:1\n", out)
        self.assertIn("log_level: debug  # --log-level\n", out)
        self.assertIn("max_headers: 7  # REPLOG_MAX_HEADERS\n", out)
        self.assertIn("max_request_bytes: 2MiB  # default\n", out)

    def test_the_file_may_be_named_by_the_environment(self):
        self.write("max_headers: 3")
        code, out, _ = replogd("--check-config", environment={"REPLOG_CONFIG": self.file})
        self.assertEqual(code, 0)
        self.assertIn(f"max_headers: 3  # {self.file}:1\n", out)

    def test_what_is_wrong_is_told_and_nothing_is_served(self):
        self.write("max_record_byte: 1MiB")
        for words in (["--check-config"], [], ["verify"], ["health"]):
            code, out, err = replogd(*words, "--config", self.file)
            self.assertEqual((code, out), (2, ""))
            self.assertIn(f"{self.file}:1: there is no key `max_record_byte`; did you mean `max_record_bytes`?", err)

    def test_a_flag_that_is_unknown_is_named_with_the_nearest(self):
        for words in ((), ("verify",), ("health",)):
            code, _, err = replogd(*words, "--dat", "somewhere")
            self.assertEqual(code, 2)
            self.assertIn("there is no flag --dat; did you mean --data?", err)

    def test_files_that_it_names_are_judged(self):
        bad = os.path.join(self.directory, "bad")
        with open(bad, "w", encoding="utf-8") as file:
            file.write("principal: []\n")
        code, _, err = replogd("--check-config", "--access-file", bad)
        self.assertEqual(code, 2)
        self.assertIn(f"{bad}:1: there is no key `principal`; did you mean `principals`?", err)
        code, _, err = replogd("--check-config", "--tls-certificate", bad, "--tls-key", bad)
        self.assertEqual(code, 2)
        self.assertIn("tls_certificate", err)
        code, _, err = replogd("--check-config", "--tls-key", os.path.join(self.directory, "missing"))
        self.assertEqual(code, 2)
        self.assertIn("tls_key (--tls-key): ", err)
        self.assertIn("No such file or directory", err)

    def test_all_that_is_wrong_is_told_at_once_and_a_start_says_the_same(self):
        bad = os.path.join(self.directory, "bad")
        with open(bad, "w", encoding="utf-8") as file:
            file.write("principal: []\n")
        hooks = os.path.join(self.directory, "hooks")
        with open(hooks, "w", encoding="utf-8") as file:
            file.write("webhook: []\n")
        self.write("max_record_byte: 1MiB", "log_level: loud")
        words = ("--config", self.file, "--access-file", bad, "--webhooks-file", hooks, "--max-headers", "many",
                 "--tls-certificate", bad, "--data", os.path.join(self.directory, "data"))
        code, out, checked = replogd("--check-config", *words)
        self.assertEqual((code, out), (2, ""))
        for part in ("max_record_byte`", "log_level (", "max_headers (--max-headers)", "tls_key is missing",
                     "`principals`", f"{hooks}:1: there is no key `webhook`"):
            self.assertIn(part, checked)
        self.assertEqual(replogd(*words), (2, "", checked))
        words = ("--listen", "0.0.0.0:0", "--http-listen", "[::]:0", "--access-file", bad)
        code, _, checked = replogd("--check-config", *words)
        for part in ("listen 0.0.0.0:0", "http_listen [::]:0", "`principals`"):
            self.assertIn(part, checked)
        self.assertEqual(replogd(*words, "--data", os.path.join(self.directory, "data")), (2, "", checked))

    def test_variables_that_kubernetes_sets_for_a_service_do_no_harm_and_a_slip_is_named(self):
        code, _, err = replogd("--check-config", environment={
            "REPLOG_PORT": "tcp://10.0.0.1:50051", "REPLOG_SERVICE_HOST": "10.0.0.1", "REPLOG_PORT_50051_TCP_ADDR": "x",
            "REPLOG_MAX_RECORD_BYTE": "secret"})
        self.assertEqual(code, 0)
        self.assertIn("REPLOG_MAX_RECORD_BYTE is not a setting of replogd; did you mean REPLOG_MAX_RECORD_BYTES?", err)
        self.assertNotIn("REPLOG_PORT", err)
        self.assertNotIn("secret", err)


class Reload(ConfigTest):
    def test_a_new_level_is_in_force_and_what_needs_a_restart_is_told(self):
        self.write("log_level: info", "log_format: json", "max_headers: 3")
        server = self.serve()
        self.write("log_level: debug", "log_format: json", "max_headers: 4")
        server.process.send_signal(signal.SIGHUP)
        lines = self.log_until(server, "reloaded")
        changed = [line for line in lines if line["message"] == "setting changed"]
        self.assertEqual([(line["setting"], line["before"], line["after"]) for line in changed], [("log_level", "info", "debug")])
        restart = [line for line in lines if line["message"] == "setting needs a restart to change"]
        self.assertEqual([(line["setting"], line["level"]) for line in restart], [("max_headers", "warn")])

    def test_a_flag_beats_the_file_also_then(self):
        self.write("log_level: info", "log_format: json")
        server = self.serve("--log-level", "info")
        self.write("log_level: off", "log_format: json")
        server.process.send_signal(signal.SIGHUP)
        self.assertFalse([line for line in self.log_until(server, "reloaded") if line["message"] == "setting changed"])

    def test_a_file_with_anything_wrong_changes_nothing(self):
        self.write("log_level: info", "log_format: json")
        server = self.serve()
        self.write("log_level: error", "log_format: json", "max_headers: many")
        server.process.send_signal(signal.SIGHUP)
        refused = self.log_until(server, "reload refused, nothing is changed")[-1]
        self.assertIn(f'max_headers ({self.file}:3): "many" is not a whole number', refused["why"])
        os.remove(self.file)
        server.process.send_signal(signal.SIGHUP)
        refused = self.log_until(server, "reload refused, nothing is changed")[-1]
        self.assertIn("cannot be read", refused["why"])
        self.write("log_level: info", "log_format: json")
        server.process.send_signal(signal.SIGHUP)
        self.log_until(server, "reloaded")  # at info: the level was not raised meanwhile

    def test_a_new_access_file_needs_no_signal(self):
        self.write("log_format: json")
        access = os.path.join(self.directory, "access.yaml")

        def replace(text):  # in one step, as Kubernetes does with a mounted secret
            with open(access + ".new", "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(access + ".new", access)

        replace("principals: []\n")
        server = self.serve("--access-file", access)
        replace("principals: [{name: somebody}]\n")
        self.log_until(server, "reloaded")
        replace("principal: []\n")
        self.assertIn("access.yaml:1: there is no key `principal`",
                      self.log_until(server, "reload refused, nothing is changed")[-1]["why"])
        replace("principals: []\n")
        self.log_until(server, "reloaded")

    def test_what_is_revoked_is_revoked_though_another_file_is_bad(self):
        token = "a-token-of-somebody-who-leaves-0123456789"
        access = os.path.join(self.directory, "access.yaml")
        grant = "grants: [{verbs: [read], logs: [default]}]"
        with open(access, "w", encoding="utf-8") as file:
            file.write(f"principals: [{{name: somebody, tokens: [{{id: t1, sha256: {sha256(token.encode()).hexdigest()}}}], {grant}}}]\n")
        self.write("log_format: json")
        server = self.serve("--access-file", access, http_listen="127.0.0.1:0")
        url = f"http://{server.http_address}/v1/logs"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
            self.assertEqual(answer.status, 200)
        self.write("log_formt: json")
        with open(access, "w", encoding="utf-8") as file:
            file.write("principals: []\n")
        server.process.send_signal(signal.SIGHUP)
        self.log_until(server, "reload refused, nothing is changed")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=DEADLINE_S)
        self.assertEqual(refused.exception.code, 401)
        refused.exception.close()

    def test_sigusr1_turns_debug_on_and_back(self):
        self.write("log_level: error", "log_format: json")
        server = self.serve()
        server.process.send_signal(signal.SIGUSR1)
        self.log_until(server, "the log is at debug now")


class Log(ConfigTest):
    SECRET = "replog_5ecret-t0ken"

    @staticmethod
    def get(server, path, headers):
        request = urllib.request.Request(f"http://{server.http_address}{path}", headers=headers)
        with contextlib.suppress(urllib.error.HTTPError):
            urllib.request.urlopen(request, timeout=DEADLINE_S).close()

    def test_a_request_is_found_by_its_id_and_a_token_is_nowhere(self):
        self.write("log_format: json", "log_level: debug")
        server = self.serve(http_listen="127.0.0.1:0")
        headers = {"X-Request-Id": "http-1", "Authorization": f"Bearer {self.SECRET}", "X-Auth-Token": self.SECRET}
        self.get(server, "/v1/logs/default/channels/c/messages", headers)
        with grpc.insecure_channel(server.address) as channel:
            call = channel.unary_unary("/replog.v1.LogAdmin/GetLog")
            metadata = [("x-request-id", "grpc-1"), ("authorization", f"Bearer {self.SECRET}")]
            with contextlib.suppress(grpc.RpcError):
                call(b"", metadata=metadata, timeout=DEADLINE_S)
        server.process.send_signal(signal.SIGTERM)
        lines = self.log_until(server, "stopped")
        found = {line["request_id"]: line["method"] for line in lines if "request_id" in line}
        self.assertEqual(found.get("http-1"), "GET /v1/logs/default/channels/c/messages", lines)
        self.assertEqual(found.get("grpc-1"), "replog.v1.LogAdmin/GetLog", lines)
        self.assertNotIn(self.SECRET, json.dumps(lines))

    def test_a_slow_append_is_told_with_its_stages_and_its_request(self):
        self.write("log_format: json", "slow_operation: 1ms")
        server = self.serve(http_listen="127.0.0.1:0")
        body = json.dumps({"records": [{"channel": "c", "text": "x" * 900_000}]}).encode()
        request = urllib.request.Request(f"http://{server.http_address}/v1/logs/default/records", data=body,
                                         headers={"Content-Type": "application/json", "X-Request-Id": "slow-1"})
        urllib.request.urlopen(request, timeout=DEADLINE_S).close()
        slow = {}
        while "request_id" not in slow:  # what the server appends by itself has none
            slow = self.log_until(server, "slow appends")[-1]
        self.assertEqual((slow["log"], slow["appends"], slow["records"], slow["request_id"]), ("default", 1, 1, "slow-1"))
        stages = sum(slow[stage] for stage in ("queue_us", "encode_us", "write_us", "publish_us"))
        self.assertEqual(slow["took_us"], stages)
        self.assertGreater(slow["took_us"], 1000)

    def test_a_reader_that_does_not_read_stops_nothing(self):
        self.write("log_format: json", "max_headers: 3")
        server = self.serve()
        fcntl.fcntl(server.process.stderr, fcntl.F_SETPIPE_SZ, 4096)
        self.write("log_format: json", "max_headers: 4", "max_channel_bytes: 100", "data: elsewhere")
        for _ in range(20):  # of about 500 bytes of log each
            server.process.send_signal(signal.SIGHUP)
            self.assertEqual(replogd("health", "--listen", server.address)[0], 0)
        self.assertEqual(server.process.poll(), None)
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(server.process.wait(DEADLINE_S), 0)
        server.process.stderr.close()
        server.process.stdout.close()


if __name__ == "__main__":
    unittest.main()
