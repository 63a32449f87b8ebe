"""trials.py TRIAL FOLDER: one of the trials that `run` lists, or all. Says what it saw; the exit status is 1 if that is not
what a site is promised."""

import hashlib
import http.client
import json
import os
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path

import shards
from processes import ROOT, Cluster, MongoSet, Nginx, Sentinels, Site, ask_redis, end_all, free_ports, redis, wait_for
from viewers import Crowd

VIEWERS = 8
# How long a site may take no watches while the servers of a store agree on another primary.
ELECTION = 5
FAIL_OVER = 8


# What was promised and does not hold.
broken = []


def promise(holds, what):
    print(("  " if holds else "  BROKEN: ") + what, flush=True)
    if not holds:
        broken.append(what)


def one_redis(folder):
    (port,) = free_ports(1, 18000)
    redis(folder / "redis", port)
    wait_for("Redis", lambda: ask_redis(port, "ping") == "PONG")
    return f"redis://127.0.0.1:{port}"


def site_on(folder, mongo, redis_url, servers=2):
    site = Site(folder, mongo, redis_url, servers)
    site.fill(VIEWERS)
    return site, site.serve()


def end(crowd):
    acknowledged = crowd.acknowledged()
    wrong = crowd.go_home()
    promise(not wrong, f"each of {acknowledged} acknowledged reports is there once, and nothing else is; sessions go on"
            + "".join(f"\n    {line}" for line in wrong[:10]))


def mongo(folder):
    """The primary is killed ten times."""
    mongo = MongoSet(folder)
    _, addresses = site_on(folder, mongo.uri, one_redis(folder))
    crowd = Crowd(VIEWERS, addresses)
    time.sleep(2)
    gaps, errors = [], []
    for _ in range(10):
        primary = mongo.members[mongo.primary()]
        began = time.monotonic()
        primary.kill()
        gaps.append(crowd.gap(began, 8))
        failed = crowd.failed(began)
        errors += failed
        print(f"  no watch was recorded for {gaps[-1]:.1f} s, {len(failed)} requests failed", flush=True)
        primary.start()
        mongo.wait()
    end(crowd)
    worst = ", ".join(f"{gap:.1f}" for gap in gaps)
    promise(max(gaps) < ELECTION, f"watches of each viewer are recorded again within {ELECTION} s: after {worst} s")
    promise(not errors, f"{len(errors)} requests failed while the primary was killed ten times"
            + "".join(f"\n    {one.error}" for one in errors[:5]))


def sentinel(folder):
    """The primary of Redis is killed three times."""
    sentinels = Sentinels(folder)
    _, addresses = site_on(folder, MongoSet(folder, 1).uri, sentinels.url)
    fail_over(addresses, sentinels.servers, sentinels.primary, sentinels.wait)


def cluster(folder):
    """A primary of the cluster is killed three times."""
    cluster = Cluster(folder)
    _, addresses = site_on(folder, MongoSet(folder, 1).uri, cluster.url)
    fail_over(addresses, cluster.servers, lambda: cluster.primaries()[0], cluster.wait)


def fail_over(addresses, servers, primary, wait):
    crowd = Crowd(VIEWERS, addresses)
    time.sleep(3)
    gaps, failed = [], 0
    for _ in range(3):
        killed = servers[primary()]
        began = time.monotonic()
        killed.kill()
        gaps.append(crowd.gap(began, FAIL_OVER + 2))
        failed += len(crowd.failed(began))
        killed.start()
        wait()
    end(crowd)
    worst = ", ".join(f"{gap:.1f}" for gap in gaps)
    promise(max(gaps) < FAIL_OVER, f"watches of each viewer are recorded again within {FAIL_OVER} s: after {worst} s; {failed} requests failed")


def nginx(folder):
    """One server is killed, another stopped."""
    site, servers = site_on(folder, MongoSet(folder, 1).uri, one_redis(folder))
    balancer = Nginx(folder, servers)
    crowd = Crowd(VIEWERS, [balancer.address])
    time.sleep(3)
    for _ in range(3):
        began = time.monotonic()
        site.servers[0].kill()
        killed = time.monotonic()
        time.sleep(5)
        failed = crowd.failed(began)
        in_flight = [one for one in failed if one.begun <= killed]
        promise(len(in_flight) == len(failed) <= VIEWERS,
                f"a server is killed: {len(failed)} requests failed, of which {len(in_flight)} were in flight"
                + "".join(f"\n    {one.error} (begun {one.begun - killed:.3f} s later)" for one in failed[:5]))
        site.servers[0].start()
        site.wait()
        time.sleep(2)
    for _ in range(3):
        began = time.monotonic()
        site.servers[1].stop()
        time.sleep(3)
        failed = crowd.failed(began)
        promise(not failed, f"a server is stopped: {len(failed)} requests failed"
                + "".join(f"\n    {one.error}" for one in failed[:5]))
        site.servers[1].start()
        site.wait()
        time.sleep(2)
    end(crowd)


LIST = "query ($slug: String) { film(slug: $slug) { name overview } }"
# For how long an answer of the catalogue may be kept, and what the servers and nginx may take beside that.
KEPT, BESIDE = 60, 3


