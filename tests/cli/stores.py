"""A decision log on one of the stores, as tests of the command line name it, tamper with it and search it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


class Log:
    """A log on one of the stores: how the command line names it, and a way to tamper with it."""

    def __init__(self, address: str, name: str, key: tuple[str, ...]) -> None:
        self.address, self.name, self.key = address, name, key

    def alter(self, *statements: str) -> None:
        if self.address.startswith("sqlite:"):
            with closing(sqlite3.connect(self.address.removeprefix("sqlite:"), isolation_level=None)) as connection:
                for statement in statements:
                    connection.execute(statement)
            return
        import psycopg

        with psycopg.connect(self.address, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def refuse(self, column: str, ending: str) -> None:
        """Let the store refuse every record in which what a column holds ends so."""
        if self.address.startswith("sqlite:"):
            self.alter(
                f"CREATE TRIGGER no BEFORE INSERT ON averment_record WHEN NEW.{column} LIKE '%{ending}' "
                "BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        else:
            self.alter(f"ALTER TABLE averment_record ADD CONSTRAINT no CHECK ({column} NOT LIKE '%{ending}') NOT VALID")

    def accept(self) -> None:
        """Take back what ``refuse`` did."""
        sqlite = self.address.startswith("sqlite:")
        self.alter("DROP TRIGGER no" if sqlite else "ALTER TABLE averment_record DROP CONSTRAINT no")

    def journals(self) -> list[Path]:
        """The write-ahead log of the server; that of SQLite lies beside the cases."""
        host = self.address.partition("host=")[2].partition("&")[0]
        return [path for path in Path(host, "data", "pg_wal").iterdir() if path.is_file()] if host else []

    def everything(self) -> str:
        """All that the store holds, as text; what SQLite holds is in files, which are looked at anyway."""
        if self.address.startswith("sqlite:"):
            return ""
        import psycopg

        with psycopg.connect(self.address) as connection:
            tables = ("averment_log", "averment_record", "averment_pack")
            rows = [connection.execute(f"SELECT * FROM {table}".encode()).fetchall() for table in tables]
        return "".join(
            value.decode("utf-8", "replace") if isinstance(value, bytes) else f"{value} "
            for table in rows
            for row in table
            for value in row
        )
