"""grpcurl, which `./dev deps test` builds."""

import os
import sys
import unittest

PROGRAM = os.environ.get("GRPCURL", "grpcurl")


def require():
    """For a module's setUpModule: fails, or skips loudly where that is allowed, when there is none."""
    if os.access(PROGRAM, os.X_OK):
        return
    if os.environ.get("REPLOG_WITHOUT_GRPCURL") == "1":
        print("\n*** TESTS WITH GRPCURL DID NOT RUN: there is no grpcurl. ***\n", file=sys.stderr)
        raise unittest.SkipTest("no grpcurl, as allowed by REPLOG_WITHOUT_GRPCURL=1")
    raise RuntimeError(f"{PROGRAM} is missing: `./dev deps test` builds it, which takes Go and the Go module proxy. "
                       "Set REPLOG_WITHOUT_GRPCURL=1 to go on without these tests.")
