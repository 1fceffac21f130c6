"""The footer of a Parquet file, read and written anew: what it takes to put row groups that are written into one file.

A footer is a struct in Thrift's compact protocol (https://github.com/apache/thrift/blob/master/doc/specs), of the type
``FileMetaData`` (https://github.com/apache/parquet-format). The pages of a column chunk know nothing of their place, so
a row group is moved by copying its bytes and adding the distance to the offsets that the footer holds of it.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MAGIC = b"PAR1"
_TAIL = 8  # bytes after the footer: its length, and the magic
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_INTEGERS = (_I16, _I32, _I64)

Struct = dict[int, tuple[int, Any]]
"""The fields of a struct by number, in order: the type of each and its value."""

# The fields of the format's structs that say where something is, or how much there is.
_ROWS, _GROUPS = 3, 4  # FileMetaData
_COLUMNS, _GROUP_ROWS, _GROUP_OFFSET, _ORDINAL = 1, 3, 5, 7  # RowGroup
_CHUNK_OFFSET, _ABOUT = 2, 3  # ColumnChunk
_NAMES, _STATISTICS = 3, 12  # ColumnMetaData: the path of the column, and what is known of its values
_PAGES = (9, 10, 11)  # ColumnMetaData: where data, index and dictionary pages begin


@dataclass(frozen=True)
class Record:
    """What is kept of a file whose pages were copied: how many bytes these are, its footer, and the least and the
    greatest text of columns without nulls of which the footer does not say it.
    """

    size: int
    footer: bytes
    bounds: Mapping[str, Sequence[str]]

    @property
    def line(self) -> bytes:
        """The record as a line of text."""
        return json.dumps([self.size, b64encode(self.footer).decode(), dict(self.bounds)]).encode() + b"\n"


def records_in(lines: bytes) -> Iterable[Record]:
    """The records that are lines of a text, in order."""
    for line in lines.splitlines():
        size, footer, bounds = json.loads(line)
        yield Record(size, b64decode(footer), bounds)


def footer_in(file: Any) -> tuple[int, bytes]:
    """Where the pages of a Parquet file end (they begin after the magic), and its footer."""
    end = len(file) - _TAIL - int.from_bytes(bytes(file[-_TAIL:-4]), "little")
    return end, bytes(file[end : len(file) - _TAIL])


def joined(empty: bytes, records: Iterable[Record]) -> bytes:
    """What follows the magic and the pages of files, one after the other: the footer of all their row groups, and the
    end of the file. ``empty`` is the footer of a file without rows, of the same schema.
    """
    groups: list[Struct] = []
    distance = 0
    for record in records:
        for group in struct_in(record.footer)[_GROUPS][1][1]:
            _move(group, distance)
            _bound(group, record.bounds)
            if _ORDINAL in group:
                group[_ORDINAL] = (_I16, len(groups))
            groups.append(group)
        distance += record.size
    rows = sum(group[_GROUP_ROWS][1] for group in groups)
    whole = {**struct_in(empty), _ROWS: (_I64, rows), _GROUPS: (_LIST, (_STRUCT, groups))}
    found = bytearray()
    _write_struct(found, whole)
    return bytes(found) + len(found).to_bytes(4, "little") + MAGIC


def _move(group: Struct, distance: int) -> None:
    _add(group, _GROUP_OFFSET, distance)
    for chunk in group[_COLUMNS][1][1]:
        _add(chunk, _CHUNK_OFFSET, distance)
        for field in _PAGES:
            _add(chunk[_ABOUT][1], field, distance)


def _bound(group: Struct, bounds: Mapping[str, Sequence[str]]) -> None:
    """Say the least and the greatest text of columns."""
    for chunk in group[_COLUMNS][1][1]:
        about: Struct = chunk[_ABOUT][1]
        least_greatest = bounds.get(about[_NAMES][1][1][0].decode())
        if least_greatest:
            least, greatest = ((_BINARY, text.encode()) for text in least_greatest)
            nulls, exact = (_I64, 0), (_TRUE, None)
            about[_STATISTICS] = (_STRUCT, {3: nulls, 5: greatest, 6: least, 7: exact, 8: exact})
            for field in sorted(about):
                about[field] = about.pop(field)


def _add(struct: Struct, field: int, distance: int) -> None:
    """Add to an offset, if there is one: 0 says that there is none."""
    type, offset = struct.get(field, (_I64, 0))
    if offset:
        struct[field] = (type, offset + distance)


def struct_in(data: bytes) -> Struct:
    """The struct that some bytes are."""
    return _Reader(data).struct()


class _Reader:
    """Values of the compact protocol, one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def struct(self) -> Struct:
        found: Struct = {}
        number = 0
        data = self._data
        while head := data[self._at]:
            self._at += 1
            type = head & 15
            number = number + (head >> 4) if head >> 4 else self._signed()
            found[number] = (type, self._signed() if type in _INTEGERS else self._value(type))
        self._at += 1
        return found

    def _value(self, type: int) -> Any:
        match type:
            case 8:
                return self._bytes(self._varint())
            case 12:
                return self.struct()
            case 9 | 10:
                return self._list()
            case 4 | 5 | 6:
                return self._signed()
            case 1 | 2:  # a boolean field, whose type is its value
                return None
            case 3:
                return self._byte()
            case 7:
                return self._bytes(8)
            case _:
                raise ValueError(f"the footer of a Parquet file has a value of type {type}")

    def _list(self) -> tuple[int, list[Any]]:
        head = self._byte()
        type, count = head & 15, head >> 4
        count = self._varint() if count == 15 else count
        element = _BYTE if type in (_TRUE, _FALSE) else type
        return type, [self._value(element) for _ in range(count)]

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _bytes(self, count: int) -> bytes:
        self._at += count
        return self._data[self._at - count : self._at]

    def _varint(self) -> int:
        byte = self._byte()
        found, shift = byte & 127, 7
        while byte > 127:
            byte = self._byte()
            found |= (byte & 127) << shift
            shift += 7
        return found

    def _signed(self) -> int:
        found = self._varint()
        return found >> 1 ^ -(found & 1)


def _write_struct(found: bytearray, struct: Struct) -> None:
    before = 0
    for number, (type, value) in struct.items():
        step = number - before
        found.append(step << 4 | type if 0 < step < 16 else type)
        if not 0 < step < 16:
            _write_varint(found, _zigzag(number))
        if type in _INTEGERS:
            _write_varint(found, _zigzag(value))
        else:
            _write_value(found, type, value)
        before = number
    found.append(0)


def _write_value(found: bytearray, type: int, value: Any) -> None:
    match type:
        case 8:
            _write_varint(found, len(value))
            found += value
        case 12:
            _write_struct(found, value)
        case 9 | 10:
            element, values = value
            found.append(min(len(values), 15) << 4 | element)
            if len(values) >= 15:
                _write_varint(found, len(values))
            for each in values:
                _write_value(found, _BYTE if element in (_TRUE, _FALSE) else element, each)
        case 4 | 5 | 6:
            _write_varint(found, _zigzag(value))
        case 3:
            found.append(value)
        case 7:
            found += value
        case _:  # a boolean field, whose type is its value
            pass


def _write_varint(found: bytearray, value: int) -> None:
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)


def _zigzag(value: int) -> int:
    return value << 1 ^ value >> 63
