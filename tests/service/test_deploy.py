"""The files to start a service from: well formed, and of settings that there are."""

from __future__ import annotations

import configparser
import re
import shlex
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from averment_cli.commands.serve import command
from averment_service.settings import PREFIX, Settings

DOCS = Path(__file__).parents[2] / "docs"
DEPLOY = DOCS / "deploy"
NAMES = {field.name for field in fields(Settings)}


def test_every_setting_that_a_file_gives_exists() -> None:
    for file in DEPLOY.iterdir():
        given = {name.lower() for name in re.findall(rf"\b{PREFIX}([A-Z_]+)\b", file.read_text())}
        assert given <= NAMES, file.name
        assert given, file.name


def test_the_page_names_every_setting_and_no_other() -> None:
    table = (DOCS / "running.md").read_text().partition("| setting |")[2].partition("## Roles")[0]
    named = {name for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert named == NAMES - {"demo"}


def test_every_way_to_start_it_is_one_the_command_has() -> None:
    flags = {option for parameter in command.params for option in parameter.opts}
    for file in (DEPLOY / "averment.service", DOCS / "running.md"):
        for line in re.findall(r"averment serve (.*)", file.read_text()):
            told = line.partition("`")[0]
            given = {word for word in shlex.split(told) if word.startswith("--")}
            assert given <= flags, (file.name, line)


@pytest.mark.parametrize("name", ["compose.yaml", "kubernetes.yaml"])
def test_yaml_is_well_formed(name: str) -> None:
    documents: list[Any] = list(yaml.safe_load_all((DEPLOY / name).read_text()))
    assert all(documents)
    if name == "kubernetes.yaml":
        deployment = documents[0]["spec"]["template"]["spec"]
        (container,) = deployment["containers"]
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert mounted == {each["name"] for each in deployment["volumes"]}
        assert container["securityContext"]["readOnlyRootFilesystem"] and deployment["securityContext"]["runAsNonRoot"]
    else:
        services = documents[0]["services"]
        assert {each for one in services.values() for each in one["secrets"]} == set(documents[0]["secrets"])


def test_the_dockerfile_copies_what_there_is() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (DOCS.parent / source).exists(), source
    assert "USER 10001" in text


def test_the_unit_is_well_formed() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(DEPLOY / "averment.service")
    assert unit["Service"]["ExecReload"].endswith("-HUP $MAINPID")
