"""The peers' side: their servers, and their programs from the folder of peers, whose printed figures are taken as they are."""

import os
import re
import subprocess
import tempfile
import time

from system import processes


ATTEMPTS = 3
# So that keys which follow each other are far apart; the same in `replog bench append --keys`.
KEY_STRIDE = 7_368_787


class Peer(processes.Process):
    """A running peer. Subclasses: name, program, sync_mode, version(), where()."""

    def measure(self, mode, *arguments):
        """Runs the peer's program and returns the line that it printed. On a busy machine the peer's client gives up now
        and then (NATS: "stalled with too many outstanding"); only a run that got through counts, in the peer's favour."""
        command = [self.program_path, self.where(), mode, *map(str, arguments)]
        for attempt in range(ATTEMPTS):
            try:
                line = processes.run(command).strip()
            except processes.ProgramError:
                if attempt + 1 == ATTEMPTS:
                    raise
                continue
            if "timeout" not in line:
                return line
        raise processes.ProgramError(f"{self.name} {mode}: {line}")


def rate(line):
    """The messages or deliveries per second of a printed line."""
    return float(re.search(r"([\d.]+) (?:msg|deliveries)/s", line).group(1))


def percentiles(line):
    """(p50, p99) in microseconds of a printed line."""
    found = re.search(r"p50 ([\d.]+) us p99 ([\d.]+) us", line)
    return float(found.group(1)), float(found.group(2))


class Nats(Peer):
    name = "nats"
    libraries = ["-lnats"]
    sync_mode = "acknowledged before it is synced (JetStream file storage, default sync_interval)"

    def __init__(self, program_path, directory):
        self.program_path = program_path
        self._port = processes.free_port()
        config = os.path.join(directory, "nats.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f'host: "127.0.0.1"\nport: {self._port}\n'
                       f'jetstream {{ store_dir: "{directory}/nats", max_file_store: 20G }}\n')
        super().__init__(["nats-server", "-c", config], os.path.join(directory, "nats.log"))
        processes.wait_for_port(self, self._port)

    def where(self):
        return f"nats://127.0.0.1:{self._port}"

    @staticmethod
    def version():
        return processes.run(["nats-server", "--version"]).strip()


def _redis_command(*words):
    parts = "".join(f"${len(word)}\r\n{word}\r\n" for word in words)
    return f"*{len(words)}\r\n{parts}".encode()


class Redis(Peer):
    name = "redis"
    libraries = ["-lhiredis", "-lpthread"]
    sync_mode = "synced before each answer (appendfsync always)"

    def __init__(self, program_path, directory):
        self.program_path = program_path
        self._port = processes.free_port()
        self._data = data = os.path.join(directory, "redis")
        os.makedirs(data)
        super().__init__(["redis-server", "--bind", "127.0.0.1", "--port", str(self._port), "--dir", data,
                          "--appendonly", "yes", "--appendfsync", "always", "--save", ""],
                         os.path.join(directory, "redis.log"))
        processes.wait_for_port(self, self._port)

    def where(self):
        return str(self._port)

    def measure_keyed(self, keys, size):
        """Keys a second of XADD and HSET of each, as fast as redis-cli can send them: it does not wait for answers."""
        field = "x" * size
        with tempfile.TemporaryFile(dir=self._data) as commands:
            for number in range(keys):
                key = f"key-{number * KEY_STRIDE % keys}"
                commands.write(_redis_command("XADD", "bench", "*", "k", key, "d", field) +
                               _redis_command("HSET", "table", key, field))
            commands.seek(0)
            started = time.monotonic()
            said = processes.run(["redis-cli", "-p", str(self._port), "--pipe"], stdin=commands)
            seconds = time.monotonic() - started
        if f"errors: 0, replies: {2 * keys}" not in said:
            raise processes.ProgramError(f"redis-cli --pipe: {said.strip()}")
        return keys / seconds

    @staticmethod
    def version():
        return "redis " + re.search(r"v=(\S+)", processes.run(["redis-server", "--version"])).group(1)


PEERS = (Nats, Redis)


def build(folder, into):
    """Compiles the peers' programs; {peer class: path of its program}. Raises with a clear message when it cannot."""
    programs = {}
    for peer in PEERS:
        source = os.path.join(folder, f"{peer.name}_bench.c")
        program = os.path.join(into, f"{peer.name}_bench")
        if not os.path.exists(source):
            raise processes.ProgramError(f"{source} is not there; set REPLOG_PEERS to the folder that has it")
        try:
            subprocess.run(["gcc", "-O2", source, "-o", program, *peer.libraries], check=True, capture_output=True,
                           text=True)
            peer.version()
        except FileNotFoundError as missing:
            raise processes.ProgramError(f"{missing.filename} is not installed; run ./dev deps bench") from missing
        except subprocess.CalledProcessError as failed:
            raise processes.ProgramError(f"cannot compile {source}: {failed.stderr.strip()[-300:]}") from failed
        programs[peer] = program
    return programs
