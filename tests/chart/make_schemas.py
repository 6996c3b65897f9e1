#!/usr/bin/python3
"""Makes the JSON schemas that kubeconform validates manifests by, out of what Go modules carry.

usage: make_schemas.py DIRECTORY swagger.json [CRD.yaml…]

Kubernetes publishes one OpenAPI document, and kubeconform wants a file for each kind: KIND-GROUP-VERSION.json, in lower
case. The schemas are strict: a field that nobody knows is an error.
"""

import json
import os
import sys

import yaml

# What the OpenAPI document calls a string, and the API server takes as a number too.
LOOSE = {
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"type": ["string", "integer"]},
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {"type": ["string", "number"]},
}


def strict(schema):
    """The schema without room for fields that it does not name; of a custom resource or of Kubernetes' own."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": "_definitions.json" + schema["$ref"]}
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["string", "integer"]}
    made = {key: strict(value) for key, value in schema.items() if key != "properties"}
    if "properties" in schema:
        made["properties"] = {name: strict(value) for name, value in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            made.setdefault("additionalProperties", False)
    return made


class Schemas:
    def __init__(self, directory):
        self.directory = directory
        os.makedirs(directory, exist_ok=True)

    def write(self, name, schema):
        with open(os.path.join(self.directory, name + ".json"), "w", encoding="utf-8") as out:
            json.dump(schema, out)

    def write_kind(self, group, version, kind, schema):
        self.write("-".join(part for part in (kind.lower(), group.split(".")[0], version.lower()) if part), schema)

    def add_kubernetes(self, path):
        with open(path, encoding="utf-8") as source:
            definitions = json.load(source)["definitions"]
        self.write("_definitions", {"definitions": {
            name: LOOSE.get(name) or strict(definition) for name, definition in definitions.items()}})
        for name, definition in definitions.items():
            for it in definition.get("x-kubernetes-group-version-kind", []):
                self.write_kind(it["group"], it["version"], it["kind"],
                                {"$ref": "_definitions.json#/definitions/" + name})

    def add_custom(self, path):
        with open(path, encoding="utf-8") as source:
            text = source.read()
        spec = yaml.safe_load(text)["spec"]
        for version in spec["versions"]:
            schema = strict(version["schema"]["openAPIV3Schema"])
            # The document says of it only that it is an object.
            schema["properties"]["metadata"] = {"type": "object"}
            self.write_kind(spec["group"], version["name"], spec["names"]["kind"], schema)


def main():
    schemas = Schemas(sys.argv[1])
    schemas.add_kubernetes(sys.argv[2])
    for path in sys.argv[3:]:
        schemas.add_custom(path)


if __name__ == "__main__":
    main()
