"""The servers of one contestant, each with its own data, started and stopped by the scripts of tests/services."""

import os
import pathlib
import shlex
import shutil
import signal
import time

from failure import Failure, call

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent.parent / "tests/services"

# As a site runs it: both compilers of the JVM.
JVM = "-Xmx2g"


class Services:
    """MongoDB, Neo4j and Redis in a folder."""

    def __init__(self, folder, names=("mongo", "neo4j", "redis")):
        self.folder = folder
        self.names = names

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in self.names:
            # One that a run left behind, which was killed, goes on.
            if not self._runs(name):
                self._start(name)

    def _start(self, name):
        environment = os.environ | {"REELGRAPH_NEO4J_JVM": os.environ.get("REELGRAPH_NEO4J_JVM", JVM)}
        call([SCRIPTS / name, self.folder / name], env=environment)

    def pids(self):
        """The process id of each."""
        return {name: int((self.folder / name / "pid").read_text()) for name in self.names if self._runs(name)}

    def _runs(self, name):
        try:
            pid = int((self.folder / name / "pid").read_text())
            return os.readlink(f"/proc/{pid}/cwd") == str((self.folder / name).resolve())
        except (OSError, ValueError):
            return False

    def addresses(self):
        """The variables that tell a program where they are."""
        found = {}
        for name in self.names:
            for line in (self.folder / name / "exports").read_text().splitlines():
                variable, _, value = line.removeprefix("export ").partition("=")
                found[variable] = shlex.split(value)[0]
        return found

    def stop(self):
        """In peace, so that what was loaded can be used again."""
        for name, pid in self.pids().items():
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 60
        while self.pids():
            if time.monotonic() > deadline:
                raise Failure(f"{', '.join(self.pids())} in {self.folder} would not stop")
            time.sleep(0.1)

    def empty(self):
        """Starts anew, without data."""
        self.stop()
        for name in self.names:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        self.start()
