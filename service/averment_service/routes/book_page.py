"""The page *Book*: a pack to be read."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from averment.recent import Recent
from averment_service.pages.book_view import Book, book
from averment_service.pages.rendering import HTML, page
from averment_service.principals import Permission
from averment_service.routes.route import Route, service_of

_books: Recent[str, Book] = Recent(8)


async def read(request: Request) -> Response:
    """The book of a pack, in any version that is known."""
    service = service_of(request)
    packs = [held[-1] for held in service.shop.shelf.packs.values()]
    named = request.query_params.get("pack", "") or packs[0].name
    pack = await service.gate.run(lambda: service.shop.find(named))
    found = await service.gate.run(lambda: _books.get(f"{pack.root} {pack.digest}", lambda: book(pack)))
    versions = service.shop.shelf.packs.get(pack.name, ())
    return page(request, "book.html", pack=pack, book=found, packs=packs, versions=versions)


ROUTES = (
    Route(
        "GET", "/book", Permission.READ, read, "The page on which a pack can be read.",
        query={"pack": "the pack, by name, version or digest"}, media=HTML,
    ),
)  # fmt: skip
