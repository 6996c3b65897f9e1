"""Works that replog does alone: what a log's shape, its size and its readers cost."""

import gzip
import json
import os
import shutil
import subprocess
import time

from system import processes, replog
from system.bench import bytes_of_files
from system.results import Row, Target


def replay_single(bench):
    """Replay of a log that was written one record a commit."""
    records = bench.sizes.replay_single
    row = Row("replay-single", "replayed", "records/s", target=Target(bound=2e6))
    with bench.scratch() as directory:
        data = os.path.join(directory, "replog")
        processes.run([bench.programs.store, "--data", data, "fill", "--records", str(records)])
        with replog.Replogd(bench.programs, directory) as server:
            checked = json.loads(server.cli("--json", "--log", "bench", "verify"))
            bench.results.note("replay-single", f"{checked['records']} records in {checked['chunks']} chunks")

            def measure(it):
                result = it.bench("replay", keep=True)
                return [(row, result["records_per_s"], result)]

            bench.in_turn("replay-single", [server], measure)


def _channel(bench, layout, ratio):
    """How many times faster one channel is read than its log, from a server that has neither in its own memory."""
    work = f"channel-{layout}"
    row = Row(work, "log's time / channel's time", "×", target=Target(bound=ratio))
    with bench.scratch() as directory:
        with replog.Replogd(bench.programs, directory) as server:
            loaded = server.client("load", "--records", str(bench.sizes.channel), "--layout", layout)
            server.terminate()
        for number in range(bench.rounds):
            with replog.Replogd(bench.programs, directory) as server:
                def measure(it):
                    whole = it.client("read")
                    rare = it.client("read", "--channel", "rare")
                    if (whole["records"], rare["records"]) != (loaded["records"], loaded["rare"]):
                        raise processes.ProgramError(f"{work}: read {whole} and {rare}, loaded {loaded}")
                    return [(row, whole["seconds"] / rare["seconds"], {"whole": whole, "rare": rare})]

                bench.measured(work, server, measure, number)


def channel(bench):
    """A channel with 0.1 % of a log's records, in one run and scattered, beside reading the whole log."""
    _channel(bench, "clustered", 20)
    _channel(bench, "scattered", 5)


def _idle(bench, work, streams, connections, bound):
    row = Row(work, "server memory a stream", "bytes", less_is_better=True, target=Target(bound=bound))
    for number in range(bench.rounds):
        with bench.replogd() as (server, directory):
            server.bench("append", records=1000, keep=True)  # what a first append and the log take is not a stream's

            def measure(it):
                before = it.rss_bytes()
                with it.hold(directory, streams, connections):
                    after = it.rss_bytes()
                return [(row, (after - before) / streams, {"rss_before": before, "rss_after": after})]

            bench.measured(work, server, measure, number)


def idle(bench):
    """Resident memory of idle subscriptions: many on one connection, and each with its own."""
    one, own = bench.sizes.idle_one_connection, bench.sizes.idle_own_connections
    _idle(bench, "idle-one-connection", one, 1, 25_000)
    _idle(bench, "idle-own-connections", own, own, 45_000)


def stalled(bench):
    """Full-speed appends without and with readers that read one frame and then never again."""
    readers, records = bench.sizes.stalled_readers, bench.sizes.stalled
    rows = (Row("stalled", "appended without stalled readers", "records/s"),
            Row("stalled", f"appended while {readers} readers' buffers fill", "records/s"),
            Row("stalled", f"appended with {readers} stalled", "records/s"),
            Row("stalled", "with / without", "×", target=Target(bound=0.9)),
            Row("stalled", "peak server memory with them", "MiB", less_is_better=True))

    def measure(server, directory):
        def appended():
            return server.bench("append", records=records, keep=True)["records_per_s"]

        appended()  # the log is there, and memory is warm
        without = appended()
        with server.hold(directory, readers, readers, stalled=True):
            server.reset_peak_rss()
            # A reader is stalled once the buffers between it and the server are full; until then it is served.
            filling = appended()
            stalled_rate = appended()
            peak = server.peak_rss_bytes()
        return zip(rows, (without, filling, stalled_rate, stalled_rate / without, peak / 2**20), [None] * len(rows))

    for number in range(bench.rounds):
        with bench.replogd() as (server, directory):
            bench.measured("stalled", server, lambda it, files=directory: list(measure(it, files)), number)


