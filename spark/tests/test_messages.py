"""Of each key the newest message counts, and what is no message is refused."""

import json
from pathlib import Path

import pytest
from conftest import put, title, watch

from reelgraph_spark import messages
from reelgraph_spark.messages import Refused, from_files, newest_titles, newest_watches
from reelgraph_spark.prepare import newest_of_profiles


def watches_of(spark, folder: Path) -> list[tuple]:
    rows = newest_watches(from_files(spark, folder).watches).collect()
    return sorted((row.profile, row.title, row.weight, row.liked) for row in rows)


def test_of_each_key_the_greatest_revision_counts(spark, tmp_path):
    lines = [
        watch(1, 7, revision=2, weight=0.5, liked=True),
        watch(1, 7, revision=10, weight=2.5, liked=False),
        watch(1, 7, revision=9, weight=3.5),
        watch(2, 7, weight=0.0, liked=None),
    ]

    found = watches_of(spark, put(tmp_path, [title(7)], lines))

    assert found == [(1, 7, 2.5, 0), (2, 7, 0.0, -1)]


def test_what_is_gone_is_gone_until_it_comes_again(spark, tmp_path):
    def gone(profile: int, offset: int | None = None) -> dict:
        line = {"key": f"{profile}:7", "value": None}
        return line if offset is None else {**line, "offset": offset}

    lines = [
        {**watch(1, 7, revision=5, weight=5.0), "offset": 3},
        gone(1, 8),
        {**watch(1, 7, revision=1, weight=1.0), "offset": 9},
        {**watch(2, 7, revision=5), "offset": 4},
        gone(2, 5),
        gone(3),
        watch(3, 7, revision=9),
    ]

    assert watches_of(spark, put(tmp_path, [title(7)], lines)) == [(1, 7, 1.0, -1)]


def test_what_is_no_message_is_refused_and_named(spark, tmp_path):
    good = watch(1, 7)
    wrong = [
        "{",
        "[]",
        json.dumps({"key": "1:7"}),
        json.dumps({"value": good["value"]}),
        json.dumps({**good, "key": "7:1"}),
        json.dumps({**good, "value": "watched"}),
        *(
            json.dumps({**good, "value": {**good["value"], field: value}})
            for field, value in (
                ("version", 2),
                ("revision", None),
                ("weight", "much"),
                ("last_at", "yesterday"),
                ("profile", "me"),
            )
        ),
    ]
    for number, line in enumerate(wrong):
        folder = put(tmp_path / str(number), [title(7)], [good, line])
        with pytest.raises(Refused, match="1 messages of reelgraph.watches are not of version 1"):
            watches_of(spark, folder)
    for number, line in enumerate((title(7, genres=["drama"]), title(7, actors=None))):
        folder = put(tmp_path / f"title{number}", [line], [good])
        with pytest.raises(Refused, match="1 messages of reelgraph.titles"):
            newest_titles(from_files(spark, folder).titles)


def test_files_that_are_not_whole_are_refused(spark, tmp_path):
    folder = put(tmp_path / "cut", [title(7)], [watch(1, 7)])
    manifest = {
        "format": messages.FORMAT,
        "version": 1,
        "taken_at": "2026-01-01T00:00:00Z",
        "titles": 1,
        "watches": 2,
    }
    path = folder / "manifest.json"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(Refused, match="has 1 lines, and 2 by manifest.json"):
        from_files(spark, folder)
    path.write_text(json.dumps({**manifest, "version": 2}), encoding="utf-8")
    with pytest.raises(Refused, match="is of reelgraph.messages 2"):
        from_files(spark, folder)
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(Refused, match="is no manifest"):
        from_files(spark, folder)
    with pytest.raises(Refused, match="is not there"):
        from_files(spark, tmp_path)


def test_the_latest_watches_of_a_profile_count_ties_by_title(spark, tmp_path, monkeypatch):
    monkeypatch.setattr("reelgraph_spark.prepare.MAX_HISTORY", 3)
    lines = [
        watch(1, 1, last_at="2026-01-01T00:00:00.003Z"),
        watch(1, 2, last_at="2026-01-01T00:00:00.002Z"),
        watch(1, 3, last_at="2026-01-01T00:00:00.001Z"),
        watch(1, 4, last_at="2026-01-01T00:00:00.001Z"),
        watch(1, 5, last_at="2026-01-02T00:00:00Z", weight=0.0),
        watch(1, 6, last_at="2025-01-01T00:00:00Z", liked=False, weight=0.0),
        watch(2, 1, last_at="2020-01-01T00:00:00Z", weight=0.0, liked=False),
    ]
    found = newest_watches(from_files(spark, put(tmp_path, [title(1)], lines)).watches)

    rows = newest_of_profiles(found).collect()

    assert sorted((row.profile, row.title) for row in rows) == [(1, 1), (1, 2), (1, 4), (2, 1)]
