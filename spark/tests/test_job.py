"""The job as a whole: the same edges as the server computed of the same messages, in the form that its import reads."""

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from conftest import put, title, watch
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from reelgraph_spark import compare
from reelgraph_spark.constants import CONSTANTS
from reelgraph_spark.job import compute
from reelgraph_spark.messages import Refused, from_files

SCHEMAS = Path(__file__).parent.parent / "schemas"
COMPUTED = Path(__file__).parent / "site" / "computed.tar.xz"


def validator(name: str) -> Draft202012Validator:
    schemas = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in SCHEMAS.iterdir()}
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    registry = Registry().with_resources((name, Resource.from_contents(schema)) for name, schema in schemas.items())
    return Draft202012Validator(schemas[name], registry=registry)


def lines(path: Path) -> list:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    with tarfile.open(COMPUTED) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def generation(spark, site) -> Path:
    out = site / "out"
    computed = compute(spark, from_files(spark, site / "messages"), out, None, None)
    assert (computed.titles, computed.edges) == (122, len(compare.edges(out)))
    return out


def test_the_edges_are_those_that_the_server_computed(site, generation):
    here, elsewhere = compare.edges(site / "edges"), compare.edges(generation)

    found, greatest = compare.differences(here, elsewhere, compare.TOLERANCE)

    assert len(here) > 10_000
    assert found == []
    # No tolerance was needed where this was written. Another C library may round a power another way.
    assert greatest < compare.TOLERANCE


def test_messages_and_generations_are_as_the_schemas_say(site, generation):
    for name, schema in (("watches", "watch"), ("titles", "title")):
        line, value = validator("message_line.schema.json"), validator(f"{schema}.schema.json")
        for message in lines(site / "messages" / f"reelgraph.{name}.ndjson"):
            line.validate(message)
            value.validate(message["value"])
    for folder in (site / "edges", generation):
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        validator("generation.schema.json").validate(manifest)
        assert manifest["constants"] == CONSTANTS
        edge = validator("edge_line.schema.json")
        before = (-1, -1)
        for file in manifest["files"]:
            for found in lines(folder / file["name"]):
                edge.validate(found)
                key = (int(found["from"]), int(found["to"]))
                assert before < key
                before = key


def test_the_moment_of_the_messages_is_that_of_the_generation(site, generation):
    taken_at = json.loads((site / "messages" / "manifest.json").read_text())["taken_at"]

    assert json.loads((generation / "manifest.json").read_text())["computed_at"] == taken_at


def test_without_a_manifest_it_is_that_of_the_last_write(spark, tmp_path):
    watches = [
        watch(1, 1, written_at="2026-01-01T00:00:00.250Z"),
        watch(1, 2, written_at="2026-01-01T00:00:00.125Z"),
    ]
    folder = put(tmp_path / "in", [title(1), title(2), title(3)], watches)

    computed = compute(spark, from_files(spark, folder), tmp_path / "out", None, None)

    assert (computed.titles, computed.watches, computed.edges) == (3, 2, 2)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["computed_at"] == "2026-01-01T00:00:00.250Z"


def test_a_site_without_watches_has_pages(spark, tmp_path):
    alike = [title(1, genres=["5"]), title(2, genres=["5"])]
    folder = put(tmp_path / "in", alike, [])

    with pytest.raises(Refused, match="nobody has watched anything"):
        compute(spark, from_files(spark, folder), tmp_path / "none", None, None)
    messages = from_files(spark, folder)
    computed = compute(spark, messages, tmp_path / "out", None, "2026-01-01T00:00:00Z")

    assert computed.edges == 2


def test_nothing_is_written_over(spark, site):
    with pytest.raises(Refused, match="is not empty"):
        compute(spark, from_files(spark, site / "messages"), site / "messages", None, None)


def test_the_command_names_what_is_wrong(tmp_path):
    command = [sys.executable, "-m", "reelgraph_spark", "--messages", str(tmp_path)]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "out"), "--master", "local[1]"],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "reelgraph.watches.ndjson is not there" in done.stderr