def cache(folder):
    """Strangers ask for films, while one is changed."""
    site, servers = site_on(folder, MongoSet(folder, 1).uri, one_redis(folder))
    balancer = Nginx(folder, servers)
    films = [json.loads(line) for line in (ROOT / "seed/films.ndjson").read_text().splitlines()][:200]
    slugs = [film["slug"] for film in films if "slug" in film]
    digest = hashlib.sha256(LIST.encode()).hexdigest()
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest}}

    def ask(slug, cookie=None, query=None):
        parameters = {"extensions": json.dumps(extensions), "variables": json.dumps({"slug": slug})}
        if query:
            parameters["query"] = query
        connection = http.client.HTTPConnection(balancer.address, timeout=20)
        headers = {"apollo-require-preflight": "1", "accept": "application/graphql-response+json"}
        if cookie:
            headers["cookie"] = cookie
        connection.request("GET", "/graphql?" + urllib.parse.urlencode(parameters), headers=headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status != 200:
            raise SystemExit(f"status {answer.status}: {text[:300]!r}")
        return json.loads(text)["data"]["film"], answer.getheader("x-cache")

    ask(slugs[0], query=LIST)
    hits, until = [], time.monotonic() + 30

    def stranger(number):
        turn = number
        while time.monotonic() < until:
            hits.append(ask(slugs[turn % len(slugs)])[1])
            turn += 7

    strangers = [threading.Thread(target=stranger, args=(number,)) for number in range(8)]
    for thread in strangers:
        thread.start()
    for thread in strangers:
        thread.join()
    rate = hits.count("HIT") / len(hits)
    promise(rate > 0.95, f"{rate:.1%} of {len(hits)} requests of strangers for {len(slugs)} films were answered by the cache")
    promise(ask(slugs[0], cookie="a=b")[1] == "BYPASS", "whoever shows a cookie is answered by a server")

    film = next(film for film in films if film.get("slug") == slugs[0])
    before, _ = ask(slugs[0])
    changed = folder / "changed.ndjson"
    changed.write_text(json.dumps({**film, "overview": {"en": "Another plot."}}) + "\n")
    site.run("load", str(changed))
    began = time.monotonic()
    while ask(slugs[0])[0] == before:
        time.sleep(0.2)
        if time.monotonic() - began > KEPT + BESIDE:
            break
    passed = time.monotonic() - began
    promise(passed <= KEPT + BESIDE, f"a changed film was shown as before for {passed:.1f} s, of {KEPT} s promised")


def cargo(arguments, **variables):
    ended = subprocess.run(["cargo", "test", "--locked", "--test", "it", "--", *arguments], cwd=ROOT, env={**os.environ, **variables})
    promise(ended.returncode == 0, f"the checks pass: {' '.join(arguments)}")


# What needs a server that is alone, because a wire to it is cut, or no Redis.
ELSEWHERE = [word for name in ("broken_connection", "redis_that_hung", "cut_off", "without_redis") for word in ("--skip", name)]


def redis_suite(folder):
    """Every check of the adapters of Redis, on a cluster."""
    # MongoDB and Neo4j are asked by none of them.
    stores = {"MONGODB_URI": "mongodb://127.0.0.1:1/?replicaSet=rs0", "NEO4J_URI": "bolt://127.0.0.1:1",
              "NEO4J_USER": "neo4j", "NEO4J_PASSWORD": "nobody asks"}
    cargo(["redis", "events::", *ELSEWHERE], REDIS_URL=Cluster(folder).url, **stores)


def shard_keys(folder):
    """Every statement of the adapters of MongoDB, as the server logs them."""
    # All operations are logged, whole.
    everything = ["--slowms", "-1", "--setParameter", "maxLogSizeKB=1024"]
    mongo = MongoSet(folder, 1, everything)
    stores = {"NEO4J_URI": "bolt://127.0.0.1:1", "NEO4J_USER": "neo4j", "NEO4J_PASSWORD": "nobody asks"}
    cargo(["::mongo"], MONGODB_URI=mongo.uri.replace("/films?", "/?").replace("&readPreference=secondaryPreferred", ""),
          REDIS_URL=one_redis(folder), **stores)
    with open(mongo.members[0].folder / "log", "rb") as log:
        count, broadcast, without = shards.examine(log)
    for what, example in sorted(without.items()):
        print(f"  {what}\n    {example}")
    print(f"  {broadcast / max(count, 1):.0%} of {count} statements name it in a list or a range of ids, which mongos sends to all")
    promise(count > 1000 and not without, f"of {count} statements {len(without)} kinds name no shard key and are in no list")


TRIALS = {"redis-suite": redis_suite, "sentinel": sentinel, "cluster": cluster, "mongo": mongo, "shards": shard_keys,
          "nginx": nginx, "cache": cache}


def main(trial, folder):
    for name in TRIALS if trial == "all" else [trial]:
        if name not in TRIALS:
            raise SystemExit(f"there is no trial {name}; there are {', '.join(TRIALS)}")
        print(f"{name}: {TRIALS[name].__doc__}", flush=True)
        own = Path(folder) / name
        own.mkdir()
        try:
            TRIALS[name](own)
        finally:
            end_all()
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
