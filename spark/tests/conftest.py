"""One Spark session on a local master for all tests, and messages as the server writes them."""

import json
from pathlib import Path

import pytest

from reelgraph_spark.session import session


@pytest.fixture(scope="session")
def spark():
    spark = session("local[2]", "1g", None)
    yield spark
    spark.stop()


def watch(profile: int, title: int, **fields) -> dict:
    """A message of what a profile has watched."""
    value = {
        "version": 1,
        "profile": str(profile),
        "title": str(title),
        "revision": 1,
        "weight": 1.0,
        "plays": 1,
        "completions": 1,
        "seconds": 60.0,
        "first_at": "2026-01-01T00:00:00Z",
        "last_at": "2026-01-01T00:00:00Z",
        "liked": None,
        "written_at": "2026-01-01T00:00:00Z",
        **fields,
    }
    return {"key": f"{profile}:{title}", "value": value}


def title(number: int, **fields) -> dict:
    """A message of what a title is compared by."""
    value = {
        "version": 1,
        "title": str(number),
        "revision": 1,
        "directors": [],
        "actors": [],
        "genres": [],
        "decade": None,
        "written_at": "2026-01-01T00:00:00Z",
        **fields,
    }
    return {"key": str(number), "value": value}


def put(folder: Path, titles: list, watches: list) -> Path:
    """Writes messages as files, a dict or a text a line."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in (("titles", titles), ("watches", watches)):
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        text = "".join(f"{line}\n" for line in texts)
        (folder / f"reelgraph.{name}.ndjson").write_text(text, encoding="utf-8")
    return folder
