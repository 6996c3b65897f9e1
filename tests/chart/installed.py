"""The files of the chart's pods, laid out as the pods would have them, for the real programs."""

import base64
import os
import subprocess
import tempfile

from rendering import DEADLINE_S, Objects, containers

PROGRAMS = {"replogd": os.environ.get("REPLOGD"), "replog": os.environ.get("REPLOG_CLI"),
            "chat-server": os.environ.get("CHAT_SERVER")}
# Without what the machine may have set.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("REPLOG")}


def files_of(it):
    """The files of a ConfigMap or a Secret."""
    if it["kind"] == "ConfigMap":
        return {name: text.encode() for name, text in it["data"].items()}
    files = {name: text.encode() for name, text in it.get("stringData", {}).items()}
    return files | {name: base64.b64decode(text) for name, text in it.get("data", {}).items()}


class Installed:
    """The pods' files in a temporary directory. Where they run on this machine, and are not mounted into a container, the
    paths and addresses in them are made to be those of here."""

    def __init__(self, test, values, mounted=False):
        self.objects = Objects(values)
        self.mounted = mounted
        self.root = test.enterContext(tempfile.TemporaryDirectory())
        # For secrets that the values only name: those of a rendering that makes all of them.
        self.elsewhere = Objects("generated-mutual")
        self.address = self.http_address = None
        for name, _, pod in self.objects.pods():
            for container in containers(pod):
                self.mount(name, container, {it["name"]: it for it in pod["volumes"]})

    def path(self, pod, path):
        return os.path.join(self.root, pod) + path

    def here(self, pod, text):
        """A text with the pod's paths and the server's address as they are here."""
        for path in () if self.mounted else ("/etc/replog", "/var/lib/replog"):
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

    def command(self, pod, words):
        return [PROGRAMS[words[0]], *(self.here(pod, word) for word in words[1:])]

    def run(self, pod, words):
        """To its end, in an environment like that of a container."""
        return subprocess.run(self.command(pod, words), capture_output=True, text=True, timeout=DEADLINE_S, check=False,
                              env=ENVIRONMENT)

    def start(self, test, pod, words):
        """Goes on until the test ends; what gives its output, line by line."""
        process = subprocess.Popen(self.command(pod, words), stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
        test.addCleanup(process.stdout.close)
        test.addCleanup(process.wait, DEADLINE_S)
        test.addCleanup(process.terminate)
        return process.stdout

    def serve(self, test):
        """Starts the server as its pod does, on free ports of loopback."""
        pod, container = self.server()
        output = self.start(test, pod, ["replogd", *container["args"], "--listen", "127.0.0.1:0",
                                        "--http-listen", "127.0.0.1:0"])
        said = dict(output.readline().split() for _ in range(2))
        self.address, self.http_address = said["listening"], said["http"]

    def pod(self, ending):
        (found,) = [(name, pod) for name, _, pod in self.objects.pods() if name.endswith(ending)]
        return found

    def secret(self, name, key):
        return files_of(self.objects.one("Secret", name))[key].decode()
