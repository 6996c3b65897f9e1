"""HTTP over TLS, and with client certificates, asked by curl."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "python"))
from curl import Events, curl, curl_json  # pylint: disable=wrong-import-position
from logged_replogd import LoggedReplogd  # pylint: disable=wrong-import-position


class Certificates:
    """An authority and what it has signed, as files of a directory."""

    def __init__(self, directory):
        self._directory = directory
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                      "-keyout", self.path("ca.key"), "-out", self.path("ca.pem"), "-subj", "/CN=test authority")
        for name, subject in (("server", "/CN=localhost"), ("client", "/CN=a client")):
            self._sign(name, subject)

    def path(self, name):
        return os.path.join(self._directory, name)

    def _sign(self, name, subject):
        with open(self.path("extensions"), "w", encoding="utf-8") as file:
            file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.path(name + ".key"),
                      "-out", self.path(name + ".csr"), "-subj", subject)
        self._openssl("x509", "-req", "-days", "2", "-in", self.path(name + ".csr"), "-CA", self.path("ca.pem"),
                      "-CAkey", self.path("ca.key"), "-CAcreateserial", "-extfile", self.path("extensions"),
                      "-out", self.path(name + ".pem"))

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class TlsTest(unittest.TestCase):
    def setUp(self):
        self.files = Certificates(self.enterContext(tempfile.TemporaryDirectory()))
        self.trusting = ("--cacert", self.files.path("ca.pem"))

    def serve(self, *flags):
        server = self.enterContext(LoggedReplogd("--tls-certificate", self.files.path("server.pem"), "--tls-key",
                                           self.files.path("server.key"), *flags, http_listen="127.0.0.1:0"))
        return server, "https://" + server.http_address

    def test_the_console_is_told_of_and_served(self):
        server, url = self.serve()
        self.assertEqual(server.process.stdout.readline(), f"console {url}/\n")
        self.assertEqual(curl(url + "/", *self.trusting)[0], 200)
        self.assertTrue(curl_json(url + "/v1/me", *self.trusting)[1]["server"]["tls"])

    def test_pages_appends_and_events(self):
        server, url = self.serve()
        text = "x" * 300_000
        self.assertEqual(curl(url + "/messages/a", *self.trusting, "--data-binary", "@-", data=text.encode())[0], 200)
        self.assertEqual(curl_json(url + "/messages/a", *self.trusting)[1]["records"][0]["text"], text)
        with Events(url + "/messages/a/events", *self.trusting) as events:
            self.assertEqual(events.records(1)[0][0]["text"], text)
            events.next_of("caught_up")
            curl(url + "/messages/a", *self.trusting, "-d", "live")
            self.assertEqual(events.records(1)[0][0]["text"], "live")
            self.assertEqual(server.stop(), 0)
            self.assertEqual(json.loads(events.next_of("end")["data"])["error"]["reason"], "SHUTTING_DOWN")
        server.start()

    def test_plain_text_gets_nothing_and_hurts_nobody(self):
        server, url = self.serve()
        host, port = server.http_address.split(":")
        with socket.create_connection((host, int(port)), timeout=60) as plain:
            plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertNotIn(b"alive", plain.recv(1 << 16))
        with self.assertRaises(subprocess.CalledProcessError):
            curl(url + "/healthz")  # it does not know the authority
        self.assertEqual(curl(url + "/healthz", *self.trusting)[0], 200)

    def test_a_handshake_that_fails_is_told_with_who_it_was_and_many_do_not_flood_the_log(self):
        server, _ = self.serve()
        host, port = server.http_address.split(":")

        def fail():
            with socket.create_connection((host, int(port)), timeout=60) as plain:
                plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                plain.recv(1 << 16)  # it has failed
                return plain.getsockname()[1]

        server.await_log(rf'TLS handshake".*http request.*peer=127\.0\.0\.1:{fail()}\b')
        # So many in a second; the first of the next one says how many were left out.
        while not any("suppressed=" in line for line in server.lines):
            fail()

    def test_client_certificate_is_demanded(self):
        server, url = self.serve("--tls-client-ca", self.files.path("ca.pem"))
        with self.assertRaises(subprocess.CalledProcessError):
            curl(url + "/healthz", *self.trusting)
        server.await_log("TLS handshake.*peer did not return a certificate")
        mine = ("--cert", self.files.path("client.pem"), "--key", self.files.path("client.key"))
        self.assertEqual(curl(url + "/healthz", *self.trusting, *mine)[0], 200)


if __name__ == "__main__":
    unittest.main()
