"""Renders the chart with the real helm, for the tests beside this."""

import functools
import os
import subprocess
import sys
import unittest

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
CHART = os.path.join(HERE, "..", "..", "charts", "replog")
TOOLS = os.environ["CHART_TOOLS"]
HELM = os.path.join(TOOLS, "helm")
DEADLINE_S = 120  # ends what hangs
# helm as the Go module proxy has it takes an old Kubernetes for granted.
KUBERNETES = "1.31.0"

VALUES = {name.removesuffix(".yaml"): os.path.join(HERE, "values", name)
          for name in sorted(os.listdir(os.path.join(HERE, "values")))}


def require():
    """For a module's setUpModule: fails, or skips loudly where that is allowed, when a tool is missing."""
    missing = [it for it in ("helm", "kubeconform", "kubernetes-schemas") if not os.path.exists(os.path.join(TOOLS, it))]
    if missing and os.environ.get("REPLOG_WITHOUT_GRPCURL") == "1":
        print(f"\n*** TESTS OF THE CHART DID NOT RUN: there is no {missing[0]}. ***\n", file=sys.stderr)
        raise unittest.SkipTest("no helm, as allowed by REPLOG_WITHOUT_GRPCURL=1")
    if missing:
        raise RuntimeError(f"{', '.join(missing)} missing: `./dev deps test` makes them, which takes Go and the Go module "
                           "proxy. Set REPLOG_WITHOUT_GRPCURL=1 to go on without these tests.")


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=DEADLINE_S, check=False)


def template(*flags):
    """The finished `helm template` of a release `r` in the namespace `prod`."""
    return run(HELM, "template", "r", CHART, "--namespace", "prod", "--kube-version", KUBERNETES, *flags)


@functools.cache
def manifests(values):
    """What a set of values renders, as text."""
    done = template("--values", VALUES[values])
    if done.returncode != 0:
        raise RuntimeError(f"{values}: {done.stderr}")
    return done.stdout


@functools.cache
def parsed(values):
    return [it for it in yaml.load_all(manifests(values), yaml.CSafeLoader) if it]


class Objects:
    """The objects that a set of values renders."""

    def __init__(self, values):
        self.all = parsed(values)

    def of(self, kind):
        return [it for it in self.all if it["kind"] == kind]

    def one(self, kind, name):
        (found,) = [it for it in self.of(kind) if it["metadata"]["name"] == name]
        return found

    def pods(self):
        """(name, labels, pod's spec) of everything that runs."""
        for it in self.all:
            if it["kind"] in ("StatefulSet", "Deployment"):
                template_ = it["spec"]["template"]
                yield it["metadata"]["name"], template_["metadata"]["labels"], template_["spec"]
            elif it["kind"] == "Pod":
                yield it["metadata"]["name"], it["metadata"]["labels"], it["spec"]

    def server(self):
        (it,) = self.of("StatefulSet")
        return it["spec"]["template"]["spec"]["containers"][0]

    def settings(self):
        """replogd's configuration."""
        (text,) = [it["data"]["replogd.yaml"] for it in self.of("ConfigMap") if "replogd.yaml" in it["data"]]
        return yaml.safe_load(text)


def containers(pod):
    return pod.get("initContainers", []) + pod["containers"]
