"""The processes of a service: what dies is started again, what was acknowledged is on record, an end is an end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from tests.postgres import a_server
from tests.service.test_decide import examples

from averment.audit.log import open_log
from averment.audit.verify import verify
from averment_service.demonstration import demonstrated

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to find the processes")


class Served:
    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port

    def children(self, module: str) -> list[int]:
        """The processes of a module, by id."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in found if module in Path(f"/proc/{pid}/cmdline").read_text()]

    def ask(self, path: str, sent: Any = None) -> Any:
        data = None if sent is None else json.dumps(sent).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data)
        request.add_header("content-type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as found:
            return json.load(found)

    def decide(self, number: int) -> str:
        """The id of a decision, however often it has to be asked for."""
        case = examples()[number % 5]
        for _ in range(100):
            with suppress(OSError, ValueError):
                return str(self.ask("/v1/packs/pm_tpm/decide", case)["decision"])
            time.sleep(0.1)
        raise AssertionError("no answer")


@contextmanager
def served(*words: str, stderr: Path | None = None) -> Iterator[Served]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    program = "import sys; from averment_cli.main import main; sys.exit(main())"
    with (stderr or Path(os.devnull)).open("ab") as told:
        process = subprocess.Popen([sys.executable, "-c", program, "serve", "--port", str(port), *words], stderr=told)
    try:
        found = Served(process, port)
        for _ in range(300):
            assert process.poll() is None
            with suppress(OSError):
                found.ask("/readyz")
                break
            time.sleep(0.1)
        yield found
    finally:
        process.terminate()
        process.wait(30)


def test_what_dies_is_started_again_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    log = f"sqlite:{tmp_path / 'log.db'}"
    with served("--log", log, "--workers", "2") as found:
        told = [found.decide(0)]
        for module in ("keeper", "worker", "keeper"):
            (victim, *_) = found.children(f"averment_service.{module}")
            os.kill(victim, signal.SIGKILL)
            told += [found.decide(number) for number in range(3)]
            assert victim not in found.children(module)
        (keeper,), workers = found.children("averment_service.keeper"), found.children("averment_service.worker")
        assert len(workers) == 2
        found.process.send_signal(signal.SIGTERM)
        assert found.process.wait(30) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in (keeper, *workers))
    with open_log(log) as opened:
        assert set(told) <= {record.id for record in opened.records()} and verify(opened).whole


def test_every_process_takes_up_a_new_version(tmp_path: Path) -> None:
    folder = tmp_path / "pm_tpm"
    shutil.copytree("knowledge/averment_knowledge/pm_tpm", folder)
    manifest = folder / "pack.yaml"
    with served("--log", "none", "--workers", "2", "--pack", str(folder)) as found:
        manifest.write_text(manifest.read_text().replace("version: 2.0.0", "version: 2.0.1"))
        (new,) = found.ask("/v1/refresh", {})["new"]
        for _ in range(50):
            versions = {found.ask("/v1/packs/pm_tpm")["version"] for _ in range(10)}
            if versions == {"2.0.1"}:
                break
            time.sleep(0.1)
        assert versions == {new["version"]} == {"2.0.1"}


