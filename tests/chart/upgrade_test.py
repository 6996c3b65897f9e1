"""Install and upgrade, as helm does them: what the chart generated stays, and the notes say how to use it."""

import base64
import hashlib
import os
import subprocess
import tempfile
import unittest

import yaml
from fake_kubernetes import FakeKubernetes
import rendering
from rendering import CHART, DEADLINE_S, HELM


def setUpModule():
    rendering.require()


class UpgradeTest(unittest.TestCase):
    def setUp(self):
        self.home = self.enterContext(tempfile.TemporaryDirectory())
        self.cluster = self.enterContext(FakeKubernetes(self.home))

    def helm(self, *words):
        environment = {**os.environ, "HOME": self.home, "KUBECONFIG": self.cluster.kubeconfig}
        done = subprocess.run([HELM, *words], capture_output=True, text=True, timeout=DEADLINE_S, check=False,
                              env=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def install(self, *flags):
        return self.helm("install", "r", CHART, "--namespace", "prod", "--disable-openapi-validation", *flags)

    def upgrade(self, *flags):
        return self.helm("upgrade", "r", CHART, "--namespace", "prod", "--disable-openapi-validation", *flags)

    def secret(self, name):
        it = self.cluster.objects[f"/api/v1/namespaces/prod/secrets/r-replog-{name}"]
        made = {key: value.encode() for key, value in it.get("stringData", {}).items()}
        return made | {key: base64.b64decode(value) for key, value in it.get("data", {}).items()}

    def principals(self):
        return {it["name"]: it for it in yaml.safe_load(self.secret("access")["access.yaml"])["principals"]}

    def test_what_was_generated_stays(self):
        self.install()
        before = {name: self.secret(name) for name in ("tls", "token-admin", "access")}
        self.upgrade("--set", "config.log_level=debug")
        self.assertEqual({name: self.secret(name) for name in before}, before)
        config = self.cluster.objects["/api/v1/namespaces/prod/configmaps/r-replog"]["data"]["replogd.yaml"]
        self.assertIn('log_level: "debug"', config)

    def test_the_access_file_has_the_hashes_of_the_tokens(self):
        self.install("--set", "chat.enabled=true")
        found = self.principals()
        self.assertEqual(set(found), {"admin", "chat"})
        for name, principal in found.items():
            token = self.secret("token-" + name)["token"]
            self.assertRegex(token.decode(), r"^[A-Za-z0-9]{43}$")
            self.assertEqual(principal["tokens"][0]["sha256"], hashlib.sha256(token).hexdigest())
            self.assertNotIn(token, self.secret("access")["access.yaml"])

    def test_a_token_is_made_again_when_its_secret_was_deleted(self):
        self.install()
        before = self.secret("token-admin")["token"]
        del self.cluster.objects["/api/v1/namespaces/prod/secrets/r-replog-token-admin"]
        self.upgrade()
        after = self.secret("token-admin")["token"]
        self.assertNotEqual(after, before)
        self.assertEqual(self.principals()["admin"]["tokens"][0]["sha256"], hashlib.sha256(after).hexdigest())

    def test_clients_certificates_come_with_a_new_authority(self):
        self.install()
        before = self.secret("tls")
        self.upgrade("--set", "tls.mutual.enabled=true")
        server, client = self.secret("tls"), self.secret("client-tls")
        self.assertNotEqual(server["ca.crt"], before["ca.crt"])
        self.assertEqual(client["ca.crt"], server["ca.crt"])
        self.upgrade("--set", "tls.mutual.enabled=true")
        self.assertEqual((self.secret("tls"), self.secret("client-tls")), (server, client))

    def test_the_certificate_is_good_for_the_names_of_the_services(self):
        self.install("--set", "tls.extraNames={log.example.org}")
        for name, content in self.secret("tls").items():
            with open(os.path.join(self.home, name), "wb") as out:
                out.write(content)
        for host in ("r-replog.prod.svc", "r-replog", "r-replog-0.r-replog-headless.prod.svc", "localhost", "log.example.org"):
            done = subprocess.run(["openssl", "verify", "-CAfile", "ca.crt", "-verify_hostname", host, "tls.crt"],
                                  cwd=self.home, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_notes_say_how_to_get_in(self):
        notes = self.install()
        self.assertIn("get secret r-replog-token-admin -o jsonpath='{.data.token}'", notes)
        self.assertIn("get secret r-replog-tls -o jsonpath='{.data.ca\\.crt}'", notes)
        self.assertIn("replog --server localhost:50051 --tls-ca ca.crt --token-file token append", notes)
        self.assertNotIn(self.secret("token-admin")["token"].decode(), notes)
        notes = self.upgrade("--set", "insecure=true")
        self.assertIn("*** insecure: true. Everybody who reaches these ports may read, write and delete everything. ***", notes)
        self.assertNotIn("--tls-ca", notes)


if __name__ == "__main__":
    unittest.main()
