"""Under which conditions the figures were measured."""

import datetime
import os
import platform
import statistics
import subprocess
import time


def _proc_value(path, key):
    with open(path, encoding="utf-8") as file:
        for line in file:
            name, _, value = line.partition(":")
            if name.strip() == key:
                return value.strip()
    return "unknown"


def file_system_of(path):
    """(type, device, mount point) of the file system that holds `path`."""
    best = ("unknown", "unknown", "")
    real = os.path.realpath(path)
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        for line in mounts:
            device, point, kind = line.split()[:3]
            inside = real == point or real.startswith(point.rstrip("/") + "/")
            if inside and len(point) >= len(best[2]):
                best = (kind, device, point)
    return best


def fdatasync_p50_us(directory, appends=300, size=128):
    """The disk's own share of a synced append: append `size` bytes, fdatasync."""
    path = os.path.join(directory, "fdatasync-probe")
    times = []
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        for _ in range(appends):
            start = time.perf_counter()
            os.write(descriptor, b"x" * size)
            os.fdatasync(descriptor)
            times.append(time.perf_counter() - start)
    finally:
        os.close(descriptor)
        os.unlink(path)
    return statistics.median(times) * 1e6


def _commit(repository):
    command = ["git", "-C", repository, "describe", "--always", "--dirty"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def collect(data_directory, repository, rounds, sync_modes, versions):
    kind, device, point = file_system_of(data_directory)
    memory_kb = int(_proc_value("/proc/meminfo", "MemTotal").split()[0])
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "cpu": _proc_value("/proc/cpuinfo", "model name"),
        "cores": len(os.sched_getaffinity(0)),
        "load_before": round(os.getloadavg()[0], 2),
        "memory_gib": round(memory_kb / 2**20, 1),
        "kernel": platform.release(),
        "file_system": f"{kind} on {device}, mounted at {point}",
        "fdatasync_p50_us": round(fdatasync_p50_us(data_directory), 1),
        "commit": _commit(repository),
        "rounds": rounds,
        "versions": versions,
        "sync": sync_modes,
    }


def text(conditions):
    lines = []
    for name, value in conditions.items():
        if isinstance(value, dict):
            lines += [f"{name + ' ' + key:24} {item}" for key, item in value.items()]
        else:
            lines.append(f"{name:24} {value}")
    return "\n".join(lines)