def test_a_broken_pack_changes_nothing_for_those_who_ask_and_whoever_runs_it_sees_why(tmp_path: Path) -> None:
    folder = tmp_path / "pm_tpm"
    shutil.copytree("knowledge/averment_knowledge/pm_tpm", folder)
    manifest, rules = folder / "pack.yaml", folder / "rules" / "product.yaml"
    text, rule = manifest.read_text(), rules.read_text()
    log = ("--log", f"sqlite:{tmp_path / 'log.db'}", "--workers", "2", "--pack", str(folder))
    with served(*log, stderr=tmp_path / "told") as found:
        url = f"http://127.0.0.1:{found.port}/v1/packs/pm_tpm/decide"
        answers, over = list[tuple[int, str, str]](), Event()

        def ask() -> None:
            body = json.dumps(examples()[0]).encode()
            while not over.is_set():
                asked = urllib.request.Request(url, body, {"content-type": "application/json"})
                with urllib.request.urlopen(asked, timeout=30) as answer:
                    told = json.load(answer)["answer"]["pack"]
                    answers.append((answer.status, answer.headers["averment-pack"], told["digest"]))

        with ThreadPoolExecutor(2) as pool:
            asking = [pool.submit(ask) for _ in range(2)]
            for broken in ("pack: [", text.replace("version: 2.0.0", "version: two")):
                manifest.write_text(broken)
                found.process.send_signal(signal.SIGHUP)
                time.sleep(0.5)
            manifest.write_text(text.replace("version: 2.0.0", "version: 2.0.1"))
            rules.write_text(
                rule + "  - rule: nowhere\n    says: x\n    backing: judgement\n    when: [{nothing: {}}]\n"
            )
            with pytest.raises(urllib.error.HTTPError) as refused:
                found.ask("/v1/refresh", {})
            assert refused.value.code == 422 and b"AV" in refused.value.read()
            before = {digest for _, _, digest in answers}
            rules.write_text(rule)
            found.ask("/v1/refresh", {})
            for _ in range(100):
                if all(found.ask("/v1/packs/pm_tpm")["version"] == "2.0.1" for _ in range(6)):
                    break
                time.sleep(0.1)
            time.sleep(0.2)
            over.set()
            for each in asking:
                each.result()
    assert len(before) == 1 and {status for status, _, _ in answers} == {200}
    assert len({digest for _, _, digest in answers}) == 2
    assert all(header.endswith(digest) for _, header, digest in answers)
    told = (tmp_path / "told").read_text()
    assert "AV" in told and "Traceback" not in told, told


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGQUIT, signal.SIGINT])
def test_a_log_in_postgresql_that_is_started_again_loses_nothing(sign: signal.Signals, tmp_path: Path) -> None:
    with a_server() as server, served("--log", server.url, "--workers", "2", stderr=tmp_path / "told") as found:
        url, over = f"http://127.0.0.1:{found.port}/v1/packs/pm_tpm/decide", Event()
        acknowledged, statuses = dict[str, str](), Counter[int]()

        def ask(who: int) -> None:
            for number in count():
                key = f"{who}-{number}"
                body = json.dumps({**examples()[number % 5], "case": key}).encode()
                headers = {"content-type": "application/json", "idempotency-key": key}
                while key not in acknowledged:
                    try:
                        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60) as answer:
                            acknowledged[key] = json.load(answer)["decision"]
                            statuses[200] += 1
                    except urllib.error.HTTPError as error:
                        statuses[error.code] += 1
                        assert error.code == 503 and error.headers["retry-after"], error.read()
                        time.sleep(0.1)
                if over.is_set():
                    return

        with ThreadPoolExecutor(4) as pool:
            asking = [pool.submit(ask, who) for who in range(4)]
            for _ in range(3):
                time.sleep(1)
                server.stop(sign)
                time.sleep(0.5)
                server.start()
            done = len(acknowledged)
            for _ in range(100):
                if len(acknowledged) > done + 20:
                    break
                time.sleep(0.1)
            over.set()
            for each in asking:
                each.result()
        assert len(acknowledged) > done + 20 and statuses[503], statuses
        with open_log(server.url) as log:
            held = {record.id: record.case for record in log.records() if record.kind == "decision"}
            assert verify(log).whole
    assert {held[id] for id in acknowledged.values()} == set(acknowledged)
    assert len(held) == len(acknowledged)  # each once
    assert "Traceback" not in (tmp_path / "told").read_text()


def test_no_process_outlives_the_one_that_started_it(tmp_path: Path) -> None:
    with served("--log", f"sqlite:{tmp_path / 'log.db'}") as found:
        children = found.children("averment_service")
        assert len(children) == 2
        found.process.kill()
        found.process.wait(30)
        for _ in range(100):
            if not any(_is_running(pid) for pid in children):
                break
            time.sleep(0.1)
        assert not any(_is_running(pid) for pid in children)


def test_the_demonstration_has_decisions_to_look_at() -> None:
    with served("--demo") as found:
        assert found.ask("/v1/decisions?limit=1")["decisions"]
        packs = {pack["name"] for pack in found.ask("/v1/packs")["packs"]}
        assert packs == set(demonstrated()) and demonstrated()[0] == "pm_tpm"  # with which the page opens


def test_a_folder_of_the_name_of_an_installed_pack_is_told_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pm_tpm").mkdir()
    monkeypatch.chdir(tmp_path)
    with served("--log", "none", stderr=tmp_path / "told") as found:
        assert found.ask("/v1/packs")["packs"][0]["version"] == "2.0.0"
        found.ask("/v1/refresh", {})
    told = (tmp_path / "told").read_text()
    assert told.count("is the installed pack") == 1 and "AV126" in told and "UserWarning" not in told, told


def _is_running(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
