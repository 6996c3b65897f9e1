"""gRPC over TLS and mutual TLS: who gets in, what both sides say when somebody does not, and new certificates while
streams are open."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))

import grpc  # noqa: E402

from certificates import Certificates  # noqa: E402
from logged_replogd import LoggedReplogd  # noqa: E402
from replogd import Replogd  # noqa: E402
from stubs import log_grpc, log_pb2, record_pb2  # noqa: E402

DEADLINE_S = 60  # ends a test that hangs
UNREACHABLE = 3  # exit code of replog


def serial_of(address):
    """The serial number of the certificate that a new connection is served with."""
    host, port = address.rsplit(":", 1)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    with socket.create_connection((host, int(port)), timeout=DEADLINE_S) as plain:
        with context.wrap_socket(plain) as secure:
            pem = ssl.DER_cert_to_PEM_cert(secure.getpeercert(binary_form=True))
    said = subprocess.run(["openssl", "x509", "-noout", "-serial"], input=pem, check=True, capture_output=True, text=True)
    return said.stdout.strip().removeprefix("serial=")


class TlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.made = cls.enterClassContext(Certificates())
        for authority in ("ca", "other-ca"):
            cls.made.authority(authority)
        cls.made.make("server")
        cls.made.make("next")
        cls.made.make("alice", names="DNS:alice.example")
        cls.made.make("mallory", authority="other-ca", names="DNS:alice.example")
        cls.made.make("late", days=-1)

    def serve(self, *flags, name="server"):
        self.made.serve(name)
        flags = ("--tls-certificate", self.made.pem("served"), "--tls-key", self.made.key("served"), *flags)
        return self.enterContext(LoggedReplogd(*flags))

    def replog(self, server, *arguments, tls=("ca",), certificate=None, **environment):
        """Runs replog; `tls` is whom it trusts."""
        command = [os.environ["REPLOG_CLI"], "--server", server.address, "--timeout", "2"]
        if tls:
            command += ["--tls-ca", self.made.pem(tls[0])]
        if certificate:
            command += ["--tls-cert", self.made.pem(certificate), "--tls-key", self.made.key(certificate)]
        return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=DEADLINE_S, check=False,
                              env={**os.environ, **environment})

    def refused(self, finished, *parts):
        self.assertEqual(finished.returncode, UNREACHABLE, finished)
        self.assertIn("no connection to 127.0.0.1:", finished.stderr)
        for part in parts:
            self.assertIn(part, finished.stderr)

    def channel(self, server):
        credentials = grpc.ssl_channel_credentials(self.made.read(self.made.pem("ca")))
        return self.enterContext(grpc.secure_channel(server.address, credentials))

    # ---- who gets in

    def test_append_and_read_over_tls(self):
        server = self.serve()
        self.assertEqual(self.replog(server, "append", "room", "Hello everyone!").returncode, 0)
        said = self.replog(server, "--json", "read")
        self.assertEqual([json.loads(line)["text"] for line in said.stdout.splitlines()], ["Hello everyone!"])

    def test_a_server_whose_authority_is_not_trusted(self):
        server = self.serve()
        self.refused(self.replog(server, "logs", tls=("other-ca",)), "certificate verify failed", "--tls-ca")
        system = self.replog(server, "--tls", "logs", tls=())
        self.refused(system, "certificate verify failed", "--tls-ca")

    def test_a_server_that_has_another_name(self):
        server = self.serve()
        self.refused(self.replog(server, "--tls-server-name", "example.org", "logs"), "example.org")

    def test_a_server_whose_certificate_has_expired(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.made.pem("late"), self.made.key("late"))
        listener = self.enterContext(socket.create_server(("127.0.0.1", 0)))

        def accept():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    try:
                        context.wrap_socket(connection, server_side=True)
                    except OSError:
                        pass

        threading.Thread(target=accept, daemon=True).start()
        self.addCleanup(listener.shutdown, socket.SHUT_RDWR)

        class Late:
            address = "127.0.0.1:%d" % listener.getsockname()[1]

        self.refused(self.replog(Late, "logs"), "certificate verify failed")

    def test_plain_text_to_tls_and_tls_to_plain_text(self):
        server = self.serve()
        self.refused(self.replog(server, "logs", tls=()), "does it expect TLS?")
        plain = self.enterContext(Replogd())
        self.refused(self.replog(plain, "logs"), "does it serve plain text?")

    def test_tls_1_1_is_refused(self):
        server = self.serve()
        host, port = server.address.rsplit(":", 1)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        with socket.create_connection((host, int(port)), timeout=DEADLINE_S) as plain:
            with self.assertRaises(ssl.SSLError):
                context.wrap_socket(plain)

    def test_many_handshakes_that_fail_do_not_flood_the_log(self):
        server = self.serve()
        host, port = server.address.rsplit(":", 1)
        while not any("suppressed=" in line for line in server.lines):
            with socket.create_connection((host, int(port)), timeout=DEADLINE_S) as plain:
                plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                try:
                    plain.recv(1 << 16)  # it has failed
                except ConnectionResetError:
                    pass

    # ---- mutual TLS

    def test_only_clients_with_a_certificate_of_ours_get_in(self):
        server = self.serve("--tls-client-ca", self.made.pem("ca"))
        self.assertEqual(self.replog(server, "logs", certificate="alice").returncode, 0)
        for certificate in (None, "mallory", "late"):
            self.refused(self.replog(server, "logs", certificate=certificate), "does it demand a client certificate?")
        server.await_log("peer did not return a certificate")
        server.await_log("certificate verify failed")

    # ---- new certificates

    def test_a_stream_goes_on_while_new_connections_get_the_new_certificate(self):
        for by_signal in (True, False):
            with self.subTest(by_signal=by_signal):
                server = self.serve()
                log = log_grpc.ReplicationLogStub(self.channel(server))
                stream = log.Subscribe(log_pb2.SubscribeRequest(), timeout=DEADLINE_S)
                next(stream)
                self.assertEqual(serial_of(server.address), self.made.serial("server"))
                self.made.serve("next")
                if by_signal:
                    server.process.send_signal(signal.SIGHUP)
                server.await_log("serial " + self.made.serial("next"))
                self.assertEqual(serial_of(server.address), self.made.serial("next"))
                record = record_pb2.NewRecord(channel="room", text="after")
                log.Append(log_pb2.AppendRequest(records=[record]), timeout=DEADLINE_S)
                texts = []
                while not texts:
                    texts = [record.text for record in next(stream).records]
                self.assertEqual(texts, ["after"])
                stream.cancel()

    def test_broken_files_leave_the_certificate_as_it_was(self):
        server = self.serve()
        with open(self.made.pem("served"), "w", encoding="ascii") as file:
            file.write("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        server.process.send_signal(signal.SIGHUP)
        server.await_log("tls_certificate .*served.pem: .* stays in use")
        self.assertEqual(serial_of(server.address), self.made.serial("server"))
        self.assertEqual(self.replog(server, "logs").returncode, 0)
        self.made.serve("next")
        server.await_log("serial " + self.made.serial("next"))
        self.assertEqual(serial_of(server.address), self.made.serial("next"))


class StartTest(unittest.TestCase):
    """What replogd does not start with."""

    def start(self, *flags):
        with Certificates() as made:
            made.authority()
            made.make("late", days=-1)
            flags = [flag.format(late_pem=made.pem("late"), late_key=made.key("late")) for flag in flags]
            data = made.path("data")
            return subprocess.run([os.environ["REPLOGD"], "--data", data, *flags], capture_output=True, text=True,
                                  timeout=DEADLINE_S, check=False)

    def refused(self, flags, *parts, code=2):
        finished = self.start(*flags)
        self.assertEqual(finished.returncode, code, finished)
        for part in parts:
            self.assertIn(part, finished.stderr)

    def test_an_expired_certificate(self):
        self.refused(["--listen", "127.0.0.1:0", "--tls-certificate", "{late_pem}", "--tls-key", "{late_key}"],
                     "late.pem", "CN=late expired on")

    def test_half_of_the_files(self):
        half = ["--listen", "127.0.0.1:0", "--tls-certificate", "{late_pem}"]
        self.refused(half, "tls_key is missing: TLS takes tls_certificate and tls_key")
        self.refused(["--listen", "127.0.0.1:0", "--tls-client-ca", "{late_pem}"], "tls_certificate is missing")

    def test_plain_text_where_others_can_reach_it(self):
        for address in ("0.0.0.0:0", "[::]:0"):
            self.refused(["--listen", address], "listen " + address, "tls_certificate", "--insecure")

    def test_plain_text_everywhere_when_it_is_asked_for(self):
        server = LoggedReplogd("--insecure")
        self.addCleanup(server.__exit__)
        server.start("0.0.0.0:0")
        server.await_log("PLAIN TEXT on 0.0.0.0:0")


if __name__ == "__main__":
    unittest.main()
