#!/usr/bin/env python3
"""The system benches: replog beside NATS JetStream and Redis Streams, in one run and in turn. See README.md."""

import argparse
import dataclasses
import os
import resource
import shutil
import signal
import sys
import tempfile
import time

from system import bench as benches
from system import conditions, http_works, peers, processes, replog, replog_works, state_works, table, throughput_works, tls_works
from system.results import Results

REPOSITORY = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))

WORKS = {
    "append": throughput_works.append,
    "append1k": throughput_works.append1k,
    "replay": throughput_works.replay,
    "replay-single": replog_works.replay_single,
    "replay-tls": tls_works.replay_tls,
    "fanout50": throughput_works.fanout50,
    "fanout200": throughput_works.fanout200,
    "latency1": throughput_works.latency1,
    "latency50": throughput_works.latency50,
    "single": throughput_works.single,
    "latency1000": throughput_works.latency1000,
    "channel": replog_works.channel,
    "idle": replog_works.idle,
    "stalled": replog_works.stalled,
    "restart": replog_works.restart,
    "disk": replog_works.disk,
    "subscribers10k": replog_works.subscribers10k,
    "keyed": state_works.keyed,
    "append-cost": state_works.append_cost,
    "audit": state_works.audit,
    "lookup": state_works.lookup,
    "table-boot": state_works.table_boot,
    "table-memory": state_works.table_memory,
    "barrier": state_works.barrier,
    "lease": state_works.lease,
    "http-append": http_works.http_append,
    "sse-fanout": http_works.sse_fanout,
    "sse-idle": http_works.sse_idle,
}


def parse_arguments():
    works = "\n".join(f"  {name:16} {work.__doc__.splitlines()[0]}" for name, work in WORKS.items())
    parser = argparse.ArgumentParser(description=__doc__, epilog="works:\n" + works,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, help="rounds of each work (default 5; with --quick 1)")
    parser.add_argument("--quick", action="store_true", help="one small round: shows that all runs; no figures to quote")
    parser.add_argument("--only", metavar="WORK,…", help="only these works")
    parser.add_argument("--records", type=int, metavar="N", help="size of the big logs (channel, restart)")
    parser.add_argument("--data-dir", default=os.path.join(REPOSITORY, "build", "bench"),
                        help="where all systems keep their data, and the results go (default build/bench)")
    parser.add_argument("--bin-dir", default=os.path.join(REPOSITORY, "build", "release", "bin"))
    parser.add_argument("--without-peers", action="store_true", help="replog alone")
    arguments = parser.parse_args()
    if arguments.rounds is not None and arguments.rounds < 1:
        parser.error("--rounds: at least 1")
    arguments.only = arguments.only.split(",") if arguments.only else list(WORKS)
    if unknown := [name for name in arguments.only if name not in WORKS]:
        parser.error(f"--only: no work {', '.join(unknown)}; there are {', '.join(WORKS)}")
    return arguments


def raise_file_limit():
    """Ten thousand connections take as many files in the server, and as many in the client."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY and hard < 11_000:
        say(f"*** at most {hard} open files a process: works with thousands of connections will fail ***")


def say(text):
    print(text, flush=True)


def build_peers(arguments, directory):
    if arguments.without_peers:
        return {}
    folder = os.environ.get("REPLOG_PEERS") or os.path.join(REPOSITORY, "..", "shared", "bench", "peers")
    try:
        return peers.build(folder, directory)
    except processes.ProgramError as error:
        say(f"*** NO PEERS: {error}. replog runs alone; there are no ratios. ***")
        return {}


def choose_sizes(arguments):
    sizes = benches.QUICK if arguments.quick else benches.Sizes()
    if arguments.records:
        sizes = dataclasses.replace(sizes, channel=arguments.records, restart=arguments.records)
    return sizes


def describe(bench):
    systems = {peer.name: peer for peer in bench.peer_programs}
    return conditions.collect(
        bench.directory, REPOSITORY, bench.rounds,
        {**{name: peer.sync_mode for name, peer in systems.items()}, "replog": replog.SYNC_MODE},
        {**{name: peer.version() for name, peer in systems.items()}, "replog": bench.programs.version()})


def run_works(bench, names):
    for name in names:
        started = time.monotonic()
        say(f"\n{name}: {WORKS[name].__doc__.splitlines()[0]}")
        try:
            WORKS[name](bench)
        except Exception as error:  # one work's failure is a result, and no reason to lose the others
            bench.results.fail(name, f"{type(error).__name__}: {error}")
            say(f"  FAILED: {error}")
        say(f"  {time.monotonic() - started:.1f} s")


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers are ended and data is removed
    raise_file_limit()
    programs = replog.Programs(arguments.bin_dir)
    if missing := programs.missing():
        sys.exit(f"not built: {', '.join(missing)}; run ./dev build")
    os.makedirs(arguments.data_dir, exist_ok=True)
    results_path = os.path.join(arguments.data_dir, time.strftime("system-%Y%m%d-%H%M%S.jsonl", time.gmtime()))
    directory = tempfile.mkdtemp(prefix="data-", dir=arguments.data_dir)
    results = Results(results_path)
    try:
        data = os.environ.get("REPLOG_DATA") or os.path.join(REPOSITORY, "..", "shared", "data")
        bench = benches.Bench(rounds=arguments.rounds or (1 if arguments.quick else 5), sizes=choose_sizes(arguments),
                              directory=directory, chat=os.path.join(data, "irc.jsonl.gz"), programs=programs,
                              peer_programs=build_peers(arguments, directory), results=results, say=say)
        described = describe(bench)
        results.conditions(described)
        say(conditions.text(described))
        run_works(bench, arguments.only)
        say("\n" + conditions.text(described) + "\n\n" + table.render(results))
        say(f"\nall rounds: {results_path}")
        return 1 if results.failures else 0
    finally:
        results.close()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
