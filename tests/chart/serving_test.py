"""What the chart renders, given to the real programs: its files are laid out as the pods would have them."""

import contextlib
import http.client
import os
import socket
import ssl
import time
import unittest

import rendering
from installed import Installed
from rendering import DEADLINE_S, VALUES, containers


def setUpModule():
    rendering.require()


def get(address, path, context=None, host=None, token=None):
    """Status and body of an HTTP request; over TLS with a `context`, to who has the name `host`."""
    with contextlib.ExitStack() as stack:
        raw = stack.enter_context(socket.create_connection(address.rsplit(":", 1), DEADLINE_S))
        connection = http.client.HTTPConnection(host or address)
        connection.sock = stack.enter_context(context.wrap_socket(raw, server_hostname=host)) if context else raw
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
        response = connection.getresponse()
        return response.status, response.read().decode()


class ServingTest(unittest.TestCase):
    def test_replogd_takes_the_configuration(self):
        for name in VALUES:
            with self.subTest(name):
                installed = Installed(self, name)
                pod, container = installed.server()
                done = installed.run(pod, ["replogd", "--check-config", *container["args"]])
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(f"listen: {installed.objects.settings()['listen']}  # ", done.stdout)

    def test_a_setting_that_replogd_does_not_know_is_named(self):
        installed = Installed(self, "default")
        pod, container = installed.server()
        path = installed.path(pod, "/etc/replog/config/replogd.yaml")
        with open(path, "a", encoding="utf-8") as out:
            out.write("max_record_byte: 1\n")
        done = installed.run(pod, ["replogd", "--check-config", *container["args"]])
        self.assertEqual(done.returncode, 2)
        self.assertIn("max_record_bytes", done.stderr)

    def test_probes_and_helm_test_reach_the_server(self):
        for name in ("default", "insecure", "generated-mutual"):
            with self.subTest(name):
                installed = Installed(self, name)
                installed.serve(self)
                pod, container = installed.server()
                for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                    done = installed.run(pod, container[probe]["exec"]["command"] + ["--listen", installed.address])
                    self.assertEqual((done.returncode, done.stderr), (0, ""), probe)
                pod, spec = installed.pod("-test")
                for container in containers(spec):
                    done = installed.run(pod, container["command"] + container["args"])
                    self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("revision 1", done.stdout)  # what the last of them read

    def test_who_has_no_token_or_no_certificate_gets_nothing(self):
        for name, flags in (("default", ["--token-file="]), ("default", ["--tls-ca="]),
                            ("generated-mutual", ["--tls-cert=", "--tls-key="])):
            with self.subTest(name, without=flags):
                installed = Installed(self, name)
                installed.serve(self)
                pod, spec = installed.pod("-test")
                container = containers(spec)[0]
                words = [it for it in container["args"] if not it.startswith(tuple(flags))]
                self.assertEqual(len(words), len(container["args"]) - len(flags))
                done = installed.run(pod, container["command"] + words + ["--timeout=1"])
                self.assertIn(done.returncode, (1, 3), done.stderr)  # refused, or not reached; no wrong usage

    def test_chat_follows_the_log(self):
        installed = Installed(self, "generated-mutual")
        installed.serve(self)
        pod, spec = installed.pod("-chat")
        (container,) = containers(spec)
        words = [it for it in container["command"] + container["args"] if not it.startswith("--listen=")]
        address = installed.start(self, pod, words + ["--listen=127.0.0.1:0"]).readline().split()[1]
        end = time.monotonic() + DEADLINE_S
        path = container["readinessProbe"]["httpGet"]["path"]
        while get(address, path)[0] != 200:
            self.assertLess(time.monotonic(), end, get(address, path))
            time.sleep(0.05)  # as the kubelet does

    def test_prometheus_can_scrape(self):
        installed = Installed(self, "monitoring")
        installed.serve(self)
        (monitor,) = installed.objects.of("ServiceMonitor")
        (endpoint,) = monitor["spec"]["endpoints"]
        authority = endpoint["tlsConfig"]["ca"]["secret"]
        credentials = endpoint["authorization"]["credentials"]
        context = ssl.create_default_context(cadata=installed.secret(authority["name"], authority["key"]))
        server = (installed.http_address, endpoint["path"], context, endpoint["tlsConfig"]["serverName"])
        status, page = get(*server, token=installed.secret(credentials["name"], credentials["key"]))
        self.assertEqual(status, 200, page)
        self.assertIn("\nreplog_", page)
        self.assertEqual(get(*server)[0], 401)


if __name__ == "__main__":
    unittest.main()