def restart(bench):
    """From exec to `listening` on a log of many records, after kill -9 and after a clean stop."""
    records = bench.sizes.restart
    rows = (Row("restart", f"after kill -9, {records:,} records", "s", less_is_better=True, target=Target(bound=1.0)),
            Row("restart", "after a clean stop", "s", less_is_better=True, target=Target(bound=1.0)))
    for number in range(bench.rounds):
        with bench.scratch() as directory:
            with replog.Replogd(bench.programs, directory) as server:
                server.bench("append", records=records, keep=True)
                server.kill()
            for row, stop in ((rows[0], "kill -9"), (rows[1], "clean")):
                with replog.Replogd(bench.programs, directory) as server:
                    if (end := server.committed_end("bench")) != records:
                        raise processes.ProgramError(f"restart after {stop}: {end} of {records} records")
                    bench.record(server.name, number, [(row, server.start_s, None)])
                    server.terminate()


def _load_chat(bench, server, copies):
    server.cli("logs", "create", "chat")
    command = [bench.programs.replog, "--server", server.address, "--log", "chat", "--json", "append",
               "--header", "user", "--header", "time"]
    with processes.Process(command, os.path.join(bench.directory, "append-chat.log"),
                           stdin=subprocess.PIPE) as appender:
        for _ in range(copies):
            with gzip.open(bench.chat, "rb") as lines:
                shutil.copyfileobj(lines, appender.stdin.buffer, 1 << 20)
        appender.stdin.close()
        appender.wait_for_success()
    return server.committed_end("chat")


def disk(bench):
    """Bytes of RocksDB's table files (SST: all that is kept, once its write-ahead log is gone) for each line of real chat."""
    if not os.path.exists(bench.chat):
        bench.results.note("disk", f"not run: {bench.chat} is not there; set REPLOG_DATA to the folder that has it")
        return
    target = Target(bound=60)
    for copies in sorted({1, bench.sizes.disk_copies}):
        of = "the file once" if copies == 1 else f"{copies} copies of the file"
        rows = (Row("disk", f"{of}, as a stopped server leaves it", "bytes/line", less_is_better=True, target=target),
                Row("disk", f"{of}, once it is cold (level 2)", "bytes/line", less_is_better=True, target=target))
        with bench.scratch() as directory:
            with replog.Replogd(bench.programs, directory) as server:
                started = time.monotonic()
                lines = _load_chat(bench, server, copies)
                bench.results.note("disk", f"{of}: {lines} lines loaded in {time.monotonic() - started:.1f} s")
                server.terminate()
            files = os.path.join(directory, "replog", "db")
            left = bytes_of_files(files, ".sst")
            processes.run([bench.programs.store, "--data", os.path.dirname(files), "compact"])
            cold = bytes_of_files(files, ".sst")
        bench.record("replog", 0, [(row, size / lines, {"bytes": size, "lines": lines})
                                   for row, size in zip(rows, (left, cold))])


def subscribers10k(bench):
    """10,000 subscribers on 100 connections receive every record, in order and once."""
    subscribers, records = bench.sizes.subscribers, bench.sizes.subscribers_records
    wanted = subscribers * records
    rows = (Row("subscribers10k", "records received by all", "records", target=Target(bound=wanted)),
            Row("subscribers10k", "delivered", "records/s"))
    with bench.replogd() as (server, _):
        def measure(it):
            result = it.bench("fanout", records=records, subscribers=subscribers, connections=100)
            return [(rows[0], result["deliveries"], result), (rows[1], result["deliveries_per_s"], None)]

        bench.in_turn("subscribers10k", [server], measure)
