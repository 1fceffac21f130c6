"""Where packs are found: an installed pack by its name, a folder by its path.

A bare name is that of an installed pack first: what happens to lie in the working directory takes nobody's place. A
folder is named by a path (``./pm_tpm``, or whatever else has a separator), or where no installed pack is called so.

Installed packs are the folders of ``averment_knowledge``, and what other distributions offer under the entry point
group ``averment.packs`` (a module whose folder is the pack).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from averment.core.suggest import did_you_mean
from averment.diagnostics.diagnostic import Diagnostic, Report, Severity

GROUP = "averment.packs"


def installed_packs() -> dict[str, Path]:
    """Every installed pack's name and folder, in the order of their names."""
    return dict(sorted((*_ours(), *_theirs())))


def find_pack(pack: str | Path, report: Report) -> Path | None:
    """The folder of a pack; nothing, and a diagnostic, where there is none. A warning where a name may mean two."""
    name = str(pack)
    if _is_path(pack):
        if name and _is_folder(pack):
            return Path(pack)
    elif found := dict(_ours()).get(name) or installed_packs().get(name):
        if _is_folder(name) and not found.samefile(name):
            message = f"`{name}` is the installed pack, and not the folder of this name that is here"
            help = f"for the folder write `./{name}`"
            report.add(Diagnostic("AV126", message, (), (help,), severity=Severity.WARNING))
        return found
    elif _is_folder(name):
        return Path(name)
    packs = installed_packs()
    close = did_you_mean(name, packs)
    mend = f"did you mean `{close}`?" if close else f"installed packs: {', '.join(packs) or 'none'}"
    message = f"there is no pack `{pack}`: neither a folder nor the name of an installed pack"
    report.error("AV125", message, None, "", mend)
    return None


def _is_path(pack: str | Path) -> bool:
    """Whether a pack is named by a path: it has a separator, or is the folder one is in, or the one above."""
    return isinstance(pack, Path) or pack in ("", ".", "..") or os.sep in pack or bool(os.altsep and os.altsep in pack)


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
