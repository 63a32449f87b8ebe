"""python -m reelgraph_spark (--messages DIR | --kafka HOST:PORT --jars DIR) --out DIR"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from .session import session


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="reelgraph_spark",
        description="Computes the SIMILAR edges of Reelgraph, and writes them for `reelgraph graph import`.",
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--messages", type=Path, help="folder of `reelgraph graph export`")
    source.add_argument("--kafka", metavar="HOST:PORT", help="brokers with the topics")
    parser.add_argument("--jars", type=Path, help="folder with Spark's Kafka connector")
    parser.add_argument("--out", type=Path, required=True, help="folder for the generation, empty")
    parser.add_argument("--work", type=Path, help="folder for what is computed meanwhile, which all workers reach")
    parser.add_argument("--master", default="local[*]", help="Spark's master [default: local[*]]")
    parser.add_argument("--memory", default="2g", help="of the driver's JVM [default: 2g]")
    parser.add_argument("--computed-at", help="the moment before the first message was written that is missing")
    arguments = parser.parse_args()
    if arguments.work and not arguments.work.is_dir():
        parser.error(f"{arguments.work} is no folder")

    from . import messages
    from .job import compute

    try:
        spark = session(arguments.master, arguments.memory, arguments.jars)
        try:
            found = (
                messages.from_kafka(spark, arguments.kafka)
                if arguments.kafka
                else messages.from_files(spark, arguments.messages)
            )
            computed = compute(spark, found, arguments.out, arguments.work, arguments.computed_at)
        finally:
            spark.stop()
    except (messages.Refused, FileNotFoundError) as error:
        print(f"reelgraph_spark: {error}", file=sys.stderr)
        return 1
    print(json.dumps(asdict(computed)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
