"""Works that peers do too: append, replay, fan-out, latency."""

from system import peers
from system.results import Row, Target


# Appends that a peer's program leaves unanswered before it waits.
WINDOW = {"nats": 4096, "redis": 1000}


def _append(bench, work, records, size, target):
    row = Row(work, "appended", "records/s", target=target)

    def measure(server):
        if server.name == "replog":
            result = server.bench("append", records=records, size=size)
            return [(row, result["records_per_s"], result)]
        line = server.measure("publish", records, size, WINDOW[server.name])
        return [(row, peers.rate(line), line)]

    with bench.systems() as servers:
        bench.in_turn(work, servers, measure)


def append(bench):
    """Pipelined appends of 100 B, all acknowledged."""
    _append(bench, "append", bench.sizes.append, 100, Target(bound=1.0e6, ratio=4))


def append1k(bench):
    """The same with 1 KiB."""
    _append(bench, "append1k", bench.sizes.append_1k, 1024, Target(bound=400e3))


def replay(bench):
    """All from the beginning, to a callback."""
    records = bench.sizes.replay
    row = Row("replay", "replayed", "records/s", target=Target(bound=5e6, ratio=4))

    def measure(server):
        if server.name == "replog":
            result = server.bench("replay", keep=True)
            return [(row, result["records_per_s"], result)]
        line = server.measure("replay", records, *([1000] if server.name == "redis" else []))
        return [(row, peers.rate(line), line)]

    with bench.systems() as servers:
        for server in servers:
            if server.name == "replog":
                server.bench("append", records=records, keep=True)
            else:
                server.measure("publish", records, 100, WINDOW[server.name])
        bench.in_turn("replay", servers, measure)


def _fanout(bench, subscribers):
    work = f"fanout{subscribers}"
    records = bench.sizes.fanout_deliveries // subscribers
    row = Row(work, "delivered", "records/s", target=Target(bound=5e6, ratio=3))

    def measure(server):
        if server.name == "replog":
            result = server.bench("fanout", records=records, subscribers=subscribers, connections=subscribers)
            return [(row, result["deliveries_per_s"], result)]
        line = server.measure("fanout", records, 100, subscribers)
        return [(row, peers.rate(line), line)]

    with bench.systems() as servers:
        bench.in_turn(work, servers, measure)


def fanout50(bench):
    """Full-speed appends, delivered to 50 subscribers, each with a connection of its own."""
    _fanout(bench, 50)


def fanout200(bench):
    """The same with 200."""
    _fanout(bench, 200)


def _latency_rows(work, over, p50_bound, p99_bound):
    suffix = f" over {over} connections" if over else ""
    return (Row(work, "p50" + suffix, "µs", less_is_better=True, target=Target(bound=p50_bound)),
            Row(work, "p99" + suffix, "µs", less_is_better=True, target=Target(bound=p99_bound)))


def _replog_latency(server, rows, rate, seconds, subscribers, connections):
    result = server.bench("latency", records=rate * seconds, rate=rate, subscribers=subscribers,
                          connections=connections)
    delivered = result["delivered_after_us"]
    return [(rows[0], delivered["p50"], result), (rows[1], delivered["p99"], None)]


def _latency(bench, work, rate, subscribers, p50_bound, p99_bound, shared=None):
    """Each subscriber has a connection of its own, as the peers' have; replog also with `shared` connections for all, as
    one process would use its client library."""
    seconds = bench.sizes.latency_s
    own_rows = _latency_rows(work, None, p50_bound, p99_bound)
    shared_rows = _latency_rows(work, shared, p50_bound, p99_bound)

    def measure(server):
        if server.name == "replog":
            figures = _replog_latency(server, own_rows, rate, seconds, subscribers, subscribers)
            if shared:
                figures += _replog_latency(server, shared_rows, rate, seconds, subscribers, shared)
            return figures
        line = server.measure("latency", rate * seconds, 100, rate, subscribers)
        p50, p99 = peers.percentiles(line)
        figures = [(own_rows[0], p50, line), (own_rows[1], p99, None)]
        return figures + ([(shared_rows[0], p50, None), (shared_rows[1], p99, None)] if shared else [])

    with bench.systems() as servers:
        bench.in_turn(work, servers, measure)


def latency1(bench):
    """From append to delivery: 1,000/s, 1 subscriber."""
    _latency(bench, "latency1", 1000, 1, 140, 300)


def latency50(bench):
    """The same: 500/s, 50 subscribers."""
    _latency(bench, "latency50", 500, 50, 400, 900, shared=4)


def latency1000(bench):
    """The same: 50/s, 1,000 subscribers."""
    _latency(bench, "latency1000", 50, 1000, None, 5000, shared=10)


def single(bench):
    """One append at a time: the next when the one before is acknowledged. replog's over its stream and as unary calls."""
    records = bench.sizes.single
    rows = (Row("single", "p50", "µs", less_is_better=True, target=Target(bound=130)),
            Row("single", "p99", "µs", less_is_better=True),
            Row("single", "p50 of unary calls", "µs", less_is_better=True))

    def measure(server):
        if server.name == "replog":
            stream = server.bench("single", records=records)
            unary = server.bench("single", records=records, unary=True)
            after = stream["acknowledged_after_us"]
            return [(rows[0], after["p50"], stream), (rows[1], after["p99"], None),
                    (rows[2], unary["acknowledged_after_us"]["p50"], unary)]
        line = server.measure("sync", records, 100)
        p50, p99 = peers.percentiles(line)
        return [(rows[0], p50, line), (rows[1], p99, None)]

    with bench.systems() as servers:
        bench.in_turn("single", servers, measure)
