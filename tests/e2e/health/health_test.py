"""`replogd health` against real servers: what a container's health check and Kubernetes' probes run."""

import os
import socket
import subprocess
import sys
import tempfile
import unittest
from concurrent import futures

import grpc

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))
from replogd import Replogd  # pylint: disable=wrong-import-position

DEADLINE_S = 120  # ends a test that hangs
NOT_SERVING = b"\x08\x02"  # as a HealthCheckResponse


def health(*flags, **environment):
    """Exit code and what was said."""
    done = subprocess.run([os.environ["REPLOGD"], "health", *flags], capture_output=True, text=True,
                          timeout=DEADLINE_S, check=False, env={**os.environ, **environment})
    return done.returncode, done.stderr


class Certificates:
    """An authority, and one certificate that is good for servers and clients."""

    KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")

    def __init__(self, directory):
        self.directory = directory
        self.ca, self.ca_key = self.path("ca.pem"), self.path("ca.key")
        self.openssl("req", "-x509", *self.KEY, "-keyout", self.ca_key, "-out", self.ca, "-subj", "/CN=authority")
        self.certificate, self.key = self.make("it", "serverAuth,clientAuth")

    def path(self, name):
        return os.path.join(self.directory, name)

    def make(self, name, usage):
        certificate, key, request, extension = (self.path(name + end) for end in (".pem", ".key", ".csr", ".ext"))
        with open(extension, "w", encoding="utf-8") as file:
            file.write(f"extendedKeyUsage={usage}\n")
        self.openssl("req", *self.KEY, "-keyout", key, "-out", request, "-subj", "/CN=elsewhere.example")
        self.openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.ca_key, "-extfile", extension,
                     "-out", certificate)
        return certificate, key

    @staticmethod
    def openssl(*words):
        subprocess.run(["openssl", *words], capture_output=True, timeout=DEADLINE_S, check=True)

    def flags(self, mutual):
        client_ca = ["--tls-client-ca", self.ca] if mutual else []
        return ["--tls-certificate", self.certificate, "--tls-key", self.key, *client_ca]


class NotServing(grpc.GenericRpcHandler):
    """A server that is alive and can't serve."""

    def service(self, handler_call_details):
        return grpc.unary_unary_rpc_method_handler(lambda request, context: NOT_SERVING)


class HealthTest(unittest.TestCase):
    def test_a_server_that_serves(self):
        server = self.enterContext(Replogd())
        self.assertEqual(health("--listen", server.address), (0, ""))
        self.assertEqual(health("--alive", "--listen", server.address), (0, ""))

    def test_all_addresses_are_asked_on_loopback(self):
        server = self.enterContext(Replogd())
        port = server.address.rpartition(":")[2]
        self.assertEqual(health("--listen", f"0.0.0.0:{port}"), (0, ""))

    def test_over_tls_whatever_name_the_certificate_has(self):
        certificates = Certificates(self.enterContext(tempfile.TemporaryDirectory()))
        for mutual in (False, True):
            with self.subTest(mutual=mutual):
                flags = certificates.flags(mutual)
                server = self.enterContext(Replogd(*flags))
                self.assertEqual(health("--listen", server.address, *flags), (0, ""))
                code, why = health("--listen", server.address)  # in plain text
                self.assertEqual(code, 1)
                self.assertIn("does not answer", why)

    def test_a_certificate_that_is_for_servers_only_takes_another_for_the_question(self):
        certificates = Certificates(self.enterContext(tempfile.TemporaryDirectory()))
        client, client_key = certificates.certificate, certificates.key
        certificates.certificate, certificates.key = certificates.make("server", "serverAuth")
        flags = certificates.flags(mutual=True)
        server = self.enterContext(Replogd(*flags))
        code, why = health("--listen", server.address, *flags)
        self.assertEqual(code, 1)
        self.assertIn(f"{certificates.certificate} is not good for clients", why)
        self.assertIn("--client-certificate", why)
        shown = ("--client-certificate", client, "--client-key", client_key)
        self.assertEqual(health("--listen", server.address, *flags, *shown), (0, ""))
        self.assertEqual(health("--listen", server.address, *flags, REPLOG_TLS_CLIENT_CERT=client,
                                REPLOG_TLS_CLIENT_KEY=client_key), (0, ""))
        self.assertEqual(health("--listen", server.address, *flags, *shown[:2])[0], 2, "half of them")
        code, why = health("--listen", server.address, *flags, shown[0], certificates.path("missing"), *shown[2:])
        self.assertEqual(code, 1)
        self.assertIn("missing: No such file", why)

    def test_one_that_is_gone(self):
        with Replogd() as server:
            address = server.address
        code, why = health("--listen", address)
        self.assertEqual(code, 1)
        self.assertIn(f"replogd: {address} does not answer: ", why)

    def test_one_that_can_not_serve_is_alive(self):
        server = grpc.server(futures.ThreadPoolExecutor(1))
        server.add_generic_rpc_handlers([NotServing()])
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        self.addCleanup(server.stop, None)
        self.assertEqual(health("--listen", f"127.0.0.1:{port}"),
                         (1, f"replogd: 127.0.0.1:{port} says NOT_SERVING, not SERVING\n"))
        self.assertEqual(health("--alive", "--listen", f"127.0.0.1:{port}"), (0, ""))

    def test_one_that_says_nothing_is_not_waited_for_long(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            code, why = health("--alive", "--listen", f"127.0.0.1:{silent.getsockname()[1]}")
        self.assertEqual(code, 1)
        self.assertIn("does not answer", why)

    def test_a_port_has_to_be_known(self):
        for listen in ("127.0.0.1:0", "127.0.0.1:"):
            with self.subTest(listen):
                code, why = health("--listen", listen)
                self.assertIn(code, (1, 2))
                self.assertIn("listen", why)


if __name__ == "__main__":
    unittest.main()
