"""Writing a generation of edges, as `reelgraph graph import` reads it: files of edges in order, and a manifest when they are
whole."""

import hashlib
import json
from pathlib import Path

import numpy as np
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from .constants import CONSTANTS

FORMAT = "reelgraph.similar"
VERSION = 1
PARTS = ("weight", "director", "actor", "genre", "affinity")


def write(
    spark: SparkSession,
    halves: DataFrame,
    ids: np.ndarray,
    work: Path,
    out: Path,
    *,
    computed_at: str,
    watches: int,
) -> int:
    """Puts the halves of edges together and writes them. Says how many there are."""
    merged = halves.groupBy("from", "to").agg(*(F.max(part).alias(part) for part in (*PARTS, "co_watches")))
    # What is 0 is left out; an edge of which nothing is left is none.
    parts = [F.when(F.col(part) != 0.0, F.col(part)).alias(part) for part in PARTS]
    numbered = spark.createDataFrame(
        [(number, str(title)) for number, title in enumerate(ids.tolist())], "number int, id string"
    )
    start = F.broadcast(numbered.select(F.col("number").alias("from"), F.col("id").alias("start")))
    end = F.broadcast(numbered.select(F.col("number").alias("to"), F.col("id").alias("end")))
    lines = work / "lines"
    (
        merged.select("from", "to", *parts, "co_watches")
        .where(F.coalesce(*PARTS).isNotNull())
        .join(start, "from")
        .join(end, "to")
        .sort("from", "to")
        .select(
            F.to_json(F.struct(F.col("start").alias("from"), F.col("end").alias("to"), *PARTS, "co_watches")).alias(
                "value"
            )
        )
        .write.text(str(lines))
    )
    files = []
    for path in sorted(lines.glob("part-*.txt")):
        if path.stat().st_size == 0:
            continue
        name = f"edges-{len(files):05}.ndjson"
        files.append({"name": name, **_copy(path, out / name)})
    edges = sum(file["edges"] for file in files)
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "computed_at": computed_at,
        "constants": CONSTANTS,
        "titles": len(ids),
        "watches": watches,
        "edges": edges,
        "files": files,
    }
    with open(out / "manifest.json", "x", encoding="utf-8") as file:
        json.dump(manifest, file, indent=2)
        file.write("\n")
    return edges


def _copy(path: Path, to: Path) -> dict:
    """Copies a file, and says how many lines it has and what their hash is."""
    digest, lines = hashlib.sha256(), 0
    with open(path, "rb") as source, open(to, "xb") as target:
        while piece := source.read(1 << 20):
            digest.update(piece)
            lines += piece.count(b"\n")
            target.write(piece)
    return {"edges": lines, "sha256": digest.hexdigest()}
