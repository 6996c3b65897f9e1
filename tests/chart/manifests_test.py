"""What the rendered manifests mean: protection, and that all that is referred to is there."""

import json
import os
import unittest

import rendering
import yaml
from rendering import VALUES, Objects, containers

# Secrets that are not the chart's: the values name them.
GIVEN = {"our-tls", "our-client", "our-access", "our-test-token", "our-webhooks", "our-chat-token",
         "our-prometheus-token", "platform-clients"}


def setUpModule():
    rendering.require()


def for_every_set(test):
    def run(self):
        for name in VALUES:
            with self.subTest(name):
                test(self, Objects(name))
    return run


def selects(selector, labels):
    return all(labels.get(name) == value for name, value in selector.items())


class ManifestsTest(unittest.TestCase):
    maxDiff = None

    # ---- protection

    @for_every_set
    def test_every_container_is_restricted(self, objects):
        for name, _, pod in objects.pods():
            context = pod["securityContext"]
            self.assertTrue(context["runAsNonRoot"], name)
            self.assertGreater(context["runAsUser"], 0, name)
            self.assertEqual(context["seccompProfile"], {"type": "RuntimeDefault"}, name)
            self.assertIs(pod["automountServiceAccountToken"], False, name)
            self.assertFalse({"hostNetwork", "hostPID", "hostIPC"} & set(pod), name)
            for container in containers(pod):
                self.assertEqual(container["securityContext"],
                                 {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                  "capabilities": {"drop": ["ALL"]}}, name)

    @for_every_set
    def test_secrets_are_files_and_nothing_else(self, objects):
        for name, _, pod in objects.pods():
            for container in containers(pod):
                self.assertNotIn("envFrom", container, name)
                self.assertFalse([it for it in container.get("env", []) if "valueFrom" in it], name)
                self.assertNotIn("token=", " ".join(container.get("args", [])), name)
            for volume in pod.get("volumes", []):
                if "secret" in volume:
                    self.assertEqual(volume["secret"]["defaultMode"], 0o440, name)
                    mounts = [it for c in containers(pod) for it in c["volumeMounts"] if it["name"] == volume["name"]]
                    self.assertTrue(mounts and all(it["readOnly"] for it in mounts), volume["name"])

    @for_every_set
    def test_without_the_word_insecure_there_are_tls_and_tokens(self, objects):
        settings = objects.settings()
        protected = {"tls_certificate", "tls_key", "access_file"} <= set(settings)
        self.assertNotEqual(protected, settings.get("insecure", False))
        for name, _, pod in objects.pods():
            for container in containers(pod):
                if container["name"] != "replogd":
                    flags = " ".join(container["args"])
                    self.assertEqual("--tls-ca=" in flags and "--token-file=" in flags, protected, name)
        for monitor in objects.of("ServiceMonitor"):
            (endpoint,) = monitor["spec"]["endpoints"]
            self.assertEqual((endpoint["scheme"], "tlsConfig" in endpoint, "authorization" in endpoint),
                             ("https", True, True) if protected else ("http", False, False))

    def test_only_one_set_is_insecure(self):
        self.assertEqual([it for it in VALUES if Objects(it).settings().get("insecure")], ["insecure"])

    @for_every_set
    def test_the_network_policy_covers_every_port_and_lets_nothing_out(self, objects):
        for policy in objects.of("NetworkPolicy"):
            spec = policy["spec"]
            self.assertEqual(spec["policyTypes"], ["Ingress", "Egress"])
            ports = [port["name"] for port in objects.server()["ports"]]
            self.assertEqual([port["port"] for port in spec["ingress"][0]["ports"]], ports)
            self.assertTrue(all(rule["from"] for rule in spec["ingress"]))
            for name, labels, _ in objects.pods():
                self.assertTrue(any(selects(it["podSelector"].get("matchLabels", {}), labels)
                                    for it in spec["ingress"][0]["from"] if "podSelector" in it), name)

    # ---- what belongs together

    @for_every_set
    def test_probes_ask_as_the_server_is_configured(self, objects):
        server = objects.server()
        (config,) = [it["mountPath"] for it in server["volumeMounts"] if it["name"] == "config"]
        self.assertEqual(server["args"], ["--config", config + "/replogd.yaml"])
        for probe, more in (("startupProbe", ["--alive"]), ("livenessProbe", ["--alive"]), ("readinessProbe", [])):
            self.assertEqual(server[probe]["exec"]["command"],
                             ["replogd", "health", "--config", config + "/replogd.yaml", *more])
            self.assertGreaterEqual(server[probe]["timeoutSeconds"], 5)  # it gives up by itself after four

    @for_every_set
    def test_selectors_find_pods(self, objects):
        pods = [(name, labels) for name, labels, _ in objects.pods()]
        for it in objects.all:
            spec = it.get("spec", {})
            if it["kind"] == "Service":
                selector = spec["selector"]
            elif it["kind"] in ("StatefulSet", "Deployment", "PodDisruptionBudget"):
                selector = spec["selector"]["matchLabels"]
            elif it["kind"] == "NetworkPolicy":
                selector = spec["podSelector"]["matchLabels"]
            else:
                continue
            component = it["metadata"]["labels"]["app.kubernetes.io/component"]
            found = [name for name, labels in pods if selects(selector, labels)]
            self.assertEqual(len(found), 1, (it["kind"], it["metadata"]["name"], found))
            self.assertEqual(selector["app.kubernetes.io/component"], component)

    @for_every_set
    def test_services_lead_to_ports_that_are_there(self, objects):
        ports = {name: [port["name"] for c in containers(pod) for port in c.get("ports", [])]
                 for name, _, pod in objects.pods()}
        for service in objects.of("Service"):
            selector = service["spec"]["selector"]
            (target,) = [name for name, labels, _ in objects.pods() if selects(selector, labels)]
            self.assertEqual([port["targetPort"] for port in service["spec"]["ports"]], ports[target])
        (headless,) = [it for it in objects.of("Service") if it["spec"].get("clusterIP") == "None"]
        self.assertIs(headless["spec"]["publishNotReadyAddresses"], True)
        (stateful,) = objects.of("StatefulSet")
        self.assertEqual(stateful["spec"]["serviceName"], headless["metadata"]["name"])

    @for_every_set
    def test_a_monitor_scrapes_each_pod_once(self, objects):
        for monitor in objects.of("ServiceMonitor"):
            selector = monitor["spec"]["selector"]["matchLabels"]
            found = [it for it in objects.of("Service") if selects(selector, it["metadata"]["labels"])]
            self.assertEqual(len(found), 1)
            self.assertIn("replog", found[0]["metadata"]["labels"][monitor["spec"]["jobLabel"]])
            self.assertIn("http", [port["name"] for port in found[0]["spec"]["ports"]])

    def test_alerts_and_dashboard_arrive_as_they_are(self):
        objects = Objects("monitoring")
        with open(os.path.join(rendering.CHART, "files", "alerts.yaml"), encoding="utf-8") as source:
            self.assertEqual(objects.of("PrometheusRule")[0]["spec"], yaml.safe_load(source))
        with open(os.path.join(rendering.CHART, "files", "dashboard.json"), encoding="utf-8") as source:
            (text,) = [it["data"]["replog.json"] for it in objects.of("ConfigMap") if "replog.json" in it["data"]]
            self.assertEqual(json.loads(text), json.load(source))

    @for_every_set
    def test_an_autoscaler_has_the_replicas_to_itself(self, objects):
        for scaler in objects.of("HorizontalPodAutoscaler"):
            target = scaler["spec"]["scaleTargetRef"]
            self.assertNotIn("replicas", objects.one(target["kind"], target["name"])["spec"])

    @for_every_set
    def test_mounts_have_volumes_and_volumes_have_sources(self, objects):
        made = {it["metadata"]["name"] for it in objects.of("Secret")}
        made |= {it["spec"]["secretName"] for it in objects.of("Certificate")}
        config_maps = {it["metadata"]["name"] for it in objects.of("ConfigMap")}
        for name, _, pod in objects.pods():
            volumes = {it["name"] for it in pod.get("volumes", [])}
            if name == objects.of("StatefulSet")[0]["metadata"]["name"]:
                volumes |= {it["metadata"]["name"] for it in objects.of("StatefulSet")[0]["spec"]["volumeClaimTemplates"]}
            mounted = {it["name"] for c in containers(pod) for it in c["volumeMounts"]}
            self.assertEqual(mounted, volumes, name)
            for volume in pod.get("volumes", []):
                if "secret" in volume:
                    self.assertIn(volume["secret"]["secretName"], made | GIVEN, name)
                if "configMap" in volume:
                    self.assertIn(volume["configMap"]["name"], config_maps, name)

    @for_every_set
    def test_keys_of_secrets_are_there(self, objects):
        keys = {it["metadata"]["name"]: set(it.get("data", {})) | set(it.get("stringData", {}))
                for it in objects.of("Secret")}
        for name, _, pod in objects.pods():
            for volume in pod.get("volumes", []):
                known = keys.get(volume.get("secret", {}).get("secretName"))
                if known is not None:
                    self.assertLessEqual({it["key"] for it in volume["secret"]["items"]}, known, name)

    @for_every_set
    def test_every_file_of_the_configuration_is_mounted(self, objects):
        mounts = [it["mountPath"] for it in objects.server()["volumeMounts"]]
        files = [value for value in objects.settings().values() if str(value).startswith("/")]
        for path in files:
            self.assertTrue(any(path.startswith(mount + "/") for mount in mounts), path)


if __name__ == "__main__":
    unittest.main()
