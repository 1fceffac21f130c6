"""Where packs are found: a folder by its path, else an installed pack by its name.

Installed packs are the folders of ``averment_knowledge``, and what other distributions offer under the entry point
group ``averment.packs`` (a module whose folder is the pack).
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from averment.diagnostics.diagnostic import Report
from averment.diagnostics.suggest import did_you_mean

GROUP = "averment.packs"


def installed_packs() -> dict[str, Path]:
    """Every installed pack's name and folder, in the order of their names."""
    return dict(sorted((*_ours(), *_theirs())))


def find_pack(pack: str | Path, report: Report) -> Path | None:
    """The folder of a pack; nothing, and a diagnostic, where there is none."""
    if str(pack) and _is_folder(pack):
        return Path(pack)
    ours = dict(_ours())
    if str(pack) in ours:
        return ours[str(pack)]
    packs = installed_packs()
    if str(pack) in packs:
        return packs[str(pack)]
    close = did_you_mean(str(pack), packs)
    mend = f"did you mean `{close}`?" if close else f"installed packs: {', '.join(packs) or 'none'}"
    message = f"there is no pack `{pack}`: neither a folder nor the name of an installed pack"
    report.error("AV125", message, None, "", mend)
    return None


def _is_folder(name: str | Path) -> bool:
    try:
        return Path(name).is_dir()
    except OSError:  # too long a name, for one
        return False


def _ours() -> Iterator[tuple[str, Path]]:
    spec = find_spec("averment_knowledge")
    for place in spec.submodule_search_locations or () if spec else ():
        for folder in Path(place).iterdir():
            if (folder / "pack.yaml").is_file():
                yield folder.name, folder


def _theirs() -> Iterator[tuple[str, Path]]:
    from importlib.metadata import entry_points  # here, because it takes longer to import than a pack to read

    for entry in entry_points(group=GROUP):
        spec = find_spec(entry.value)
        if spec and spec.origin:
            yield entry.name, Path(spec.origin).parent
