"""The house rules that no linter knows: what files are called, how long they are, what they may name and import."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import json
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SOURCE_ROOTS = ("docs", "engine", "cli", "service", "schemas", "knowledge")
OURS = {"averment", "averment_cli", "averment_service", "averment_schemas", "averment_knowledge"}

TOP_LEVEL = {
    *SOURCE_ROOTS,
    "tests",
    "benchmarks",
    ".ci",
    ".gitignore",
    ".pre-commit-config.yaml",
    ".pre-commit-hooks.yaml",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "constraints-bench.txt",
    "constraints-build.txt",
    "constraints-dev.txt",
    "constraints-hosts.txt",
    "constraints-serve.txt",
    "constraints.txt",
    "justfile",
    "pyproject.toml",
}

# An outside library is imported in one module, so that it can be fenced, replaced and loaded late. The exceptions are
# confined to one folder.
CONFINED = {
    "click": "cli/averment_cli",
    "z3": "engine/averment/backends/symbolic",
    "numpy": "engine/averment",
    "pyarrow": "engine/averment",
    "starlette": "service/averment_service",
    "msgspec": "service/averment_service",
    "uvicorn": "service/averment_service",
}

LINES = 400
FORBIDDEN_NAME = re.compile(r"(^|_)(utils?|helpers?|managers?)(_|\.|$)")

# Written in pieces, so that this file does not find itself.
HOSTS = [
    "py" + "pi.org",
    "pythonhosted" + ".org",
    "npm" + "js.org",
    "npm" + "js.com",
    "index" + "-url",
    "find" + "-links",
]
HOST = re.compile("|".join(map(re.escape, HOSTS)))
MACHINE_PATH = re.compile(r"(?<![\w.~}-])/(?:work|opt|root|home|tmp|Users|mnt|var/folders)/\w|[A-Z]:\\\\?Users\\")


@cache
def tracked() -> tuple[str, ...]:
    """The files of the project, as git knows them, that are in the working tree."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(name for name in listed.split("\0") if name and (ROOT / name).is_file())


def sources() -> list[str]:
    return [
        name
        for name in tracked()
        if name.startswith(tuple(f"{root}/" for root in SOURCE_ROOTS)) and name.endswith(".py")
    ]


