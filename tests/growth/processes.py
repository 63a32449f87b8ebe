"""Processes of a trial: stores, servers and nginx, on ports of their own, which end with the trial."""

import atexit
import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/services"))
from ask_mongo import ask, is_primary  # noqa: E402

PASSWORD = "correct horse battery"
# prctl(2): what a process is sent when that ends which started it.
PR_SET_PDEATHSIG = 1
running = []


def free_ports(count, first):
    """So many ports in a row of the 2000 from the first on. The bus of a Redis Cluster takes those 10,000 above."""
    while True:
        start = first + random.randrange(2000 - count)
        ports = list(range(start, start + count))
        for port in [*ports, *(port + 10000 for port in ports)]:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
        else:
            return ports


def wait_for(what, condition, seconds=120):
    """Until the condition holds; what a server that starts answers otherwise, or not at all, is waited through."""
    until = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except (OSError, subprocess.CalledProcessError, subprocess.TimeoutExpired):
            pass
        for process in running:
            if process.process.poll() is not None and not process.is_ended:
                tail = (process.folder / "log").read_text(errors="replace")[-2000:]
                raise SystemExit(f"{process.folder.name} has ended by itself:\n{tail}")
        if time.monotonic() > until:
            raise SystemExit(f"{what} is not ready after {seconds} s")
        time.sleep(0.05)


class Process:
    """A process with a folder of its own, in which its output is the file `log`. It can be started again as it was."""

    def __init__(self, folder, command, variables=()):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.command = [str(part) for part in command]
        self.environment = {**os.environ, **dict(variables)}
        running.append(self)
        self.start()

    def start(self):
        self.is_ended = False
        die_too = ctypes.CDLL(None).prctl
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=lambda: die_too(PR_SET_PDEATHSIG, signal.SIGKILL),
            )

    def kill(self):
        self.is_ended = True
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.is_ended = True
        self.process.terminate()
        return self.process.wait()


def end_all():
    for process in reversed(running):
        if process.process.poll() is None:
            process.kill()
    running.clear()


atexit.register(end_all)
for ending in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(ending, lambda *_: sys.exit(1))


class MongoSet:
    """A replica set, of three members or of one, that elects within some seconds."""

    def __init__(self, folder, members=3, more=()):
        self.ports = free_ports(members, 16000)
        self.members = [
            Process(
                folder / f"mongo-{port}",
                [os.environ["MONGOD"], "--replSet", "rs0", "--port", port, "--bind_ip", "127.0.0.1", "--dbpath", ".",
                 "--nounixsocket", "--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "128",
                 "--setParameter", "diagnosticDataCollectionEnabled=false",
                 "--setParameter", "transactionLifetimeLimitSeconds=20", *more],
            )
            for port in self.ports
        ]
        hosts = [f"127.0.0.1:{port}" for port in self.ports]
        wait_for("MongoDB", lambda: all(ask(port, {"hello": 1}) for port in self.ports))
        ask(self.ports[0], {"replSetInitiate": {
            "_id": "rs0",
            "settings": {"electionTimeoutMillis": 2000},
            "members": [{"_id": number, "host": host} for number, host in enumerate(hosts)],
        }})
        self.uri = f"mongodb://{','.join(hosts)}/films?replicaSet=rs0&readPreference=secondaryPreferred"
        self.wait()

    def primary(self):
        """Which member it is, or none."""
        for number, port in enumerate(self.ports):
            try:
                if is_primary(port):
                    return number
            except OSError:
                pass
        return None

    def wait(self):
        """Until the primary has seen all others follow it for three seconds: one that was killed as primary says that it
        follows before it takes back what nobody but itself had, and a set of which two are away takes no writes."""
        since = time.monotonic()

        def all_follow():
            nonlocal since
            primary = self.primary()
            status = ask(self.ports[primary], {"replSetGetStatus": 1}) if primary is not None else b""
            # Two is the state SECONDARY, in the status of each member.
            if status.count(b"\x10state\0\x02\0\0\0") != len(self.ports) - 1:
                since = time.monotonic()
            return time.monotonic() - since > 3

        wait_for("the replica set", all_follow)


