"""What every work is given, and the way in which systems are measured in turn."""

import contextlib
import dataclasses
import os
import shutil
import tempfile

from system import processes, replog


@dataclasses.dataclass
class Sizes:
    """How much each work does. `quick` is for seeing that everything runs, not for figures."""
    append: int = 2_000_000
    append_1k: int = 200_000
    replay: int = 2_000_000
    replay_single: int = 1_000_000
    fanout_deliveries: int = 2_000_000
    latency_s: int = 5
    single: int = 5_000
    channel: int = 10_000_000
    idle_one_connection: int = 10_000
    idle_own_connections: int = 2_000
    stalled_readers: int = 1_000
    stalled: int = 5_000_000
    restart: int = 10_000_000
    disk_copies: int = 30
    subscribers: int = 10_000
    subscribers_records: int = 500
    keys: int = 1_000_000
    lookups: int = 500_000
    updates: int = 10_000_000
    barriers: int = 500
    http_append: int = 1_000_000
    sse_events: int = 250
    sse_idle: int = 10_000


QUICK = Sizes(append=100_000, append_1k=20_000, replay=100_000, replay_single=50_000, fanout_deliveries=200_000,
              latency_s=1, single=500, channel=2_000_000, stalled=500_000, restart=2_000_000,
              disk_copies=2, subscribers_records=50, keys=100_000, lookups=20_000, updates=1_000_000, barriers=50, http_append=100_000, sse_events=50)


@dataclasses.dataclass
class Bench:
    rounds: int
    sizes: Sizes
    directory: str         # data of all systems: on one file system
    chat: str              # irc.jsonl.gz
    programs: replog.Programs
    peer_programs: dict    # peer class -> path; empty when there are no peers
    results: object
    say: object            # called with progress

    @contextlib.contextmanager
    def scratch(self):
        directory = tempfile.mkdtemp(dir=self.directory)
        try:
            yield directory
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    @contextlib.contextmanager
    def replogd(self, *flags, http=False):
        """A server of its own, on an empty directory."""
        with self.scratch() as directory, replog.Replogd(self.programs, directory, flags, http) as server:
            yield server, directory

    @contextlib.contextmanager
    def systems(self):
        """[peers…, replog], all running, each on an empty directory."""
        with contextlib.ExitStack() as stack:
            directory = stack.enter_context(self.scratch())
            peers = [stack.enter_context(peer(path, directory)) for peer, path in self.peer_programs.items()]
            yield [*peers, stack.enter_context(replog.Replogd(self.programs, directory))]

    def in_turn(self, work, servers, measure):
        """Each round measures each server once. `measure(server)` returns [(row, value, detail)…]. A peer that fails is
        missing from its round; replog's failure ends the work."""
        for number in range(self.rounds):
            for server in servers:
                try:
                    self.measured(work, server, measure, number)
                except processes.ProgramError as error:
                    if server.name == "replog":
                        raise
                    self.results.fail(work, f"round {number + 1} of {server.name} is missing: {error}")
                    self.say(f"  round {number + 1}  {server.name:7} FAILED")

    def measured(self, work, server, measure, number):
        with processes.Usage(server) as usage:
            figures = measure(server)
        self.record(server.name, number, figures)
        self.results.add_usage(work, server.name, usage)

    def record(self, system, number, figures):
        """[(row, value, detail)…] of round `number`, from 0."""
        for row, value, detail in figures:
            self.results.add(row, system, number, value, detail)
        said = ", ".join(f"{row.figure} {value:,.6g} {row.unit}" for row, value, _ in figures)
        self.say(f"  round {number + 1}  {system:7} {said}")


def bytes_of_files(directory, suffix):
    return sum(entry.stat().st_size for entry in os.scandir(directory) if entry.name.endswith(suffix))
