"""From messages to histories: of each profile the newest watches, in the order of watching, packed into files."""

import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from .constants import MAX_HISTORY
from .histories import Histories
from .messages import Refused


def newest_of_profiles(watches: DataFrame) -> DataFrame:
    """The latest watches of each profile that say something of its taste, as many as are counted."""
    latest_first = Window.partitionBy("profile").orderBy(F.desc("last_at"), F.desc("title"))
    return (
        # −1: no thumb was given.
        watches.where("weight > 0 or liked >= 0")
        .withColumn("place", F.row_number().over(latest_first))
        .where(F.col("place") <= MAX_HISTORY)
        .drop("place")
    )


def histories(spark: SparkSession, watches: DataFrame, ids: np.ndarray, work: Path) -> Histories:
    """Packs what profiles have watched. Watches of titles that are not there are passed over."""
    numbers = spark.createDataFrame(
        [(int(title), number) for number, title in enumerate(ids)], "title bigint, number int"
    )
    folder = work / "watches"
    (
        newest_of_profiles(watches)
        .join(F.broadcast(numbers), "title")
        .repartitionByRange("profile")
        .sortWithinPartitions("profile", "last_at", "title")
        .select("profile", "number", (F.col("liked") == 1).cast("byte").alias("liked"))
        .write.parquet(str(folder))
    )
    # The names of the files go by the number of the partition, and those by the profile.
    tables = [parquet.read_table(path) for path in sorted(folder.glob("part-*.parquet"))]
    column = {
        name: np.concatenate([_numbers(table, name, kind) for table in tables] or [np.zeros(0, kind)])
        for name, kind in (("profile", np.int64), ("number", np.int32), ("liked", np.int8))
    }
    shutil.rmtree(folder)
    profiles = column["profile"]
    if len(profiles) and (np.diff(profiles) < 0).any():
        raise Refused("the profiles did not come in order")
    begins = np.flatnonzero(np.concatenate(([True], profiles[1:] != profiles[:-1]))[: len(profiles)])
    kind = np.int32 if len(profiles) < 2**31 else np.int64
    starts = np.concatenate((begins, [len(profiles)])).astype(kind)
    found = Histories.of(column["number"], column["liked"], starts, len(ids))
    found.save(work)
    return found


def _numbers(table, name: str, kind) -> np.ndarray:
    return table.column(name).to_numpy().astype(kind)
