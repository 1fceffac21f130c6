"""A form with a file, as it comes: the file goes to the disk piece by piece, and never has more bytes than may be."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from averment_service.problems import REQUEST, TOO_MUCH, Problem, problem

MULTIPART = "multipart/form-data"
_INPUTS, _INPUT = 20, 64 << 10  # beside the file
_FRAME = 64 << 10  # bytes that a form has beside what is in it


async def read_upload(request: Request, most: int) -> dict[str, tuple[str, ...]]:
    """The texts of a form; its file, if it has one, is the request's ``upload`` then. Raises: Problem (413, 422)."""

    async def bounded() -> AsyncGenerator[bytes, None]:
        size = 0
        async for piece in request.stream():
            size += len(piece)
            if size > most + _FRAME:
                raise too_large_table(most)
            yield piece

    parser = MultiPartParser(request.headers, bounded(), max_files=1, max_fields=_INPUTS, max_part_size=_INPUT)
    try:
        form = await parser.parse()
    except MultiPartException:
        raise problem(422, REQUEST, "the form cannot be read") from None
    texts: dict[str, tuple[str, ...]] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            request.state.upload = value
        else:
            texts[name] = (*texts.get(name, ()), value)
    return texts


def too_large_table(most: int) -> Problem:
    """That a table has more bytes than may be."""
    return problem(413, TOO_MUCH, f"the table has more than {most:,} bytes", "decide it with `averment batch`")


def upload_of(request: Request) -> UploadFile | None:
    """The file that came with the form of a request."""
    found: UploadFile | None = getattr(request.state, "upload", None)
    return found if found is not None and found.filename else None


async def close_upload(request: Request) -> None:
    """Let go of the file that came with a request, whatever became of it."""
    if (found := getattr(request.state, "upload", None)) is not None:
        await found.close()
