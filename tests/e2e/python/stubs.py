"""Generates a Python client from the .proto files and imports it. Nothing else of replog is used."""

import atexit
import glob
import importlib
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))


def generate():
    """Puts the generated modules on the path."""
    target = tempfile.mkdtemp(prefix="replog-stubs-")
    atexit.register(shutil.rmtree, target, ignore_errors=True)
    contract = os.path.join(ROOT, "proto")
    files = glob.glob(contract + "/replog/v1/*.proto") + glob.glob(contract + "/google/rpc/*.proto")
    plugin = shutil.which("grpc_python_plugin")
    subprocess.run(
        ["protoc", "-I", contract, "--python_out", target, "--grpc_python_out", target,
         f"--plugin=protoc-gen-grpc_python={plugin}", *files], check=True)
    sys.path.insert(0, target)
    # Debian's protobuf has a `google` package of its own; ours adds google.rpc to it.
    import google  # pylint: disable=import-outside-toplevel
    google.__path__ = [*google.__path__, os.path.join(target, "google")]


generate()
log_pb2 = importlib.import_module("replog.v1.replication_log_pb2")
log_grpc = importlib.import_module("replog.v1.replication_log_pb2_grpc")
record_pb2 = importlib.import_module("replog.v1.record_pb2")
admin_pb2 = importlib.import_module("replog.v1.log_admin_pb2")
admin_grpc = importlib.import_module("replog.v1.log_admin_pb2_grpc")
status_pb2 = importlib.import_module("google.rpc.status_pb2")
details_pb2 = importlib.import_module("google.rpc.error_details_pb2")