def redis(folder, port, *more):
    options = ["--port", port, "--bind", "127.0.0.1", "--appendonly", "yes", "--save", "", "--dir", "."]
    return Process(folder, [os.environ["REDIS_SERVER"], *options, *more])


def ask_redis(port, *words):
    """What a Redis answers to a command: the text, or the texts of a list, one a line."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        stream = connection.makefile("rwb")
        stream.write(b"*%d\r\n" % len(words))
        for word in words:
            word = str(word).encode()
            stream.write(b"$%d\r\n%s\r\n" % (len(word), word))
        stream.flush()
        return read_redis(stream)


def read_redis(stream):
    line = stream.readline().decode().rstrip("\r\n")
    kind, rest = line[:1], line[1:]
    if kind == "$" and int(rest) >= 0:
        text = stream.read(int(rest) + 2)[:-2].decode()
        return text
    if kind == "*":
        return "\n".join(read_redis(stream) for _ in range(int(rest)))
    if kind == "":
        raise OSError("the connection has ended")
    return rest


class Sentinels:
    """A primary, a replica, and three Sentinels that agree on the primary of the group `films`."""

    def __init__(self, folder):
        ports = free_ports(5, 18000)
        self.ports, self.sentinels = ports[:2], ports[2:]
        self.servers = [
            redis(folder / "redis-0", ports[0]),
            redis(folder / "redis-1", ports[1], "--replicaof", "127.0.0.1", ports[0]),
        ]
        for port in self.sentinels:
            own = folder / f"sentinel-{port}"
            own.mkdir()
            (own / "sentinel.conf").write_text(
                f"port {port}\nbind 127.0.0.1\nsentinel monitor films 127.0.0.1 {ports[0]} 2\n"
                "sentinel down-after-milliseconds films 1000\nsentinel failover-timeout films 5000\n"
            )
            Process(own, [os.environ["REDIS_SERVER"], "sentinel.conf", "--sentinel"])
        self.url = f"redis+sentinel://{','.join(f'127.0.0.1:{port}' for port in self.sentinels)}/films"
        self.wait()

    def wait(self):
        """Until all Sentinels know each other, and a replica that is in step."""

        def is_whole():
            for port in self.sentinels:
                words = ask_redis(port, "sentinel", "master", "films").split("\n")
                known = dict(zip(words[::2], words[1::2]))
                if (known["num-other-sentinels"], known["num-slaves"], known["flags"]) != ("2", "1", "master"):
                    return False
            return any("master_link_status:up" in ask_redis(port, "info", "replication") for port in self.ports)

        wait_for("Sentinel", is_whole)

    def primary(self):
        port = ask_redis(self.sentinels[0], "sentinel", "get-master-addr-by-name", "films").split("\n")[1]
        return self.ports.index(int(port))


class Cluster:
    """Three primaries with a replica each, which have a third of the slots each."""

    SLOTS = 16384

    def __init__(self, folder):
        self.ports = free_ports(6, 18000)
        self.servers = [
            redis(folder / f"redis-{port}", port, "--cluster-enabled", "yes", "--cluster-node-timeout", "2000",
                  "--repl-diskless-sync-delay", "0")
            for port in self.ports
        ]
        wait_for("Redis", lambda: all(ask_redis(port, "ping") == "PONG" for port in self.ports))
        for number, port in enumerate(self.ports[:3]):
            first, last = (self.SLOTS * n // 3 for n in (number, number + 1))
            ask_redis(port, "cluster", "addslotsrange", first, last - 1)
            ask_redis(port, "cluster", "set-config-epoch", number + 1)
        for port in self.ports[1:]:
            ask_redis(self.ports[0], "cluster", "meet", "127.0.0.1", port)
        names = [ask_redis(port, "cluster", "myid") for port in self.ports]
        for number in range(3):
            replica = self.ports[3 + number]
            wait_for("the replica", lambda: ask_redis(replica, "cluster", "replicate", names[number]) == "OK")
        self.url = f"redis+cluster://{','.join(f'127.0.0.1:{port}' for port in self.ports)}"
        self.wait()

    def wait(self):
        """Until each knows that all slots are served, and three replicas are in step."""

        def is_whole():
            states = [ask_redis(port, "cluster", "info") for port in self.ports]
            links = [ask_redis(port, "info", "replication") for port in self.ports]
            in_step = sum("master_link_status:up" in link for link in links)
            return all("cluster_state:ok" in state for state in states) and in_step == 3

        wait_for("the cluster", is_whole)

    def primaries(self):
        """The numbers of the servers that are primaries."""
        roles = [ask_redis(port, "role").split("\n")[0] for port in self.ports]
        return [number for number, role in enumerate(roles) if role == "master"]


class Site:
    """The program on the stores of the trial, on as many ports as there are servers."""

    def __init__(self, folder, mongo, redis_url, servers=2, variables=()):
        self.folder = folder
        self.variables = {
            "MONGODB_URI": mongo,
            # Watches are recorded and sessions kept without it.
            "NEO4J_URI": "bolt://127.0.0.1:1",
            "NEO4J_USER": "neo4j",
            "NEO4J_PASSWORD": "nobody asks",
            "REDIS_URL": redis_url,
            "REELGRAPH_BLOBS": str(folder / "blobs"),
            "REELGRAPH_BUDGET": "false",
            "REELGRAPH_LOG_INS_PER_HOUR": "100000",
            "REELGRAPH_TRUSTED_PROXIES": "127.0.0.1/32",
            **dict(variables),
        }
        self.ports = free_ports(servers, 14000)
        self.servers = []

    def run(self, *arguments, said=""):
        """A command of the program."""
        subprocess.run(
            [os.environ["PROGRAM"], *arguments],
            env={**os.environ, **self.variables},
            cwd=self.folder,
            input=said.encode(),
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def fill(self, viewers):
        """The films of the demo site, and accounts."""
        self.run("load", str(ROOT / "seed/films.ndjson"))
        for number in range(viewers):
            arguments = ["users", "create", "--email", f"viewer{number}@example.org", "--role", "viewer"]
            self.run(*arguments, "--password-stdin", said=PASSWORD + "\n")

    def serve(self):
        for number, port in enumerate(self.ports):
            variables = {**self.variables, "REELGRAPH_LISTEN": f"127.0.0.1:{port}"}
            self.servers.append(Process(self.folder / f"server-{number}", [os.environ["PROGRAM"]], variables.items()))
        self.wait()
        return [f"127.0.0.1:{port}" for port in self.ports]

    def wait(self):
        for port in self.ports:
            wait_for("the program", lambda: self.is_ready(port))

    @staticmethod
    def is_ready(port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return answer.status == 200


class Nginx:
    """nginx as examples/growth/nginx.conf has it, in front of these servers."""

    def __init__(self, folder, servers):
        self.folder = folder / "nginx"
        for name in ("cache", "temporary"):
            (self.folder / name).mkdir(parents=True)
        (port,) = free_ports(1, 12000)
        site = (ROOT / "examples/growth/nginx.conf").read_text()
        for was, becomes in [
            ("/var/cache/nginx/reelgraph", f"{self.folder}/cache"),
            ("listen 80;", f"listen 127.0.0.1:{port};"),
            ("reelgraph:8080", servers[0]),
            ("reelgraph-2:8080", servers[1]),
        ]:
            assert was in site, was
            site = site.replace(was, becomes)
        (self.folder / "site.conf").write_text(site)
        temporary = "".join(
            f"{name}_temp_path temporary/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        # Of root's processes, those that work become another's, who may not write here.
        user = "user root; " if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(
            f"{user}daemon off; pid nginx.pid; error_log stderr warn; worker_processes 1; events {{}}\n"
            f"http {{ access_log off;\n{temporary}include site.conf; }}\n"
        )
        command = [os.environ["NGINX_PROGRAM"], "-p", self.folder, "-c", "nginx.conf", "-e", "stderr"]
        self.process = Process(self.folder, command)
        self.address = f"127.0.0.1:{port}"
        wait_for("nginx", lambda: Site.is_ready(port))
