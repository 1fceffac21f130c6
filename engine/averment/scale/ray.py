"""Ray Data as a host without a JVM: a Dataset of cases in, a Dataset of decisions out, through ``map_batches``.

>>> from averment.scale import ray
>>> decisions = ray.decide(ray_data.read_parquet("cases"), "pm_tpm")

Ray Data and not Dask: its blocks are Arrow tables, which the kernel takes and gives as they are. Dask's partitions
are pandas frames. Read with Arrow's types they decide alike (tried, on both workloads of the benchmarks); but as people
have them, whole numbers with a gap are floats and a set is an array of objects, and such rows would be refused. The
price is size: some hundred megabytes installed, several times what Dask takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from averment.batch.arrow import verified
from averment.law.budget import FIRINGS
from averment.pack import Pack, Parameters
from averment.scale.rows import deciding

Dataset = Any  # ray.data.Dataset


def decide(
    dataset: Dataset,
    pack: Pack | str | Path = "pm_tpm",
    parameters: Parameters | None = None,
    firings: int = FIRINGS,
) -> Dataset:
    """The decisions of the rows of a Dataset, block by block (the columns are those of ``decide_table``).

    Blocks come out as they are finished, unless the context's execution options preserve their order.
    Raises: Refused for a pack or parameters with mistakes, and for columns that are no fields of the pack.
    """
    work, _ = deciding(pack, dataset.schema().base_schema, parameters, firings)
    return dataset.map_batches(work, batch_format="pyarrow", batch_size=None, zero_copy_batch=True)


def decide_files(
    inputs: Sequence[str],
    output: str,
    pack: Pack | str | Path,
    parameters: Parameters | None = None,
    firings: int = FIRINGS,
) -> None:
    """Decide Parquet files into a folder of such, on the cluster there is or a local one."""
    data = import_module("ray.data")
    given = data.read_parquet(list(inputs), fragment_scan_options=verified())
    decide(given, pack, parameters, firings).write_parquet(output)
