"""Certificates of a test's own, made with the openssl command."""

import os
import shutil
import subprocess
import tempfile

NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


class Certificates:
    """Files NAME.pem and NAME.key in a temporary directory; a context manager."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="replog-certificates-")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.directory, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.directory, name)

    def pem(self, name):
        return self.path(name + ".pem")

    def key(self, name):
        return self.path(name + ".key")

    def read(self, path):
        with open(path, "rb") as file:
            return file.read()

    def authority(self, name="ca"):
        """One that signs itself and may sign others."""
        self._openssl("req", "-x509", *NEW_KEY, "-subj", f"/CN={name}", "-days", "3650", "-keyout", self.key(name),
                      "-out", self.pem(name))

    def make(self, name, authority="ca", names="DNS:localhost,IP:127.0.0.1", days=365):
        """One that `authority` signs, for `names`; with less than no days it is over."""
        request = self.path(name + ".csr")
        self._openssl("req", *NEW_KEY, "-subj", f"/CN={name}", "-addext", f"subjectAltName={names}", "-keyout",
                      self.key(name), "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.pem(authority), "-CAkey", self.key(authority),
                      "-copy_extensions", "copy", "-days", str(days), "-out", self.pem(name))

    def serve(self, name):
        """Makes it what the files `served` hold, as a rotation does: each file is replaced at one moment."""
        for path in (self.pem, self.key):
            shutil.copyfile(path(name), path("served") + ".new")
            os.replace(path("served") + ".new", path("served"))

    def serial(self, name):
        said = self._openssl("x509", "-in", self.pem(name), "-noout", "-serial")
        return said.strip().removeprefix("serial=")

    @staticmethod
    def _openssl(*arguments):
        return subprocess.run(["openssl", *arguments], check=True, capture_output=True, text=True).stdout
