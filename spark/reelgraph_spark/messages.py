"""The messages of the topics, read from files or from Kafka: of each key the newest, by its revision.

What is not such a message is an error that names it: a computation on a part of what was watched would be a wrong one.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from .metadata import Title

VERSION = 1
FORMAT = "reelgraph.messages"
WATCHES = "reelgraph.watches"
TITLES = "reelgraph.titles"
EXAMPLES = 5

WATCH = T.StructType(
    [
        T.StructField("version", T.IntegerType()),
        T.StructField("profile", T.StringType()),
        T.StructField("title", T.StringType()),
        T.StructField("revision", T.LongType()),
        T.StructField("weight", T.DoubleType()),
        T.StructField("last_at", T.StringType()),
        T.StructField("liked", T.BooleanType()),
        T.StructField("written_at", T.StringType()),
    ]
)
TITLE = T.StructType(
    [
        T.StructField("version", T.IntegerType()),
        T.StructField("title", T.StringType()),
        T.StructField("revision", T.LongType()),
        T.StructField("directors", T.ArrayType(T.StringType())),
        T.StructField("actors", T.ArrayType(T.StringType())),
        T.StructField("genres", T.ArrayType(T.StringType())),
        T.StructField("decade", T.IntegerType()),
        T.StructField("written_at", T.StringType()),
    ]
)


class Refused(Exception):
    """What was given cannot be computed on; the text says why."""


@dataclass
class Messages:
    """The messages of both topics: `key`, `offset`, `value` (null: it is gone) and `text` (as it came)."""

    watches: DataFrame
    titles: DataFrame
    taken_at: str | None  # the moment before the first was read, if that is known


def from_files(spark: SparkSession, folder: Path) -> Messages:
    """Messages as `reelgraph graph export` writes them, or as they were copied from the topics."""
    paths = {topic: folder / f"{topic}.ndjson" for topic in (WATCHES, TITLES)}
    for path in paths.values():
        if not path.is_file():
            raise Refused(f"{path} is not there")
    manifest = _manifest(folder / "manifest.json")
    frames = {topic: _lines(spark, paths[topic], schema) for topic, schema in ((WATCHES, WATCH), (TITLES, TITLE))}
    if manifest:
        for topic, field in ((WATCHES, "watches"), (TITLES, "titles")):
            lines = frames[topic].count()
            if lines != manifest[field]:
                raise Refused(f"{paths[topic]} has {lines} lines, and {manifest[field]} by manifest.json")
    return Messages(frames[WATCHES], frames[TITLES], manifest and manifest["taken_at"])


def _manifest(path: Path) -> dict | None:
    if not path.exists():
        return None
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        head = (manifest["format"], manifest["version"])
        fields = [manifest[field] for field in ("taken_at", "watches", "titles")]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"{path} is no manifest of messages: {error!r}") from error
    if head != (FORMAT, VERSION) or not isinstance(fields[0], str):
        raise Refused(f"{path} is of {head[0]} {head[1]}, not of {FORMAT} {VERSION}")
    return manifest


def _lines(spark: SparkSession, path: Path, value: T.StructType) -> DataFrame:
    line = T.StructType(
        [
            T.StructField("key", T.StringType()),
            T.StructField("value", T.StringType()),
            T.StructField("offset", T.LongType()),
        ]
    )
    text = F.col("text")
    # The value as its own text, because null is another thing than what cannot be read.
    kind = F.expr("json_object_keys(text)")
    return (
        spark.read.text(str(path))
        .withColumnRenamed("value", "text")
        .select(text, F.from_json(text, line).alias("line"), kind.alias("fields"))
        .select(
            text,
            F.col("line.key").alias("key"),
            # Of a file without offsets a null is the last word.
            F.coalesce("line.offset", F.lit(2**62)).alias("offset"),
            (F.array_contains("fields", "value") & F.col("line.value").isNull()).alias("is_gone"),
            F.from_json(F.col("line.value"), value).alias("value"),
        )
    )


def from_kafka(spark: SparkSession, brokers: str) -> Messages:
    """What both topics hold from their beginning up to now."""

    def read(topic: str, schema: T.StructType) -> DataFrame:
        text = F.col("value").cast("string")
        return (
            spark.read.format("kafka")
            .option("kafka.bootstrap.servers", brokers)
            .option("subscribe", topic)
            .option("startingOffsets", "earliest")
            .option("endingOffsets", "latest")
            .option("failOnDataLoss", "true")
            .load()
            .select(
                text.alias("text"),
                F.col("key").cast("string").alias("key"),
                F.col("offset"),
                F.col("value").isNull().alias("is_gone"),
                F.from_json(text, schema).alias("value"),
            )
        )

    return Messages(read(WATCHES, WATCH), read(TITLES, TITLE), None)


def newest_watches(messages: DataFrame) -> DataFrame:
    """Of each profile and title the newest that is not gone: `profile`, `title`, `weight`, `last_at` and `written_at` in
    microseconds, `liked` (1, 0, or -1: nothing was said)."""
    value = F.col("value")
    rows = messages.select(
        "key",
        "text",
        "offset",
        "is_gone",
        value["version"].alias("version"),
        value["profile"].try_cast("bigint").alias("profile"),
        value["title"].try_cast("bigint").alias("title"),
        value["revision"].alias("revision"),
        value["weight"].alias("weight"),
        _micros(value["last_at"]).alias("last_at"),
        F.coalesce(value["liked"].cast("int"), F.lit(-1)).alias("liked"),
        _micros(value["written_at"]).alias("written_at"),
    )
    needed = ("version", "profile", "title", "revision", "weight", "last_at", "written_at")
    key = F.concat_ws(":", F.col("profile").cast("string"), F.col("title").cast("string"))
    _refuse(rows, WATCHES, needed, key)
    return _newest(rows, ("profile", "title", "weight", "last_at", "liked", "written_at"))


def newest_titles(messages: DataFrame) -> list[Title]:
    """The titles, by id."""
    value = F.col("value")
    rows = messages.select(
        "key",
        "text",
        "offset",
        "is_gone",
        value["version"].alias("version"),
        value["title"].try_cast("bigint").alias("title"),
        value["revision"].alias("revision"),
        _ids(value["directors"]).alias("directors"),
        _ids(value["actors"]).alias("actors"),
        _ids(value["genres"]).alias("genres"),
        value["decade"].alias("decade"),
    )
    needed = ("version", "title", "revision", "directors", "actors", "genres")
    _refuse(rows, TITLES, needed, F.col("title").cast("string"))
    found = _newest(rows, ("title", "directors", "actors", "genres", "decade"))
    titles = [
        Title(row.title, row.directors, row.actors, sorted(set(row.genres)), row.decade) for row in found.collect()
    ]
    return sorted(titles, key=lambda title: title.id)


def _ids(texts):
    """Nothing if one of them is no id."""
    ids = F.transform(texts, lambda text: text.try_cast("bigint"))
    return F.when(F.forall(ids, lambda one: one.isNotNull()), ids)


def _micros(text):
    return F.unix_micros(F.try_to_timestamp(text))


def _refuse(rows: DataFrame, topic: str, needed: tuple[str, ...], key) -> None:
    """Fails if there is a message that is none."""
    is_whole = F.lit(True)
    for field in needed:
        is_whole = is_whole & F.col(field).isNotNull()
    is_good = is_whole & (F.col("version") == VERSION) & (F.col("key") == key)
    good = F.col("key").isNotNull() & (F.col("is_gone") | F.coalesce(is_good, F.lit(False)))
    bad = rows.where(~F.coalesce(good, F.lit(False)))
    examples = bad.select("key", "text").limit(EXAMPLES).collect()
    if examples:
        shown = "; ".join(f"{row.key}: {(row.text or '')[:200]}" for row in examples)
        raise Refused(
            f"{bad.count()} messages of {topic} are not of version {VERSION} as spark/schemas has it, as {shown}"
        )


def _newest(rows: DataFrame, fields: tuple[str, ...]) -> DataFrame:
    """What came before a key was last gone counts no more; of the rest, the greatest revision: what has the same is the same."""
    gone = rows.where("is_gone").groupBy("key").agg(F.max("offset").alias("gone_at"))
    return (
        rows.where("not is_gone")
        .join(gone, "key", "left")
        .where("gone_at is null or offset > gone_at")
        .groupBy("key")
        .agg(*(F.max_by(field, "revision").alias(field) for field in fields))
        .drop("key")
    )
