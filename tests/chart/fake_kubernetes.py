"""As much of a Kubernetes API server as `helm install` and `helm upgrade` need: it keeps objects, and does nothing with them."""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

# Group and version, and what kinds there are: plural and singular.
KINDS = {
    "v1": {"secrets": "Secret", "configmaps": "ConfigMap", "services": "Service", "serviceaccounts": "ServiceAccount",
           "pods": "Pod"},
    "apps/v1": {"statefulsets": "StatefulSet", "deployments": "Deployment"},
    "policy/v1": {"poddisruptionbudgets": "PodDisruptionBudget"},
    "networking.k8s.io/v1": {"networkpolicies": "NetworkPolicy"},
}


def group(group_version):
    name, version = group_version.split("/")
    it = {"groupVersion": group_version, "version": version}
    return {"name": name, "versions": [it], "preferredVersion": it}


def resources(group_version):
    verbs = ["get", "list", "create", "patch", "update", "delete"]
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": [
        {"name": name, "singularName": "", "namespaced": True, "kind": kind, "verbs": verbs}
        for name, kind in KINDS[group_version].items()]}


def discovery(path):
    """What is said of the API itself; None for everything else."""
    if path == "/version":
        return {"major": "1", "minor": "31", "gitVersion": "v1.31.0"}
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    if path == "/apis":
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [group(it) for it in KINDS if "/" in it]}
    group_version = path.removeprefix("/apis/").removeprefix("/api/")
    return resources(group_version) if group_version in KINDS else None


def merge(old, patch):
    """RFC 7396."""
    if not isinstance(patch, dict) or not isinstance(old, dict):
        return patch
    merged = old | {name: merge(old.get(name), value) for name, value in patch.items()}
    return {name: value for name, value in merged.items() if value is not None}


class FakeKubernetes:
    """Serves on a free port of loopback; a context manager. `objects` by their paths."""

    def __init__(self, directory):
        self.objects = {}
        self.kubeconfig = os.path.join(directory, "kubeconfig")
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *them: Handler(self.objects, *them))
        self.thread = threading.Thread(target=self.server.serve_forever)

    def __enter__(self):
        cluster = {"name": "it", "cluster": {"server": f"http://127.0.0.1:{self.server.server_port}"}}
        with open(self.kubeconfig, "w", encoding="utf-8") as out:
            json.dump({"apiVersion": "v1", "kind": "Config", "clusters": [cluster], "current-context": "it",
                       "contexts": [{"name": "it", "context": {"cluster": "it", "user": ""}}]}, out)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is one packet, and waits for no acknowledgement

    def __init__(self, objects, *them):
        self.objects = objects
        super().__init__(*them)

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass

    def answer(self, it, code=200):
        if it is None:
            code, it = 404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}
        body = json.dumps(it).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self):
        url = urlsplit(self.path)
        found = discovery(url.path) or self.objects.get(url.path)
        if found is None and url.path.rsplit("/", 1)[1] in KINDS["v1"]:
            wanted = [it.split("=") for it in parse_qs(url.query).get("labelSelector", [""])[0].split(",") if it]
            items = [it for path, it in self.objects.items() if path.startswith(url.path + "/")
                     and all(it["metadata"].get("labels", {}).get(name) == value for name, value in wanted)]
            found = {"kind": "SecretList", "apiVersion": "v1", "items": items}
        self.answer(found)

    def do_POST(self):
        it = self.body()
        self.objects[f"{urlsplit(self.path).path}/{it['metadata']['name']}"] = it
        self.answer(it, 201)

    def do_PUT(self):
        self.objects[urlsplit(self.path).path] = it = self.body()
        self.answer(it)

    def do_PATCH(self):
        path = urlsplit(self.path).path
        self.objects[path] = it = merge(self.objects[path], self.body())
        self.answer(it)

    def do_DELETE(self):
        self.answer(self.objects.pop(urlsplit(self.path).path, None))
