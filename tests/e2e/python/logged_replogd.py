"""A replogd whose log a test reads."""

import re
import subprocess
import sys
import threading

from replogd import Replogd

DEADLINE_S = 60  # ends a test that hangs


class LoggedReplogd(Replogd):
    """What it writes to standard error goes there, and is kept since it was first started."""

    def __init__(self, *flags, **options):
        super().__init__(*flags, stderr=subprocess.PIPE, **options)
        self.changed = threading.Condition()
        self.lines = []

    def popen(self, command):
        process = super().popen(command)
        threading.Thread(target=self._read, args=[process.stderr], daemon=True).start()
        return process

    def _read(self, stderr):
        with stderr:
            for line in stderr:
                sys.stderr.write(line)
                with self.changed:
                    self.lines.append(line)
                    self.changed.notify_all()

    def await_log(self, pattern):
        """Waits for a line in which the regular expression is found, and returns it."""
        with self.changed:
            if self.changed.wait_for(lambda: self._find(pattern), DEADLINE_S):
                return self._find(pattern)
        raise AssertionError(f"the log has no line with {pattern!r}:\n{''.join(self.lines)}")

    def _find(self, pattern):
        return next((line for line in self.lines if re.search(pattern, line)), None)