def imports(name: str) -> Iterator[str]:
    """The top-level names of the absolute imports of a file, at any depth in it."""
    for node in ast.walk(ast.parse((ROOT / name).read_text("utf-8"), name)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").partition(".")[0]


def test_the_top_level_is_what_it_should_be() -> None:
    assert {name.partition("/")[0] for name in tracked()} - TOP_LEVEL == set()


def test_each_source_root_holds_one_package() -> None:
    packages = {tuple(name.split("/")[:2]) for name in sources()}
    assert {package for _, package in packages} <= OURS
    assert len(packages) == len({root for root, _ in packages})


def test_no_python_file_is_longer_than_it_may_be() -> None:
    lengths = {name: len((ROOT / name).read_bytes().splitlines()) for name in tracked() if name.endswith(".py")}
    assert {name: length for name, length in lengths.items() if length > LINES} == {}


def test_every_file_says_what_it_is_about() -> None:
    assert [name for name in tracked() for part in name.split("/") if FORBIDDEN_NAME.search(part)] == []


def test_every_module_has_a_docstring() -> None:
    bare = [
        name
        for name in sources()
        if (text := (ROOT / name).read_text("utf-8")) and not ast.get_docstring(ast.parse(text))
    ]
    assert bare == []


def test_every_file_that_a_page_names_is_there() -> None:
    """A module in backticks by the end of its path, a link from where its page is."""
    ends = {"/".join(Path(name).parts[first:]) for name in tracked() for first in range(name.count("/") + 1)}
    gone: list[str] = []
    for page in (name for name in tracked() if name.endswith(".md")):
        text = (ROOT / page).read_text("utf-8")
        gone += [f"{page}: {name}" for name in re.findall(r"`([\w/.]+\.py)`", text) if name not in ends]
        links: list[str] = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
        gone += [f"{page}: {link}" for link in links if not (ROOT / page).parent.joinpath(link).exists()]
    assert gone == []


@pytest.mark.parametrize("pattern", [MACHINE_PATH, HOST], ids=["machine path", "registry host"])
def test_nothing_names_a_machine_or_a_registry(pattern: re.Pattern[str]) -> None:
    found = []
    for name in tracked():
        text = (ROOT / name).read_text("utf-8", errors="replace")
        found += [f"{name}: {match.group()}" for match in pattern.finditer(text)]
    assert found == []


@pytest.mark.parametrize("folder", ["home", "work", "opt", "tmp", "root"])
def test_a_machine_path_is_known_from_a_relative_one(folder: str) -> None:
    path = f"/{folder}/ann"
    assert all(MACHINE_PATH.search(text) for text in (path, f'"{path}"', f"cd {path}", f"={path}"))
    assert not any(MACHINE_PATH.search(text) for text in (f"net{path}", f".{path}", f"~{path}", f"$HOME{path}"))


def test_each_outside_library_is_imported_in_one_module() -> None:
    importers: dict[str, set[str]] = defaultdict(set)
    for name in sources():
        for library in imports(name):
            if library not in OURS and library not in sys.stdlib_module_names:
                importers[library].add(name)
    astray = {
        library: sorted(names)
        for library, names in importers.items()
        if (
            not all(name.startswith(f"{CONFINED[library]}/") for name in names)
            if library in CONFINED
            else len(names) > 1
        )
    }
    assert astray == {}


def test_every_diagnostic_code_in_use_has_a_page_and_every_page_a_use() -> None:
    used = set()
    for name in sources():
        used |= set(re.findall(r"""["'](AV\d{3})["']""", (ROOT / name).read_text("utf-8")))
    pages = {
        Path(name).stem for name in tracked() if re.fullmatch(r"engine/averment/diagnostics/pages/AV\d{3}\.md", name)
    }
    assert sorted(used - pages) == []
    assert sorted(pages - used) == []


# Distributions whose module has another name.
_DISTRIBUTIONS = {
    "yaml": "pyyaml",
    "dateutil": "python-dateutil",
    "durable": "durable-rules",
    "durable_rules_engine": "durable-rules",
}


def test_every_benchmark_has_what_it_imports_pinned() -> None:
    """The peers are elsewhere: benchmarks/peers/setup installs them."""
    programs = [name for name in tracked() if re.fullmatch(r"benchmarks/\w+\.py", name)]
    beside = {Path(name).stem for name in programs} | {"peers"} | OURS | sys.stdlib_module_names
    pins = "".join((ROOT / f"constraints-{of}.txt").read_text("utf-8") for of in ("dev", "bench"))
    pinned = set(re.findall(r"^([\w-]+)==", pins, re.MULTILINE))
    for name in programs:
        outside = {module.partition(".")[0] for module in imports(name)} - beside
        assert {_DISTRIBUTIONS.get(module, module) for module in outside} <= pinned, name


def test_whatever_is_needed_is_pinned_and_what_that_needs() -> None:
    """A fresh environment takes only what is pinned: one that is older has what was pinned once, too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    pins = (ROOT / "constraints-dev.txt").read_text("utf-8")
    pinned = set(re.findall(r"^([\w.-]+)==", pins, re.MULTILINE))
    extras = project["project"]["optional-dependencies"]
    waiting = [project["project"]["dependencies"], *extras.values(), project["dependency-groups"]["dev"]]
    left = [Requirement(text) for each in waiting for text in each if "spark" not in text and "ray[" not in text]
    seen: set[str] = set()
    missing: set[str] = set()
    while left:
        wanted = left.pop()
        name = canonicalize_name(wanted.name)
        if (
            name in seen
            or name in ("averment", "pandas")
            or (wanted.marker and not wanted.marker.evaluate({"extra": ""}))
        ):
            continue
        seen.add(name)
        if name not in pinned:
            missing.add(name)
        left += map(Requirement, importlib.metadata.requires(name) or ())
    assert missing == set()


def test_every_name_that_a_benchmark_takes_from_us_is_there() -> None:
    gone: list[str] = []
    for program in (name for name in tracked() if re.fullmatch(r"benchmarks/.*\.py", name)):
        for node in ast.walk(ast.parse((ROOT / program).read_text("utf-8"), program)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in OURS:
                module = importlib.import_module(node.module or "")
                modules = {found.name for found in pkgutil.iter_modules(getattr(module, "__path__", ()))}
                gone += [
                    f"{program}: {node.module}.{alias.name}"
                    for alias in node.names
                    if not hasattr(module, alias.name) and alias.name not in modules
                ]
    assert gone == []


_LOADED = """
import json, sys
before = set(sys.modules)
from averment_cli.entry import main
sys.argv = ["averment", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    assert not end.code
from dataclasses import dataclass
standard = [name for name, module in sys.modules.items() if vars(module).get("dataclass") is dataclass]
print(json.dumps([sorted(set(sys.modules) - before), standard]), file=sys.stderr)
"""


def loaded_by(*arguments: str) -> tuple[set[str], set[str]]:
    """The modules that the command line loads for these arguments, and those that use the standard ``dataclass``."""
    command = [sys.executable, "-c", _LOADED, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    loaded, standard = json.loads(run.stderr)
    return set(loaded), set(standard)


def outside(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules} - OURS - sys.stdlib_module_names


def test_asking_for_help_loads_no_outside_library_but_click() -> None:
    assert outside(loaded_by("--help")[0]) == {"click"}


def test_deciding_a_case_loads_only_what_it_needs() -> None:
    loaded, standard = loaded_by("decide", "--full", "knowledge/averment_knowledge/pm_tpm/cases/payments-api.yaml")
    libraries = {name for name in outside(loaded) if "cython" not in name}
    assert libraries <= {"click", "yaml", "durable_rules_engine"}
    # Code for many cases, what is told of claims that are not settled, and what takes long to load by itself.
    needless = {
        "law.network",
        "backends.scalar",
        "questions",
        "surface.misshape",
        "source.json_reader",
        "audit",
        "batch",
        "checks.registry",
    }
    assert {f"averment.{name}" for name in needless} & loaded == set()
    assert {name for name in standard if name.partition(".")[0] in OURS} == set()
