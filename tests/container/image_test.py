"""The Dockerfile against the programs that it packs; needs no container engine."""

import glob
import os
import re
import subprocess
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = [os.environ["REPLOGD"], os.environ["REPLOG_CLI"], os.environ["CHAT_SERVER"]]
# In every Debian.
ALWAYS_THERE = {"libc6", "libgcc-s1", "libstdc++6"}


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=True).stdout


def needed(program):
    return set(re.findall(r"NEEDED\).*\[(.+)\]", run("readelf", "-d", program)))


def packages_of(libraries):
    """The packages that have these shared libraries, in the folder where the loader looks. (dpkg -S takes a minute.)"""
    owners = {}
    for path in glob.glob("/var/lib/dpkg/info/lib*.list") + glob.glob("/var/lib/dpkg/info/zlib*.list"):
        with open(path, encoding="utf-8") as files:
            owners.update({name: os.path.basename(path).removesuffix(".list").split(":")[0]
                           for name in re.findall(r"-linux-gnu/([^/\n]+\.so[^/\n]*)$", files.read(), re.MULTILINE)})
    return {owners[library] for library in libraries}


class ImageTest(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(HERE, "..", "..", "Dockerfile"), encoding="utf-8") as source:
            self.dockerfile = source.read()

    def test_it_has_the_libraries_that_the_programs_are_linked_to_and_no_others(self):
        listed = re.search(r"--no-install-recommends((?: |\\\n|[\w.+-])+) \\\n &&", self.dockerfile).group(1)
        linked = packages_of(set().union(*map(needed, PROGRAMS)))
        self.assertEqual(set(listed.replace("\\", " ").split()), linked - ALWAYS_THERE)

    def test_its_label_is_the_version_that_the_programs_tell(self):
        (label,) = re.findall(r"image\.version=(\S+)", self.dockerfile)
        for program in PROGRAMS:
            self.assertEqual(run(program, "--version").split()[1], label, program)


if __name__ == "__main__":
    unittest.main()
