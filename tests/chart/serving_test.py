"""What the chart renders, given to the real programs: its files are laid out as the pods would have them."""

import base64
import os
import subprocess
import tempfile
import unittest

from rendering import DEADLINE_S, VALUES, Objects, containers

REPLOGD = os.environ["REPLOGD"]
PROGRAMS = {"replogd": REPLOGD, "replog": os.environ["REPLOG_CLI"]}


def files_of(it):
    """The files of a ConfigMap or a Secret."""
    if it["kind"] == "ConfigMap":
        return {name: text.encode() for name, text in it["data"].items()}
    files = {name: text.encode() for name, text in it.get("stringData", {}).items()}
    return files | {name: base64.b64decode(text) for name, text in it.get("data", {}).items()}


class Installed:
    """The pods' files in a temporary directory; ports and names as they are on this machine."""

    def __init__(self, test, values):
        self.objects = Objects(values)
        self.root = test.enterContext(tempfile.TemporaryDirectory())
        # For secrets that the values only name: those of a rendering that makes all of them.
        self.elsewhere = Objects("generated-mutual")
        self.address = None
        for name, _, pod in self.objects.pods():
            for container in containers(pod):
                self.mount(name, container, {it["name"]: it for it in pod["volumes"]})

    def path(self, pod, path):
        return os.path.join(self.root, pod) + path

    def here(self, pod, text):
        """A text with the pod's paths and the server's address as they are here."""
        for path in ("/etc/replog", "/var/lib/replog"):
            text = text.replace(path, self.path(pod, path))
        if self.address:
            (service,) = [it for it in self.objects.of("Service") if "appProtocol" in it["spec"]["ports"][0]
                          and it["spec"]["ports"][0]["name"] == "grpc" and it["spec"].get("clusterIP") != "None"]
            port = service["spec"]["ports"][0]["port"]
            text = text.replace(f"{service['metadata']['name']}.prod.svc:{port}", self.address)
        return text

    def mount(self, pod, container, volumes):
        for mount in container["volumeMounts"]:
            folder = self.path(pod, mount["mountPath"])
            os.makedirs(folder, exist_ok=True)
            for name, content in self.content(volumes.get(mount["name"], {})).items():
                with open(os.path.join(folder, name), "wb") as out:
                    out.write(self.here(pod, content.decode()).encode() if name == "replogd.yaml" else content)

    def content(self, volume):
        if "configMap" in volume:
            return files_of(self.objects.one("ConfigMap", volume["configMap"]["name"]))
        if "secret" not in volume:
            return {}
        keys = {it["key"]: it["path"] for it in volume["secret"]["items"]}
        made = [it for it in self.objects.of("Secret") if it["metadata"]["name"] == volume["secret"]["secretName"]]
        made += [it for it in self.elsewhere.of("Secret") if set(keys) <= set(files_of(it))]
        files = files_of(made[0]) if made else {"webhooks.yaml": b"webhooks: []\n"}
        return {path: files[key] for key, path in keys.items()}

    def server(self):
        return self.objects.of("StatefulSet")[0]["metadata"]["name"], self.objects.server()

    def run(self, pod, words, **options):
        command = [PROGRAMS[words[0]], *(self.here(pod, word) for word in words[1:])]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("REPLOG_")}
        return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False, env=environment,
                              **options)

    def start(self, test):
        """Serves as the pod does, on a free port of loopback."""
        pod, container = self.server()
        command = [REPLOGD, *(self.here(pod, word) for word in container["args"]), "--listen", "127.0.0.1:0",
                   "--http-listen", "none"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        test.addCleanup(process.stdout.close)
        test.addCleanup(process.wait, DEADLINE_S)
        test.addCleanup(process.terminate)
        line = process.stdout.readline().split()
        test.assertEqual(line[:1], ["listening"])
        self.address = line[1]


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

    def test_the_pods_of_the_chart_work_together(self):
        for name in ("insecure",):
            with self.subTest(name):
                installed = Installed(self, name)
                installed.start(self)
                pod, container = installed.server()
                for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                    done = installed.run(pod, container[probe]["exec"]["command"] + ["--listen", installed.address])
                    self.assertEqual((done.returncode, done.stderr), (0, ""), probe)
                (pod, spec) = [(name, spec) for name, _, spec in installed.objects.pods() if name.endswith("-test")][0]
                for container in containers(spec):
                    done = installed.run(pod, container["command"] + container["args"])
                    self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("revision 1", done.stdout)  # what the last of them read


if __name__ == "__main__":
    unittest.main()
