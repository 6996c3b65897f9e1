"""The image as a container: root file system read-only, not root, no capabilities. See build_and_run."""

import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "chart"))
os.environ.setdefault("CHART_TOOLS", os.path.join(HERE, "..", "..", "build", "tools"))
from installed import Installed  # pylint: disable=wrong-import-position
from rendering import containers  # pylint: disable=wrong-import-position

ENGINE = os.environ["PODMAN"].split()
IMAGE = os.environ["IMAGE"]
# What the chart's pods have, too. Nothing is needed of the network but loopback.
RESTRICTED = ["--read-only", "--read-only-tmpfs=false", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
              "--network", "none", *os.environ.get("RUN_OPTIONS", "").split()]
DEADLINE_S = 120  # ends what hangs
HEALTH = ["replogd", "health", "--config", "/etc/replog/replogd.yaml"]
PLAIN = ["--env", "REPLOG_INSECURE=true"]


def engine(*words, check=True):
    done = subprocess.run([*ENGINE, *words], capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"{words}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def make_readable(directory):
    """For the container's user: Kubernetes gives the files to its group."""
    for folder, _, files in os.walk(directory):
        os.chmod(folder, 0o755)
        for name in files:
            os.chmod(os.path.join(folder, name), 0o644)


class Container:
    """A container of the image that is removed at the end, with a volume."""

    def __init__(self, test, *options, words=()):
        self.name = "replog-" + os.urandom(4).hex()
        self.volume = self.name + "-data"
        engine("volume", "create", self.volume)
        test.addCleanup(engine, "volume", "rm", "--force", self.volume)
        test.addCleanup(engine, "rm", "--force", self.name)
        engine("create", "--name", self.name, "--volume", f"{self.volume}:/var/lib/replog", *RESTRICTED, *options, IMAGE,
               *words)

    def start(self, probe=HEALTH):
        """Returns once it is healthy."""
        engine("start", self.name)
        end = time.monotonic() + DEADLINE_S
        while self.run(*probe, check=False).returncode != 0:
            state = self.state()
            if not state["Running"] or time.monotonic() > end:
                raise AssertionError(f"not healthy: {state}\n{self.logs()}")
            time.sleep(0.1)  # an engine tells nobody that a process listens

    def run(self, *words, check=True):
        return engine("exec", self.name, *words, check=check)

    def stop(self):
        """Asks it to end, with SIGTERM, and gives the exit code."""
        engine("stop", "--time", "60", self.name)
        return self.state()["ExitCode"]

    def state(self):
        return json.loads(engine("container", "inspect", self.name).stdout)[0]["State"]

    def logs(self):
        done = engine("logs", self.name)
        return done.stdout + done.stderr

    def texts(self, *flags):
        lines = self.run("replog", *flags, "read", "--json", "--channel", "room").stdout.splitlines()
        return [json.loads(line)["text"] for line in lines]


class ContainerTest(unittest.TestCase):
    def test_it_is_made_to_be_run_without_rights(self):
        config = json.loads(engine("image", "inspect", IMAGE).stdout)[0]
        self.assertEqual(config["User"], "10001:10001")
        self.assertEqual(config["Config"]["Entrypoint"], ["replogd"])
        self.assertEqual(config["Healthcheck"]["Test"][:3], ["CMD", "replogd", "health"])
        version = config["Labels"]["org.opencontainers.image.version"]
        print(f"{IMAGE}: {config['Size'] / 1e6:.1f} MB, revision {config['Labels']['org.opencontainers.image.revision']}")
        for program in ("replogd", "replog", "chat-server"):
            done = engine("run", "--rm", *RESTRICTED, "--entrypoint", program, IMAGE, "--version")
            self.assertRegex(done.stdout, rf"^{program} {version}( \(\w+\))?\n$")

    def test_it_has_no_rights(self):
        container = Container(self, *PLAIN)
        container.start()
        with open(f"/proc/{container.state()['Pid']}/status", encoding="utf-8") as source:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in source)
        self.assertEqual(status["Uid"].split(), ["10001"] * 4)
        self.assertEqual(status["Gid"].split(), ["10001"] * 4)
        self.assertEqual([int(status[it], 16) for it in ("CapEff", "CapPrm", "CapBnd", "CapAmb")], [0] * 4)
        self.assertEqual((status["NoNewPrivs"], status["Seccomp"], status["NSpid"].split()[-1]), ("1", "2", "1"))
        for path in ("/x", "/tmp/x", "/usr/local/bin/x", "/etc/replog/x"):
            done = container.run("touch", path, check=False)
            self.assertIn("Read-only file system", done.stderr, path)

    def test_what_was_appended_is_there_after_a_restart(self):
        container = Container(self, *PLAIN)
        container.start()
        container.run("replog", "append", "room", "before")
        self.assertEqual(container.texts(), ["before"])
        self.assertEqual(container.stop(), 0, container.logs())
        self.assertIn("stopped", container.logs())
        container.start()
        container.run("replog", "append", "room", "after")
        self.assertEqual(container.texts(), ["before", "after"])
        engine("kill", "--signal", "KILL", container.name)
        engine("wait", container.name)
        container.start()
        self.assertEqual(container.texts(), ["before", "after"])

    def test_the_health_check_of_the_image(self):
        container = Container(self, *PLAIN)
        container.start()
        self.assertEqual(engine("healthcheck", "run", container.name).returncode, 0)

    def test_plain_text_for_everybody_has_to_be_said(self):
        container = Container(self)
        engine("start", container.name)
        engine("wait", container.name)
        self.assertNotEqual(container.state()["ExitCode"], 0)
        self.assertIn("insecure", container.logs())

    def test_tls(self):
        with tempfile.TemporaryDirectory() as directory:
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-keyout", f"{directory}/tls.key", "-out", f"{directory}/tls.crt", "-subj", "/CN=localhost",
                            "-addext", "subjectAltName=DNS:localhost"], capture_output=True, check=True)
            make_readable(directory)
            container = Container(self, "--volume", f"{directory}:/tls:ro", "--env", "REPLOG_TLS_CERTIFICATE=/tls/tls.crt",
                                  "--env", "REPLOG_TLS_KEY=/tls/tls.key")
            container.start()
            container.run("replog", "--tls-ca", "/tls/tls.crt", "append", "room", "secret")
            self.assertEqual(container.texts("--tls-ca", "/tls/tls.crt"), ["secret"])
            self.assertNotEqual(container.run("replog", "read", check=False).returncode, 0)  # in plain text
            self.assertEqual(container.stop(), 0, container.logs())

    def test_the_chart_as_it_is_installed_without_any_values(self):
        """One container with the files of the server's pod and of `helm test`, which runs the commands of both."""
        installed = Installed(self, "default", mounted=True)
        server, it = installed.server()
        test, spec = installed.pod("-test")
        mounts = [(pod, mount["mountPath"]) for pod, container in [(server, it), (test, spec["containers"][0])]
                  for mount in container["volumeMounts"] if mount["name"] != "data"]
        make_readable(installed.root)
        container = Container(self, "--add-host", "r-replog.prod.svc:127.0.0.1", words=it["args"],
                              *(word for pod, path in mounts
                                for word in ("--volume", f"{installed.path(pod, path)}:{path}:ro")))
        container.start(it["startupProbe"]["exec"]["command"])
        container.run(*it["readinessProbe"]["exec"]["command"])
        for client in containers(spec):
            said = container.run(*client["command"], *client["args"]).stdout
        self.assertIn("revision 1", said)
        without_token = [word for word in client["args"] if not word.startswith("--token-file=")]
        self.assertNotEqual(container.run(*client["command"], *without_token, check=False).returncode, 0)
        self.assertEqual(container.stop(), 0, container.logs())


if __name__ == "__main__":
    unittest.main()
