"""What was measured, beside its target: rows of the table, and a file of JSON lines."""

import dataclasses
import json
import statistics

PEERS = ("nats", "redis")


@dataclasses.dataclass(frozen=True)
class Target:
    """A row's target: a bound of replog's own figure, and how many times better than the better peer it is to be."""
    bound: float = None
    ratio: float = None


@dataclasses.dataclass(frozen=True)
class Row:
    """A figure of a work. `less_is_better` for times and sizes."""
    work: str
    figure: str
    unit: str
    less_is_better: bool = False
    target: Target = Target()


class Results:
    """The figures of all rounds. Each is written to the file as soon as it is there."""

    def __init__(self, path):
        self._file = open(path, "w", encoding="utf-8")
        self._samples = {}   # Row -> {system: {round: value}}; a peer's failed round is missing
        self._usage = {}     # (work, system) -> [(cpu_s, peak_rss_bytes)]
        self.failures = []   # (work, message)
        self.notes = []

    def close(self):
        self._file.close()

    def _write(self, kind, content):
        self._file.write(json.dumps({"kind": kind, **content}) + "\n")
        self._file.flush()

    def conditions(self, conditions):
        self._write("conditions", conditions)

    def add(self, row, system, number, value, detail=None):
        """`number`: of the round, from 0."""
        self._samples.setdefault(row, {}).setdefault(system, {})[number] = value
        self._write("figure", {"work": row.work, "figure": row.figure, "system": system, "round": number,
                               "value": value, "unit": row.unit, "detail": detail})

    def add_usage(self, work, system, usage):
        self._usage.setdefault((work, system), []).append((usage.cpu_s, usage.peak_rss_bytes))
        self._write("usage", {"work": work, "system": system, "cpu_s": round(usage.cpu_s, 3),
                              "peak_rss_bytes": usage.peak_rss_bytes})

    def fail(self, work, message):
        self.failures.append((work, message))
        self._write("failure", {"work": work, "message": message})

    def note(self, work, text):
        self.notes.append((work, text))
        self._write("note", {"work": work, "text": text})

    # -- the table

    def rows(self):
        return [Summary(row, samples) for row, samples in self._samples.items() if samples.get("replog")]

    def usage_rows(self):
        for (work, system), all_rounds in self._usage.items():
            cpu_s, peak = zip(*all_rounds)
            yield work, system, statistics.median(cpu_s), max(peak)


class Summary:
    """One row over its rounds. A ratio above 1 means that replog is better."""

    def __init__(self, row, samples):
        self.row = row
        self.medians = {system: statistics.median(values.values()) for system, values in samples.items()}
        ratios = {peer: self._ratios(samples["replog"], samples[peer]) for peer in PEERS if samples.get(peer)}
        self.to_peer = {peer: list(of_rounds.values()) for peer, of_rounds in ratios.items()}
        # Round by round to whichever peer was the better one in it.
        rounds = sorted(set().union(*ratios.values()))
        self.to_better = [min(of[number] for of in ratios.values() if number in of) for number in rounds]

    def _ratios(self, ours, theirs):
        both = sorted(ours.keys() & theirs.keys())
        if self.row.less_is_better:
            return {number: theirs[number] / ours[number] for number in both}
        return {number: ours[number] / theirs[number] for number in both}

    def met(self):
        """True, False, or None when it cannot be said: there is no target, or no peer to compare with."""
        target, ours = self.row.target, self.medians["replog"]
        answers = []
        if target.bound is not None:
            answers.append(ours <= target.bound if self.row.less_is_better else ours >= target.bound)
        if target.ratio is not None:
            answers.append(statistics.median(self.to_better) >= target.ratio if self.to_better else None)
        if False in answers:
            return False
        return None if not answers or None in answers else True
