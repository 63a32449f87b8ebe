"""The Spark session: on this machine, or on the cluster that `--master` names."""

import os
import sys
from pathlib import Path


def session(master: str, memory: str, jars: Path | None):
    """Starts it. All of this must be set before the JVM is there."""
    # One thread a worker: the workers share out the cores already.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    # Else the workers are the python3 of the path, which has none of the packages.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    root = str(Path(__file__).resolve().parent.parent)
    os.environ["PYTHONPATH"] = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    is_local = master.startswith("local")
    if is_local:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    from pyspark.sql import SparkSession

    builder = (
        SparkSession.builder.master(master)
        .appName("reelgraph")
        .config("spark.driver.memory", memory)
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.executorEnv.OMP_NUM_THREADS", "1")
        .config("spark.executorEnv.OPENBLAS_NUM_THREADS", "1")
    )
    if is_local:
        builder = (
            builder.config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            # The default of 200 is for a cluster.
            .config("spark.sql.shuffle.partitions", "4")
        )
    if jars is not None:
        found = sorted(str(path) for path in jars.glob("*.jar"))
        if not found:
            raise FileNotFoundError(f"{jars} has no .jar file")
        builder = builder.config("spark.jars", ",".join(found))
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark
