"""Works with keys: the table, and what copies of it, lookups, barriers and audits cost."""

import contextlib
import json
import os
import subprocess
import threading

from system import processes, replog
from system.results import Row, Target

CHANNEL = "bench-0"  # where `replog bench append` over one connection puts its keys
CACHE_BYTES = 64 << 20


def keyed(bench):
    """Pipelined appends of 100 B that each put one of a million keys; Redis: XADD and HSET."""
    keys = bench.sizes.keys
    row = Row("keyed", "put", "records/s", target=Target(ratio=3))

    def measure(server):
        if server.name == "replog":
            result = server.bench("append", records=keys, keys=keys, keep=True)
            return [(row, result["records_per_s"], result)]
        return [(row, server.measure_keyed(keys, 100), None)]

    with bench.systems() as servers:
        bench.in_turn("keyed", [server for server in servers if server.name != "nats"], measure)


def append_cost(bench):
    """What it costs an append that its records have ids, or that its producer stamps them."""
    records = bench.sizes.append
    ways = {"without ids and stamps": {"plain": True}, "with stamps": {}, "with ids": {"plain": True, "ids": True}}
    rates = {way: Row("append-cost", f"appended {way}", "records/s") for way in ways}
    costs = {"with stamps": Row("append-cost", "with stamps / without", "×", target=Target(bound=0.9)),
             "with ids": Row("append-cost", "with ids / without", "×")}

    def measure(server):
        # Each in an empty log, and which is first does not matter: the first of all is not counted.
        server.bench("append", records=records // 10)
        figures = {way: server.bench("append", records=records, **options) for way, options in ways.items()}
        plain = figures["without ids and stamps"]["records_per_s"]
        return ([(rates[way], figure["records_per_s"], figure) for way, figure in figures.items()] +
                [(row, figures[way]["records_per_s"] / plain, None) for way, row in costs.items()])

    for number in range(bench.rounds):
        with bench.replogd() as (server, _):
            bench.measured("append-cost", server, measure, number)


@contextlib.contextmanager
def _table_node(server, directory):
    """A process that keeps a Table<> of the log as a node, once it is complete; and what it said then."""
    command = [server.programs.client, "--server", server.address, "hold-table"]
    with processes.Process(command, os.path.join(directory, "table.log"), stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE) as node:
        yield json.loads(node.read_line())


def _audit(server):
    audited = json.loads(server.cli("--json", "--log", "bench", "audit", "--timeout", "60s"))
    if [node["outcome"] for node in audited["nodes"]] != ["SAME"]:
        raise processes.ProgramError(f"audit: {audited['nodes']}")


def audit(bench):
    """An audit of a million keys with one node: its own cost, and keyed appends while one runs."""
    keys, records = bench.sizes.keys, 5 * bench.sizes.keys
    rows = (Row("audit", f"CPU time of the server for {keys:,} keys", "s", less_is_better=True),
            Row("audit", "keyed appends beside a node", "records/s"),
            Row("audit", "the same with an audit meanwhile", "records/s"),
            Row("audit", "with / without", "×", target=Target(bound=0.95)))

    def measure(server):
        def append():
            return server.bench("append", records=records, keys=keys, keep=True)["records_per_s"]

        before = server.cpu_seconds()
        _audit(server)
        cost = server.cpu_seconds() - before
        without = append()
        failures = []
        auditor = threading.Thread(target=_collect_failure, args=(failures, _audit, server))
        auditor.start()
        beside = append()
        auditor.join()
        if failures:
            raise failures[0]
        return list(zip(rows, (cost, without, beside, beside / without), [None] * len(rows)))

    for number in range(bench.rounds):
        with bench.replogd() as (server, directory):
            server.bench("append", records=keys, keys=keys, keep=True)
            with _table_node(server, directory):
                bench.measured("audit", server, measure, number)


def _collect_failure(failures, function, *arguments):
    try:
        function(*arguments)
    except Exception as error:  # another thread raises it
        failures.append(error)


def lookup(bench):
    """Lookups of a million keys, pipelined on one connection: one key a call, and 100."""
    keys, lookups = bench.sizes.keys, bench.sizes.lookups
    rows = {1: Row("lookup", "keys, one a call", "keys/s", target=Target(bound=100e3)),
            100: Row("lookup", "keys, 100 a call", "keys/s", target=Target(bound=100e3))}

    def measure(server):
        figures = []
        for per_call, row in rows.items():
            result = server.client("lookup", "--records", str(lookups), "--keys", str(keys), "--channel", CHANNEL,
                                   "--per-call", str(per_call))
            if result["found"] != lookups:
                raise processes.ProgramError(f"lookup: {result}")
            figures.append((row, result["keys_per_s"], result))
        return figures

    with bench.replogd() as (server, _):
        server.bench("append", records=keys, keys=keys, keep=True)
        bench.in_turn("lookup", [server], measure)


def table_boot(bench):
    """A new node's way to a million keys after ten million updates: the table, beside the whole log."""
    keys, updates = bench.sizes.keys, bench.sizes.updates
    rows = (Row("table-boot", "log's time / table's time", "×", target=Target(bound=5)),
            Row("table-boot", "the table, to a callback", "s", less_is_better=True),
            Row("table-boot", "a Table<> until it is complete", "s", less_is_better=True))
    with bench.scratch() as directory:
        with replog.Replogd(bench.programs, directory) as server:
            server.bench("append", records=updates, keys=keys, keep=True)
            server.terminate()
        for number in range(bench.rounds):
            # From a server just started: neither is in its own memory.
            with replog.Replogd(bench.programs, directory) as server:
                def measure(it):
                    whole = it.client("read")
                    table = it.client("read-table")
                    with _table_node(it, directory) as node:
                        counts = (whole["records"], table["records"], node["records"])
                    if counts != (updates, keys, keys):
                        raise processes.ProgramError(f"table-boot: {counts}")
                    return [(rows[0], whole["seconds"] / table["seconds"], {"log": whole, "table": table}),
                            (rows[1], table["seconds"], None), (rows[2], node["seconds"], node)]

                bench.measured("table-boot", server, measure, number)


def table_memory(bench):
    """Server memory that a table of a million keys adds, once all of it was read and looked up."""
    keys = bench.sizes.keys
    row = Row("table-memory", f"with {keys:,} keys, beyond one with 1,000", "MiB", less_is_better=True,
              target=Target(bound=CACHE_BYTES / 2**20))

    def used(count):
        with bench.scratch() as directory:
            with replog.Replogd(bench.programs, directory) as server:
                server.bench("append", records=count, keys=count, keep=True)
                server.terminate()
            with replog.Replogd(bench.programs, directory, ["--cache-bytes", str(CACHE_BYTES)]) as server:
                server.client("read-table")
                server.client("lookup", "--records", str(bench.sizes.lookups), "--keys", str(count),
                              "--channel", CHANNEL, "--per-call", "100")
                return server.peak_rss_bytes()

    for number in range(bench.rounds):
        small, big = used(1_000), used(keys)
        bench.record("replog", number, [(row, (big - small) / 2**20, {"small": small, "big": big})])


def barrier(bench):
    """A sync barrier over 50 live nodes: from the last node's having the record to SYNCED."""
    rows = (Row("barrier", "p50 after the last node has it", "µs", less_is_better=True, target=Target(bound=5_000)),
            Row("barrier", "p99", "µs", less_is_better=True, target=Target(bound=5_000)),
            Row("barrier", "p50 from the append to SYNCED", "µs", less_is_better=True))

    def measure(server):
        result = server.client("--log", "barrier", "barrier", "--streams", "50", "--records", str(bench.sizes.barriers))
        after = result["after_last_applied_us"]
        return [(rows[0], after["p50"], result), (rows[1], after["p99"], None),
                (rows[2], result["after_append_us"]["p50"], None)]

    for number in range(bench.rounds):
        with bench.replogd() as (server, _):
            bench.measured("barrier", server, measure, number)


def lease(bench):
    """Round trips of a lease: acquiring and releasing it are synced to disk, renewing it is not."""
    rows = {name: Row("lease", f"p50 of {name.split('_')[0]}", "µs", less_is_better=True, target=Target(bound=200))
            for name in ("acquired_after_us", "renewed_after_us", "released_after_us")}

    def measure(server):
        result = server.client("leases", "--records", str(bench.sizes.barriers * 4))
        return [(row, result[name]["p50"], result) for name, row in rows.items()]

    with bench.replogd() as (server, _):
        bench.in_turn("lease", [server], measure)
