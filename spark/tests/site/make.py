"""Makes the site of computed.tar.xz anew, and what a program computes of it: spark/tests/site/make.py PROGRAM

122 films, most of them alike, so that lists are full and ties decide; seven were watched by nobody.
"""

import json
import os
import random
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

GENRES = ["Drama", "Crime", "Comedy", "War"]


def films(r: random.Random):
    for number in range(122):
        film = {
            "slug": f"film-{number:03}",
            "title": f"Film {number}",
            "year": r.choice([1991, 1994, 1999]),
            "runtime_minutes": 100,
            "genres": ["Drama"],
        }
        if number % 9 == 0:
            film |= {"genres": r.sample(GENRES, 2), "year": r.choice([1975, 1988, 2003])}
        if number % 31 == 30:
            del film["year"]
        if number % 4 == 0:
            film["directors"] = [f"Director {r.randrange(9)}"]
        if number % 3 == 0:
            film["cast"] = [f"Actor {actor}" for actor in r.sample(range(25), 4)]
        yield film


def watches(r: random.Random):
    for viewer in range(70):
        for film in r.sample(range(115), r.choice([1, 2, 5, 12, 30, 60])):
            day = f"2025-{r.randint(1, 12):02}-{r.randint(1, 28):02}T{r.randrange(24):02}:00:00Z"
            yield {
                "viewer": f"v{viewer:02}",
                "title": f"film-{film:03}",
                "at": day,
                "completion": r.choice([1.0, 0.95, 0.3]),
                "liked": r.choice([None, True, False]),
            }


def main(program: str) -> None:
    r = random.Random(11)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name, records in (("films", films(r)), ("watches", watches(r))):
            text = "".join(f"{json.dumps(record)}\n" for record in records)
            (folder / f"{name}.ndjson").write_text(text, encoding="utf-8")
        environment = {**os.environ, "REELGRAPH_DATA_DIR": str(folder / "data")}
        for command in (
            ["load", "films.ndjson", "watches.ndjson"],
            ["graph", "similar"],
            ["graph", "export", "messages"],
            ["graph", "export", "--edges", "edges"],
        ):
            subprocess.run([program, *command], cwd=folder, env=environment, check=True)
        with tarfile.open(Path(__file__).with_name("computed.tar.xz"), "w:xz") as archive:
            for name in ("messages", "edges"):
                archive.add(folder / name, name)


if __name__ == "__main__":
    main(str(Path(sys.argv[1]).resolve()))
