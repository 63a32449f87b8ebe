"""Who takes part: the site (the new one and an old one), the rival, and the raw limits of the machine."""

import contextlib
import hashlib
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

from failure import Failure, call
from services import Services

# Counted among what decides whether loaded data can be used again: raise it when the data or the rival's stores change.
FORM = 1

# Loading and logging everybody in has all of them do as much as they can, so single operations may wait; what is measured
# has the usual limit.
PATIENCE = {"REELGRAPH_STORE_TIMEOUT_SECONDS": "60"}


def seed(tools, folder, scale):
    """The made-up site, the same for everybody."""
    data = folder / "data"
    wanted = {"form": FORM, "scale": scale}
    if _note(data) != wanted:
        shutil.rmtree(data, ignore_errors=True)
        call([tools / "seed", "--folder", data, "--scale", scale])
        (data / "note.json").write_text(json.dumps(wanted))
    return data


def _note(folder):
    try:
        return json.loads((folder / "note.json").read_text())
    except (OSError, ValueError):
        return None


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Contestant:
    """A server on services of its own."""

    def __init__(self, name, folder, tools):
        self.name, self.folder, self.tools = name, folder, tools
        self.services = Services(folder / "services")

    def scenarios(self, wanted):
        return wanted

    def loaded_form(self):
        """What the loaded data depends on, beside the seed."""
        return FORM

    def fill(self, data, documents):
        """Loads the data, unless it is there; says how many seconds each step took."""
        wanted = {"data": _note(data), "form": self.loaded_form()}
        note = _note(self.folder) or {}
        if note.get("of") != wanted:
            for name in ("note.json", "sessions"):
                (self.folder / name).unlink(missing_ok=True)
            self.services.empty()
            note = {"of": wanted, "seconds": self.load(data)}
            (self.folder / "note.json").write_text(json.dumps(note))
        with self.serving(PATIENCE) as server:
            (self.folder / "sessions").write_text(self.sessions(server, data))
            prepare = [self.tools / "load", "prepare", "--address", server.address, "--documents", documents]
            call([*prepare, "--inputs", data / "inputs.ndjson", "--out", self.folder / "targets.json"])
        return note["seconds"]

    def environment(self):
        return os.environ | self.services.addresses()

    def _timed(self, command):
        start = time.monotonic()
        call(command, env=self.environment() | PATIENCE, capture_output=True)
        return round(time.monotonic() - start, 1)

    @contextlib.contextmanager
    def serving(self, settings=None):
        """The server runs as long as this does."""
        address = f"127.0.0.1:{_free_port()}"
        with open(self.folder / "log", "w") as log:
            process = subprocess.Popen(self.command(address), env=self.environment() | (settings or {}), stdout=log, stderr=log)
        try:
            self._wait(process, address)
            yield Server(self, process.pid, address)
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _wait(self, process, address):
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"http://{address}{self.ready}", timeout=5):
                    return
            except (OSError, urllib.error.URLError):
                time.sleep(0.2)
        tail = (self.folder / "log").read_text(errors="replace")[-2000:]
        raise Failure(f"{self.name} does not serve; its log ends with:\n{tail}")


class Server:
    """A contestant that serves."""

    def __init__(self, contestant, pid, address):
        self.contestant, self.pid, self.address = contestant, pid, address

    def load(self, scenario, options):
        """The figures of one scenario."""
        folder, tools = self.contestant.folder, self.contestant.tools
        pids = {"server": self.pid} | self.contestant.services.pids()
        command = [
            tools / "load", "run", "--scenario", scenario, "--address", self.address,
            "--processes", ",".join(f"{name}={pid}" for name, pid in pids.items()),
            "--documents", options.documents, "--connections", options.connections,
            "--targets", folder / "targets.json", "--sessions", folder / "sessions",
            "--warm", f"{options.warm}s", "--time", f"{options.time}s", "--settle", f"{options.settle}s",
        ]
        return json.loads(call(command, stdout=subprocess.PIPE).stdout)

    def users(self, options):
        """How many users it bears at once."""
        folder, tools = self.contestant.folder, self.contestant.tools
        pids = {"server": self.pid} | self.contestant.services.pids()
        command = [
            tools / "load", "users", "--address", self.address, "--documents", options.documents,
            "--processes", ",".join(f"{name}={pid}" for name, pid in pids.items()),
            "--targets", folder / "targets.json", "--sessions", folder / "sessions", "--time", f"{options.time}s",
        ]
        return json.loads(call(command, stdout=subprocess.PIPE).stdout)


class Reelgraph(Contestant):
    """The site, by its own commands, with the settings that it has by itself but for what limits one client."""

    ready = "/readyz"

    def __init__(self, name, folder, tools, program):
        super().__init__(name, folder, tools)
        self.program = program.resolve()

    def loaded_form(self):
        # A build may write other documents than the one before.
        with open(self.program, "rb") as program:
            return [FORM, hashlib.file_digest(program, "sha256").hexdigest()]

    def environment(self):
        variables = super().environment()
        server, _, rest = variables["MONGODB_URI"].partition("/?")
        return variables | {
            "MONGODB_URI": f"{server}/reelgraph?{rest}",
            "REELGRAPH_DATA_DIR": str(self.folder / "data"),
            "REELGRAPH_BUDGET": "false",
            "REELGRAPH_PLAYS_PER_DAY": "0",
            "REELGRAPH_MAX_CONNECTIONS": "100000",
            "REELGRAPH_MAX_CONNECTIONS_PER_PEER": "100000",
            "REELGRAPH_REGISTRATIONS_PER_HOUR": "1000000",
            "REELGRAPH_LOG_INS_PER_HOUR": "1000000",
            "REELGRAPH_LOG": os.environ.get("REELGRAPH_LOG", "warn"),
        }

    def command(self, address):
        return [self.program, "serve", "--listen", address]

    def load(self, data):
        steps = (("record", ["load", data / "load"]), ("graph", ["graph", "drain"]), ("similar", ["graph", "similar"]))
        return {name: self._timed([self.program, *words]) for name, words in steps}

    def sessions(self, server, data):
        command = [self.tools / "load", "sessions", "--address", server.address, "--viewers", data / "sessions.ndjson"]
        command += ["--mongo", self.environment()["MONGODB_URI"], "--known", self.folder / "sessions"]
        return call(command, stdout=subprocess.PIPE).stdout


class Rival(Contestant):
    """The server in ../rival."""

    ready = "/plain"

    def __init__(self, name, folder, tools, graph_at_once=False):
        super().__init__(name, folder, tools)
        self.graph_at_once = graph_at_once

    def command(self, address):
        at_once = ["--graph-at-once"] if self.graph_at_once else []
        return [self.tools / "rival", "--listen", address, *at_once, "serve"]

    def load(self, data):
        return {"everything": self._timed([self.tools / "rival", "load", data / "load"])}

    def sessions(self, server, data):
        command = [self.tools / "rival", "sessions", data / "sessions.ndjson"]
        return call(command, env=self.environment(), stdout=subprocess.PIPE).stdout


class Limits(Contestant):
    """The server in ../limits: one thing a request, and nothing around it."""

    ready = "/plain"

    def __init__(self, name, folder, tools):
        super().__init__(name, folder, tools)
        self.services = Services(folder / "services", ("mongo", "neo4j"))

    def scenarios(self, wanted):
        return ["/plain", "/find", "/bolt", "/insert"]

    def command(self, address):
        return [self.tools / "limits", address]

    def fill(self, data, documents):
        return {}
