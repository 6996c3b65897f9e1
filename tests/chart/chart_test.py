"""The chart as helm and Kubernetes see it: lint, schemas, and what is refused."""

import json
import os
import re
import tempfile
import unittest

import yaml
import rendering
from rendering import CHART, HELM, TOOLS, VALUES, manifests, run, template


def setUpModule():
    rendering.require()


def names_in(values, prefix=""):
    """All names of a tree of values, as in tls.mutual.enabled."""
    for name, value in values.items():
        yield prefix + name
        if isinstance(value, dict):
            yield from names_in(value, prefix + name + ".")


def names_in_schema(schema, definitions, prefix=""):
    schema = definitions.get(schema.get("$ref", "").rpartition("/")[2], schema)
    for name, value in schema.get("properties", {}).items():
        yield prefix + name
        yield from names_in_schema(value, definitions, prefix + name + ".")


def read(name):
    with open(os.path.join(CHART, name), encoding="utf-8") as source:
        return source.read()


class ChartTest(unittest.TestCase):
    maxDiff = None

    def test_helm_lint_has_nothing_to_say(self):
        for name, path in VALUES.items():
            with self.subTest(name):
                done = run(HELM, "lint", "--strict", "--quiet", CHART, "--values", path)
                self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_kubernetes_and_the_operators_take_every_manifest(self):
        schemas = os.path.join(TOOLS, "kubernetes-schemas", "{{.ResourceKind}}{{.KindSuffix}}.json")
        with tempfile.TemporaryDirectory() as directory:
            for name in VALUES:
                with open(os.path.join(directory, name + ".yaml"), "w", encoding="utf-8") as out:
                    out.write(manifests(name))
            done = run(os.path.join(TOOLS, "kubeconform"), "-strict", "-summary", "-schema-location", schemas, directory)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"Valid: \d\d+, Invalid: 0, Errors: 0, Skipped: 0")

    def test_the_schema_knows_each_value_and_no_other(self):
        schema = yaml.safe_load(read("values.schema.json"))  # JSON is YAML
        # What is free in the values (a security context) or has no default is not of the same depth in both.
        free = r"podSecurityContext\.|securityContext\.|config\.|[rR]esources\.|labels\.|Probe\.|global"
        values = {it for it in names_in(yaml.safe_load(read("values.yaml"))) if not re.search(free, it)}
        known = {it for it in names_in_schema(schema, schema["definitions"]) if not re.search(free, it)}
        self.assertEqual(values, known)

    def test_config_takes_the_settings_that_replogd_has(self):
        settings = re.findall(r"^\| `(\w+)` \|", run(os.environ["REPLOGD"], "--print-settings").stdout, re.MULTILINE)
        schema = json.loads(read("values.schema.json"))["properties"]["config"]["propertyNames"]["enum"]
        self.assertEqual(schema, sorted(settings))

    def test_what_is_refused_says_why(self):
        existing = "tls.existingSecret=a"
        cases = [
            (["replcias=1"], "Additional property replcias is not allowed"),
            (["tls.mutual.enable=true"], "tls.mutual: Additional property enable is not allowed"),
            (["service.grpcPort=70000"], "service.grpcPort: Must be less than or equal to 65535"),
            (["service.type=Public"], 'service.type must be one of the following: "ClusterIP"'),
            (["insecure=yes"], "insecure: Invalid type. Expected: boolean, given: string"),
            (["persistence.size=huge"], "persistence.size: Must validate at least one schema"),
            (["tls.existingSecret=No_Name"], "tls.existingSecret: Does not match pattern"),
            (["config.log_level.it=1"], "config.log_level: Invalid type"),
            (["config.max_recrod_bytes=1"], 'Property name of "max_recrod_bytes" does not match'),
            (["config.tls_key=/k"], "config.tls_key is set by the chart"),
            (["replicas=3"], "replicas: 3, but at most 1: servers do not replicate to one another yet"),
            (["insecure=true", existing], "insecure: true turns off TLS and tokens, but there is also tls.existingSecret"),
            (["insecure=true", "tls.mutual.enabled=true"], "there is also tls.mutual.enabled: choose one"),
            ([existing, "tls.certManager.enabled=true"], "tls.existingSecret and tls.certManager.enabled: choose one"),
            (["tls.certManager.enabled=true"], "tls.certManager.issuerRef.name is missing"),
            ([existing, "tls.mutual.enabled=true"], "tls.mutual.clientSecret is missing"),
            (["access.existingSecret=a", "chat.enabled=true"], "chat.tokenSecret is missing"),
            (["access.existingSecret=a", "monitoring.serviceMonitor.enabled=true"], "serviceMonitor.tokenSecret is missing"),
            (["access.existingSecret=a", "access.principals[0].name=b"], "access.principals go into the generated access file"),
            (["monitoring.serviceMonitor.enabled=true", "http.enabled=false"], "serviceMonitor.enabled needs http.enabled"),
        ]
        for values, why in cases:
            with self.subTest(values):
                done = template(*(word for value in values for word in ("--set", value)))
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(why, done.stderr)

    def test_the_chart_is_of_the_version_that_the_programs_tell(self):
        said = run(os.environ["REPLOGD"], "--version").stdout.split()
        self.assertEqual(yaml.safe_load(read("Chart.yaml"))["appVersion"], said[1])


if __name__ == "__main__":
    unittest.main()
