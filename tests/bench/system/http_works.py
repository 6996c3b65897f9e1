"""Works over HTTP."""

from system.results import Row, Target


def http_append(bench):
    """Batches of 1000 records of 100 B, as JSON, on four connections."""
    records = bench.sizes.http_append
    rows = (Row("http-append", "appended, JSON", "records/s", target=Target(bound=1e5)),
            Row("http-append", "appended, lines of JSON", "records/s"))
    with bench.replogd(http=True) as (server, _):
        def measure(it):
            return [(row, it.http_client("http-append", "--records", str(records), "--per-call", "1000", "--connections", "4",
                                         *flags)["records_per_s"], None) for row, flags in zip(rows, ((), ("--lines",)))]

        bench.in_turn("http-append", [server], measure)


def sse_fanout(bench):
    """From append to event, 50 a second with 1,000 clients of server-sent events, each on its own connection."""
    rows = (Row("sse-fanout", "append to event, p50", "ms", less_is_better=True),
            Row("sse-fanout", "append to event, p99", "ms", less_is_better=True, target=Target(bound=20)))
    with bench.replogd(http=True) as (server, _):
        def measure(it):
            result = it.http_client("http-fanout", "--streams", "1000", "--records", str(bench.sizes.sse_events))
            return [(rows[0], result["p50_ms"], result), (rows[1], result["p99_ms"], None)]

        bench.in_turn("sse-fanout", [server], measure)


def sse_idle(bench):
    """Resident memory of idle clients of server-sent events, each on its own connection."""
    streams = bench.sizes.sse_idle
    row = Row("sse-idle", "server memory a client", "bytes", less_is_better=True)
    for number in range(bench.rounds):
        with bench.replogd(http=True) as (server, directory):
            server.http_client("http-append", "--records", "1000")  # what a first append takes is not a client's

            def measure(it):
                before = it.rss_bytes()
                with it.hold_events(directory, streams):
                    after = it.rss_bytes()
                return [(row, (after - before) / streams, {"rss_before": before, "rss_after": after})]

            bench.measured("sse-idle", server, measure, number)
