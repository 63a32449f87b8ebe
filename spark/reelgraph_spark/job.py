"""One computation, from messages to a generation."""

import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from . import blocks, generation, prepare
from .messages import Messages, Refused, newest_titles, newest_watches
from .metadata import Metadata


@dataclass
class Computed:
    """What came of it."""

    titles: int
    watches: int
    edges: int
    seconds: dict[str, float]


def compute(spark: SparkSession, messages: Messages, out: Path, work: Path | None, computed_at: str | None) -> Computed:
    """Computes all edges of what the messages say, and writes them. `out` is empty or not there yet."""
    if out.exists() and any(out.iterdir()):
        raise Refused(f"{out} is not empty")
    out.mkdir(parents=True, exist_ok=True)
    seconds, began = {}, time.monotonic()

    def mark(name: str) -> None:
        nonlocal began
        seconds[name], began = round(time.monotonic() - began, 2), time.monotonic()

    with tempfile.TemporaryDirectory(prefix="reelgraph-spark-", dir=work) as folder:
        work = Path(folder)
        titles = newest_titles(messages.titles)
        if not titles:
            raise Refused("there are no titles")
        metadata = Metadata(titles)
        blocks.save_metadata(metadata, work)
        mark("titles")
        watches = newest_watches(messages.watches).persist()
        computed_at = computed_at or messages.taken_at or _last_written(watches)
        if computed_at is None:
            raise Refused("nobody has watched anything; say when the messages were taken with --computed-at")
        histories = prepare.histories(spark, watches, metadata.ids, work)
        watches.unpersist()
        mark("histories")
        blocks.choose_all(spark, work, len(titles))
        mark("candidates")
        halves = blocks.solve_all(spark, work, len(titles))
        edges = generation.write(
            spark,
            halves,
            metadata.ids,
            work,
            out,
            computed_at=computed_at,
            watches=len(histories.titles),
        )
        mark("weights")
    return Computed(len(titles), len(histories.titles), edges, seconds)


def _last_written(watches) -> str | None:
    """When the last message was written that came: what was written later may not have come."""
    last = watches.agg(F.max("written_at")).first()[0]
    if last is None:
        return None
    return datetime.fromtimestamp(last // 1000 / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
