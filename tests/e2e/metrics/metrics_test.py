"""The metrics of a real server, as promtool and a real Prometheus see them; the alerts and the dashboard."""

import json
import os
import pathlib
import re
import subprocess
import sys
import unittest
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
from prometheus import Prometheus  # noqa: E402
from replogd import Replogd  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[3]
ALERTS = ROOT / "charts/replog/files/alerts.yaml"
ALERT_TESTS = ROOT / "tests/metrics/alerts_test.yaml"
DASHBOARD = ROOT / "charts/replog/files/dashboard.json"

# What the dashboard's variables stand for.
VARIABLES = {"$__rate_interval": "5s", "$job": ".*", "$instance": ".*", "$log": ".*"}
# Metrics that have series only where there is something to tell of.
MAY_BE_ABSENT = {"replog_alarm", "replog_certificate_expiry_timestamp_seconds"}
# Panels of what is only there when something went wrong.
MAY_BE_EMPTY = {"Errors that clients were told of"}


def promtool(*arguments, text=None):
    run = subprocess.run(["promtool", *map(str, arguments)], input=text, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


def metrics_in(expression):
    return set(re.findall(r"\b(?:replog|process)_[a-z0-9_]+", expression))


def dashboard_queries():
    """(panel, expression) of each target, with the variables filled in."""
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel.get("targets", []):
            expression = target["expr"]
            for name, value in VARIABLES.items():
                expression = expression.replace(name, value)
            yield panel["title"], expression


class MetricsTest(unittest.TestCase):
    RECORDS = 20_000

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Replogd(http_listen="127.0.0.1:0"))
        cls.replog("--log", "orders", "logs", "create", "orders")
        node = cls.start_node()
        cls.prometheus = cls.enterClassContext(Prometheus(cls.server.http_address, str(ALERTS)))
        # A rate is of what comes after the first scrape.
        cls.prometheus.await_series('replog_log_end_sequence{log="orders"}')
        cls.bench = json.loads(cls.replog("bench", "append", "--records", str(cls.RECORDS), "--keep"))
        cls.replog("--log", "orders", "append", "c", "first", "second")
        node.stdout.readline()  # so it is registered
        cls.replog("--log", "orders", "sync", "1", "--timeout", "30s")
        cls.prometheus.await_series('rate(replog_log_records_appended_total{log="orders"}[5s]) > 0')

    @classmethod
    def command(cls, *arguments):
        return [os.environ["REPLOG_CLI"], "--server", cls.server.address, *arguments]

    @classmethod
    def replog(cls, *arguments):
        return subprocess.run(cls.command(*arguments), check=True, capture_output=True, text=True).stdout

    @classmethod
    def start_node(cls):
        node = subprocess.Popen(cls.command("--log", "orders", "tail", "--node", "printer", "--fleet", "shop"),
                                stdout=subprocess.PIPE, text=True)

        def stop():
            node.terminate()
            node.communicate()

        cls.addClassCleanup(stop)
        return node

    def page(self):
        with urllib.request.urlopen(f"http://{self.server.http_address}/metrics") as answer:
            self.assertEqual(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
            return answer.read().decode()

    def names(self):
        """Every name that a series can have."""
        names = set()
        for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", self.page(), re.MULTILINE):
            names |= {f"{name}_{part}" for part in ("bucket", "sum", "count")} if kind == "histogram" else {name}
        return names

    def value(self, series):
        found = re.search(rf"^{re.escape(series)} (\S+)$", self.page(), re.MULTILINE)
        self.assertIsNotNone(found, series)
        return float(found.group(1))

    def test_promtool_finds_nothing_to_complain_of(self):
        self.assertEqual(promtool("check", "metrics", text=self.page()), (0, ""))

    def test_counters_equal_what_was_appended(self):
        log = '{log="bench"}'
        self.assertEqual(self.value("replog_log_records_appended_total" + log), self.RECORDS)
        self.assertEqual(self.value("replog_log_end_sequence" + log), self.RECORDS)
        self.assertEqual(self.value('replog_log_records_appended_total{log="orders"}'), 2)
        self.assertGreaterEqual(self.value("replog_log_appended_bytes_total" + log), 100 * self.RECORDS)
        self.assertEqual(self.value('replog_log_records_sent_total{log="orders"}'), 2)
        self.assertEqual(self.value('replog_node_lag_records{log="orders",node="printer",fleet="shop"}'), 0)
        self.assertEqual(self.value('replog_node_connected{log="orders",node="printer",fleet="shop"}'), 1)
        self.assertEqual(self.value('replog_barrier_duration_seconds_count{outcome="synced"}'), 1)
        self.assertGreater(self.value("replog_wal_sync_duration_seconds_count"), 0)

    def test_requests_and_refusals_are_counted(self):
        refused = 'replog_refusals_total{transport="grpc",reason="LOG_NOT_FOUND"}'
        route = 'replog_http_requests_total{route="GET /metrics",status="200"}'
        before = self.value(refused), self.value(route)
        missing = subprocess.run(self.command("--log", "none", "append", "c", "x"), capture_output=True, check=False)
        self.assertNotEqual(missing.returncode, 0)
        self.assertGreaterEqual(self.value(refused), before[0] + 1)
        self.assertGreater(self.value(route), before[1])

    def test_prometheus_has_what_the_server_counted(self):
        series = self.prometheus.await_series(f'replog_log_records_appended_total{{log="bench"}} == {self.RECORDS}')
        self.assertEqual(series[0]["metric"]["job"], "replog")

    def test_the_series_of_a_log_go_with_it(self):
        self.replog("logs", "create", "short-lived")
        self.assertIn('log="short-lived"', self.page())
        self.replog("logs", "delete", "--yes", "short-lived")
        self.assertNotIn('log="short-lived"', self.page())

    def test_the_alerts_are_rules_and_each_has_a_case(self):
        code, said = promtool("check", "rules", ALERTS)
        self.assertEqual(code, 0, said)
        code, said = promtool("test", "rules", ALERT_TESTS)
        self.assertEqual(code, 0, said)
        fires = set(re.findall(r"alertname: (\w+)\n +exp_alerts:\n", ALERT_TESTS.read_text()))
        self.assertEqual(set(re.findall(r"alert: (\w+)", ALERTS.read_text())), fires)

    def test_prometheus_evaluates_every_alert(self):
        self.prometheus.await_series('up{job="replog"} == 1')
        groups = self.prometheus.get("rules")["groups"]
        for rule in (rule for group in groups for rule in group["rules"]):
            self.assertIn(rule["health"], ("ok", "unknown"), rule)
            self.assertNotEqual(rule["state"], "firing", rule)
            self.check_expression(rule["name"], rule["query"])

    def test_every_query_of_the_dashboard_is_answered(self):
        for panel, expression in dashboard_queries():
            with self.subTest(panel=panel, expression=expression):
                self.check_expression(panel, expression)
                if panel not in MAY_BE_EMPTY:
                    self.prometheus.await_series(expression)  # a rate needs two scrapes

    def check_expression(self, where, expression):
        """It is valid, and of metrics that the server has and Prometheus has series of."""
        self.prometheus.query(expression)
        names = metrics_in(expression)
        self.assertLessEqual(names, self.names(), where)
        for name in names - MAY_BE_ABSENT:
            self.assertNotEqual(self.prometheus.query(name), [], f"{where}: no series of {name}")

    def test_a_bad_query_would_be_found(self):
        with self.assertRaises(ValueError):
            self.prometheus.query("sum(replog_ready")
        with self.assertRaises(AssertionError):
            self.check_expression("a misspelt name", "replog_raedy == 0")


if __name__ == "__main__":
    unittest.main()
