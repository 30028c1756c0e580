"""Drives the conversations of calendar sources in tests: over real HTTP, or along a script that reads like the exchange itself."""

from collections.abc import Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import TypeVar

import httpx

from rooms.sources.port import Request, Response

Outcome = TypeVar("Outcome")


def carry(conversation: Generator[Request, Response, Outcome]) -> Outcome:
    """Sends each request for real. An httpx error passes through, and the conversation is given up as a carrier would."""
    with closing(conversation), httpx.Client(timeout=10) as client:
        answer: Response | None = None
        while True:
            try:
                request = next(conversation) if answer is None else conversation.send(answer)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            got = client.request(request.method, request.url, headers=dict(request.headers), content=request.body)
            answer = Response(got.status_code, dict(got.headers), got.content)


@dataclass(frozen=True)
class Expect:
    """What a request must be like. headers: that it must carry; within: texts that its body must hold; without: and must not."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    within: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def check(self, request: Request) -> None:
        assert (request.method, request.url) == (self.method, self.url)
        assert self.headers.items() <= dict(request.headers).items()
        body = request.body.decode()
        assert [text for text in self.within if text not in body] == []
        assert [text for text in self.without if text in body] == []


def scripted(conversation: Generator[Request, Response, Outcome], exchanges: Iterable[tuple[Expect, Response]]) -> Outcome:
    """Plays the server's part; every line must be asked for, in this order, and nothing more."""
    with closing(conversation):
        answer: Response | None = None
        for expected, answers in exchanges:
            try:
                request = next(conversation) if answer is None else conversation.send(answer)
            except StopIteration as end:
                raise AssertionError(f"ended with {end.value} before {expected}") from None
            expected.check(request)
            answer = answers
        try:
            more = next(conversation) if answer is None else conversation.send(answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        raise AssertionError(f"asked for more: {more.method} {more.url} {more.body!r}")
