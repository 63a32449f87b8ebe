"""Solving on many workers: titles are shared out in blocks; what one step finds, it leaves in files for the next.

The folder of these files must be one that all workers reach.
"""

import pickle
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from .histories import Histories
from .metadata import Metadata
from .solver import Chooser, Chosen, Row, Weighed, solve

EDGES_SCHEMA = (
    "`from` int, `to` int, weight double, director double, actor double, genre double, affinity double, co_watches int"
)
ARROW = pa.schema(
    [
        ("from", pa.int32()),
        ("to", pa.int32()),
        *((name, pa.float64()) for name in ("weight", "director", "actor", "genre", "affinity")),
        ("co_watches", pa.int32()),
    ]
)


def block_size(titles: int) -> int:
    """Titles of a block: few, so that their counts fit into memory, and no more files than can be mapped."""
    return max(64, -(-titles // 8000))


def save_metadata(metadata: Metadata, work: Path) -> None:
    with open(work / "metadata.pickle", "wb") as file:
        pickle.dump(metadata, file)


@lru_cache(maxsize=1)
def _site(work: str) -> tuple[Histories, Metadata, Chooser]:
    with open(Path(work) / "metadata.pickle", "rb") as file:
        metadata = pickle.load(file)
    found = Histories.load(Path(work))
    return found, metadata, Chooser(found, metadata)


def choose_all(spark: SparkSession, work: Path, titles: int) -> None:
    """Chooses the edges of all titles, and keeps the counts of pairs."""
    folder = str(work)

    def choose(batches):
        for batch in batches:
            for block in batch.column(0).to_pylist():
                _choose_block(folder, block)
            yield batch

    _blocks(spark, titles).mapInArrow(choose, "id bigint").count()


def solve_all(spark: SparkSession, work: Path, titles: int) -> DataFrame:
    """Both halves of all edges."""
    folder = str(work)

    def halves(batches):
        rows = _Rows(folder, block_size(titles))
        for batch in batches:
            for block in batch.column(0).to_pylist():
                yield _solve_block(folder, block, rows)

    return _blocks(spark, titles).mapInArrow(halves, EDGES_SCHEMA)


def _blocks(spark: SparkSession, titles: int) -> DataFrame:
    """The first title of each block."""
    size = block_size(titles)
    # More tasks than workers, so that none waits long for the last one.
    tasks = min(-(-titles // size), spark.sparkContext.defaultParallelism * 8)
    return spark.range(0, titles, size, numPartitions=max(tasks, 1))


def _choose_block(folder: str, block: int) -> None:
    histories, _, chooser = _site(folder)
    titles = range(block, min(block + block_size(chooser.size), chooser.size))
    chosen: list[Chosen] = []
    rows: list[Row] = []
    for title, together in histories.together(titles):
        chosen.append(chooser.choose(title, together))
        rows.append(chooser.row(title, together))
    path = Path(folder)
    starts = np.concatenate(([0], np.cumsum([len(row.others) for row in rows])))
    pairs = np.stack(
        (
            np.concatenate([row.others for row in rows]),
            np.concatenate([row.counts for row in rows]),
        )
    )
    index = (starts, [row.is_whole for row in rows])
    _put(path / f"rows-{block}.npy", lambda file: np.save(file, pairs))
    _put(path / f"rows-{block}.pickle", lambda file: pickle.dump(index, file))
    _put(path / f"chosen-{block}.pickle", lambda file: pickle.dump(chosen, file))


def _put(path: Path, write) -> None:
    """A task that is done twice leaves a whole file all the time."""
    part = path.with_name(f".{path.name}.{np.random.default_rng().integers(2**63)}")
    with open(part, "wb") as file:
        write(file)
    part.replace(path)


class _Rows:
    """The counts of pairs, mapped into memory."""

    def __init__(self, folder: str, size: int):
        self.folder = Path(folder)
        self.size = size
        self.blocks: dict[int, tuple] = {}

    def __call__(self, title: int) -> Row:
        block = title // self.size * self.size
        found = self.blocks.get(block)
        if found is None:
            # A plain array on the same memory: slices of it are quicker.
            pairs = np.asarray(np.load(self.folder / f"rows-{block}.npy", mmap_mode="r"))
            with open(self.folder / f"rows-{block}.pickle", "rb") as file:
                found = (pairs, *pickle.load(file))
            self.blocks[block] = found
        pairs, starts, is_whole = found
        at = title - block
        others, counts = pairs[:, starts[at] : starts[at + 1]]
        return Row(others, counts, is_whole[at])


def _solve_block(folder: str, block: int, rows: _Rows) -> pa.RecordBatch:
    histories, metadata, _ = _site(folder)
    with open(Path(folder) / f"chosen-{block}.pickle", "rb") as file:
        chosen: list[Chosen] = pickle.load(file)
    columns: dict[str, list[np.ndarray]] = {name: [] for name in ARROW.names}
    for one, weighed in zip(chosen, solve(histories, metadata, chosen, rows), strict=True):
        if weighed is not None:
            _add(columns, _incoming(one, weighed))
        _add(columns, _outgoing(one))
    arrays = [
        # Not a number: it is not of this half.
        pa.array(
            np.concatenate(columns[field.name]).astype(field.type.to_pandas_dtype()),
            from_pandas=True,
        )
        for field in ARROW
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=ARROW)


def _add(columns: dict[str, list[np.ndarray]], half: dict[str, np.ndarray]) -> None:
    size = len(half["co_watches"])
    for name, pieces in columns.items():
        pieces.append(np.broadcast_to(half.get(name, np.nan), size))


def _incoming(chosen: Chosen, weighed: Weighed) -> dict:
    return {
        "from": chosen.candidates,
        "to": chosen.title,
        "weight": weighed.sum,
        "director": weighed.director,
        "actor": weighed.actor,
        "genre": weighed.genre,
        "co_watches": chosen.both,
    }


def _outgoing(chosen: Chosen) -> dict:
    return {
        "from": chosen.title,
        "to": chosen.page,
        "affinity": chosen.affinities,
        "co_watches": chosen.page_both,
    }
