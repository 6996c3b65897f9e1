"""What TLS costs."""

import os
import shutil

from system import processes, replog
from system.results import Row


def _openssl(directory):
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    certificate, key = (os.path.join(directory, name) for name in ("tls.pem", "tls.key"))
    processes.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                   "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate])
    return certificate, key


def replay_tls(bench):
    """Replay of the same log over plain text and over TLS, in alternating order, and their ratio."""
    rows = [Row("replay-tls", "over plain text", "records/s"), Row("replay-tls", "over TLS", "records/s"),
            Row("replay-tls", "TLS to plain text", "ratio")]
    with bench.scratch() as directory:
        plain_home, tls_home = (os.path.join(directory, name) for name in ("plain", "tls"))
        os.mkdir(plain_home)
        with replog.Replogd(bench.programs, plain_home) as server:
            server.bench("append", records=bench.sizes.replay, keep=True)
        shutil.copytree(plain_home, tls_home)
        certificate, key = _openssl(directory)
        flags = ["--tls-certificate", certificate, "--tls-key", key]
        with replog.Replogd(bench.programs, plain_home) as plain, replog.Replogd(bench.programs, tls_home, flags) as tls:
            tls.client_flags = ["--tls-ca", certificate]
            order = [plain, tls]

            def measure(_):
                results = {server: server.bench("replay", keep=True) for server in order}
                order.reverse()
                rates = [results[server]["records_per_s"] for server in (plain, tls)]
                return [(rows[0], rates[0], results[plain]), (rows[1], rates[1], results[tls]),
                        (rows[2], rates[1] / rates[0], None)]

            bench.in_turn("replay-tls", [tls], measure)
