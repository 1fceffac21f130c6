"""Spark as a host: a DataFrame of cases in, a DataFrame of decisions out, through ``mapInArrow``.

>>> from averment.scale import spark
>>> decisions = spark.decide(session.read.parquet("cases"), "pm_tpm")

averment must be installed where Spark's workers run Python. The metadata of the column ``fired`` names its bits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from averment.batch.arrow import pa
from averment.law.budget import FIRINGS
from averment.pack import Pack, Parameters
from averment.scale.rows import Deciding, deciding, metadata

DataFrame = Any  # pyspark.sql.DataFrame
_VERIFIED = "parquet.page.verify-checksum.enabled"  # which is off unless asked for


def decide(
    frame: DataFrame,
    pack: Pack | str | Path = "pm_tpm",
    parameters: Parameters | None = None,
    firings: int = FIRINGS,
) -> DataFrame:
    """The decisions of the rows of a DataFrame, in its partitions and order, with the columns of ``decide_table``.

    Raises: Refused for a pack or parameters with mistakes, and for columns that are no fields of the pack.
    """
    arrow = import_module("pyspark.sql.pandas.types")
    types = import_module("pyspark.sql.types")
    work, decided = deciding(pack, arrow.to_arrow_schema(frame.schema), parameters, firings)
    schema = types.StructType()
    for column in decided:
        about = metadata(decided) if column.name == "fired" else None
        schema.add(column.name, arrow.from_arrow_type(column.type), metadata=about)
    numbered = frame.toDF(*map(str, range(len(frame.columns))))  # a dot in a name has a meaning of its own to Spark
    return numbered.mapInArrow(_each(work, list(frame.columns)), schema)


def decide_files(
    inputs: Sequence[str],
    output: str,
    pack: Pack | str | Path,
    parameters: Parameters | None = None,
    firings: int = FIRINGS,
) -> None:
    """Decide Parquet files into a folder of such, in the session there is or a new one."""
    session = import_module("pyspark.sql").SparkSession.builder.appName("averment").getOrCreate()
    given = session.read.option(_VERIFIED, "true").parquet(*inputs)
    decide(given, pack, parameters, firings).write.parquet(output)


def _each(work: Deciding, names: list[str]) -> Any:
    def decided(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            yield from work(pa.Table.from_batches([batch]).rename_columns(names)).to_batches()

    return decided
