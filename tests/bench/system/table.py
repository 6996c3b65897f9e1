"""The table for people."""

import statistics


def _figure(value):
    if value is None:
        return "—"
    for bound, unit in ((1e6, " M"), (1e4, " k")):
        if abs(value) >= bound:
            return f"{value / (1e6 if unit == ' M' else 1e3):.3g}{unit}"
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"


def _ratios(values):
    if not values:
        return "—"
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def _target(row):
    parts = []
    if row.target.bound is not None:
        parts.append(("≤ " if row.less_is_better else "≥ ") + _figure(row.target.bound))
    if row.target.ratio is not None:
        parts.append(f"≥ {row.target.ratio:g} ×")
    return ", ".join(parts) or "—"


def _aligned(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def figures(results):
    rows = [("work", "figure", "NATS", "Redis", "replog", "× NATS", "× Redis", "× better peer (min–max)", "target", "met")]
    for summary in results.rows():
        row, medians = summary.row, summary.medians
        ratio = {peer: f"{statistics.median(values):.2f}" for peer, values in summary.to_peer.items()}
        rows.append((row.work, f"{row.figure}, {row.unit}", *(_figure(medians.get(s)) for s in ("nats", "redis", "replog")),
                     ratio.get("nats", "—"), ratio.get("redis", "—"), _ratios(summary.to_better), _target(row),
                     {True: "yes", False: "NO", None: "—"}[summary.met()]))
    return _aligned(rows)


def usage(results):
    rows = [("work", "server", "CPU s (median)", "peak RSS MiB (max)")]
    for work, system, cpu_s, peak in results.usage_rows():
        rows.append((work, system, f"{cpu_s:.2f}", f"{peak / 2**20:.0f}"))
    return _aligned(rows)


def render(results):
    parts = []
    if results.rows():
        parts += ["Medians over the rounds. A ratio above 1: replog is better.", figures(results)]
    if list(results.usage_rows()):
        parts += ["What the servers used during a round.", usage(results)]
    parts += [f"note, {work}: {text}" for work, text in results.notes]
    parts += [f"FAILED, {work}: {message}" for work, message in results.failures]
    return "\n\n".join(parts)
