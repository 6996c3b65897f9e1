"""The OpenAPI document, against a real server: each operation is called and answers as the document says."""

import hashlib
import hmac
import json
import os
import re
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "python"))
from curl import Events, curl  # pylint: disable=wrong-import-position
from node import Node  # pylint: disable=wrong-import-position
from replogd import Replogd  # pylint: disable=wrong-import-position

PARAMETERS = {"log": "default", "channel": "a", "name": "hub"}
BODIES = {"/v1/logs/{log}/records": '{"records": [{"channel": "a", "text": "t"}]}',
          "/v1/logs/{log}/sync": '{"sequence": "0"}', "/v1/logs/{log}/audit": "{}"}
MESSAGE = '{"text": "t", "key": "k", "headers": {"h": "v"}}'
WEBHOOKS = """
webhooks: [{name: hub, secret_env: HUB_SECRET, signature: {header: X-Signature}, delivery_id: body_sha256, channel: a}]
"""
SIGNATURE = hmac.new(b"sesame", MESSAGE.encode(), hashlib.sha256).hexdigest()
# What an operation needs beside its path and body.
FIELDS = {"/v1/synced": ("-H", "X-Auth-Token: t"), "/v1/webhooks/{name}": ("-H", f"X-Signature: {SIGNATURE}")}


class Document:
    def __init__(self, text):
        self.root = json.loads(text)

    def resolved(self, node):
        while "$ref" in node:
            found = self.root
            for name in node["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            node = found
        return node

    def operations(self):
        return [(verb, path, operation) for path, item in self.root["paths"].items()
                for verb, operation in item.items() if verb != "parameters"]

    def check(self, value, schema, where):
        """Enough of JSON Schema for what the document uses; what is not in it is an error."""
        schema = self.resolved(schema)
        kind = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int,
                "number": (int, float)}[schema["type"]]
        if value is None and schema.get("nullable"):
            return
        assert isinstance(value, kind), f"{where}: {value!r} is not of type {schema['type']}"
        if kind is list:
            for item in value:
                self.check(item, schema["items"], where + "[]")
        if kind is dict and "properties" in schema:
            missing = set(schema.get("required", ())) - set(value)
            assert not missing, f"{where}: has no {missing}"
            for name, item in value.items():
                inner = schema["properties"].get(name, schema.get("additionalProperties"))
                assert inner, f"{where}: {name} is not documented"
                self.check(item, inner, f"{where}.{name}")


class OpenApiTest(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        webhooks = os.path.join(folder, "webhooks.yaml")
        with open(webhooks, "w", encoding="utf-8") as file:
            file.write(WEBHOOKS)
        self.server = self.enterContext(
            Replogd("--webhooks-file", webhooks, http_listen="127.0.0.1:0", environment={"HUB_SECRET": "sesame"}))
        status, text = curl(self.url("/openapi.json"))
        self.assertEqual(status, 200)
        self.document = Document(text)

    def url(self, path):
        return f"http://{self.server.http_address}{path}"

    def call(self, verb, path, *arguments, parameters=PARAMETERS):
        """The answer as (status, content type, body)."""
        filled = re.sub(r"\{(\w+)\}", lambda match: parameters[match[1]], path)
        status, answer = curl(self.url(filled), "-X", verb.upper(), "-i", *arguments)
        head, _, body = answer.rpartition(b"\r\n\r\n")
        return status, re.search(rb"(?i)content-type: ([^;\r]*)", head)[1].decode(), body

    def check_answer(self, operation, where, answer):
        status, kind, body = answer
        documented = operation["responses"]
        self.assertIn(str(status), documented, f"{where}: {body}")
        content = self.document.resolved(documented[str(status)])["content"]
        self.assertIn(kind, content, where)
        if kind == "application/json":
            self.document.check(json.loads(body), content[kind]["schema"], where)

    def test_every_operation_answers_as_documented(self):
        curl(self.url("/messages/a"), "--json", MESSAGE)
        self.enterContext(Node("n", self.server, "--table", "--channel", "a")).next()  # questions to nodes need one
        for verb, path, operation in self.document.operations():
            where = f"{verb} {path}"
            with self.subTest(where):
                if path.endswith("/events"):
                    filled = re.sub(r"\{(\w+)\}", lambda match: PARAMETERS[match[1]], path)
                    with Events(self.url(filled)) as events:
                        self.assertIsNotNone(events.next_of("caught_up"))
                    continue
                arguments = ("--json", BODIES.get(path, MESSAGE)) if verb == "post" else ()
                answer = self.call(verb, path, *arguments, *FIELDS.get(path, ()))
                self.assertEqual(answer[0], 200, where)
                self.check_answer(operation, where, answer)

    def test_refusals_are_as_documented(self):
        for verb, path, operation in self.document.operations():
            if "{log}" not in path:
                continue
            with self.subTest(f"{verb} {path}"):
                arguments = ("--json", BODIES.get(path, MESSAGE)) if verb == "post" else ()
                answer = self.call(verb, path, *arguments, parameters={**PARAMETERS, "log": "none"})
                self.assertEqual(answer[0], 404)
                self.check_answer(operation, path, answer)


if __name__ == "__main__":
    unittest.main()
