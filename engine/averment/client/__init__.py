"""A program's own side of the service: what the library does here, asked of averment over HTTP.

>>> with Client("http://localhost:8321", token) as client:
...     outcome = client.pack("pm_tpm").decide({"product": {"technical_complexity": "high"}})
>>> outcome.claim, outcome.settled, outcome.hangs_on, outcome.decision

``AsyncClient`` is the same with ``await``. What the service refuses is raised as the library raises it, ``Refused``;
whatever else it does not serve as ``NotServed``. What it is too busy for is asked again, when it says.
"""

from averment.client.answers import Decided, NotServed, Outcome, Standing
from averment.client.asynchronous import AsyncClient, AsyncPack, AsyncSession
from averment.client.synchronous import Client, Pack, Session

__all__ = [
    "AsyncClient",
    "AsyncPack",
    "AsyncSession",
    "Client",
    "Decided",
    "NotServed",
    "Outcome",
    "Pack",
    "Session",
    "Standing",
]
