"""replog's side: replogd, the `replog bench` command, and the bench's own two programs."""

import json
import os
import subprocess
import time

from system import processes

SYNC_MODE = "synced to disk (fdatasync) before each answer and before any reader sees it"


class Programs:
    def __init__(self, bin_dir):
        self.replogd = os.path.join(bin_dir, "replogd")
        self.replog = os.path.join(bin_dir, "replog")
        self.client = os.path.join(bin_dir, "replog_bench_client")
        self.store = os.path.join(bin_dir, "replog_bench_store")

    def missing(self):
        return [path for path in vars(self).values() if not os.access(path, os.X_OK)]

    def version(self):
        built = time.gmtime(os.path.getmtime(self.replogd))
        return time.strftime("replogd as built at %Y-%m-%dT%H:%M:%SZ", built)


class Replogd(processes.Process):
    """A server on free ports. `start_s`: from exec to its line `listening`. With `http`, `http_address` is where it serves that."""

    name = "replog"

    def __init__(self, programs, directory, flags=(), http=False):
        self.programs = programs
        self.client_flags = []  # what `replog` has to say beside the address
        self.data = os.path.join(directory, "replog")
        started = time.monotonic()
        super().__init__([programs.replogd, "--listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0" if http else "none", "--data", self.data, *flags],
                         os.path.join(directory, "replogd.log"), stdout=subprocess.PIPE)
        self.address = self.read_line().removeprefix("listening ")
        self.start_s = time.monotonic() - started
        self.http_address = self.read_line().removeprefix("http ") if http else None

    def bench(self, name, **options):
        """`replog bench NAME --option value…`; its result."""
        command = [self.programs.replog, "--server", self.address, *self.client_flags, "bench", name]
        for option, value in options.items():
            flag = "--" + option.replace("_", "-")
            command += [flag] if value is True else [flag, str(value)]
        return json.loads(processes.run(command))

    def cli(self, *arguments, stdin=None):
        return processes.run([self.programs.replog, "--server", self.address, *arguments], stdin=stdin)

    def client(self, *arguments):
        return json.loads(processes.run([self.programs.client, "--server", self.address, *arguments]))

    def http_client(self, *arguments):
        return json.loads(processes.run([self.programs.client, "--server", self.http_address, *arguments]))

    def committed_end(self, log):
        return json.loads(self.cli("--json", "logs", "show", log))["committed_end"]

    def hold(self, directory, streams, connections, stalled=False):
        """A process that holds subscriptions, once all of them have begun."""
        return self._held(directory, [self.address, "hold", "--streams", str(streams), "--connections", str(connections),
                                      *(["--stalled"] if stalled else [])])

    def hold_events(self, directory, streams):
        """The same of server-sent events."""
        return self._held(directory, [self.http_address, "http-hold", "--streams", str(streams)])

    def _held(self, directory, arguments):
        holder = processes.Process([self.programs.client, "--server", *arguments], os.path.join(directory, "hold.log"),
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            holder.read_line()
        except BaseException:
            holder.kill()
            raise
        return holder
