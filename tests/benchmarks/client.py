"""A load client of its own process: keep-alive connections that send as soon as they are answered.

Reads one `Job` as JSON from standard input and writes one `Load` to standard output.
"""

import asyncio
import sys
import time
from collections import deque

from data.record import Record


class Job(Record):
    """What to send: each body once, over that many connections to a port of this machine."""

    port: int
    path: str
    key: str
    connections: int
    bodies: list[str]


class Load(Record):
    """What came back: latencies in milliseconds, and how many answers were no 200."""

    latencies: list[float]
    seconds: float
    failures: int


async def run(job: Job) -> Load:
    """Send all bodies and wait for all answers."""
    waiting = deque(_request(job, body.encode()) for body in job.bodies)
    latencies: list[float] = []
    failures = 0

    async def connection() -> None:
        nonlocal failures
        reader, writer = await asyncio.open_connection("127.0.0.1", job.port)
        while waiting:
            request = waiting.popleft()
            started = time.perf_counter()
            writer.write(request)
            failures += await _status(reader) != 200
            latencies.append((time.perf_counter() - started) * 1_000)
        writer.close()
        await writer.wait_closed()

    started = time.perf_counter()
    await asyncio.gather(*(connection() for _ in range(job.connections)))
    return Load(latencies=latencies, seconds=time.perf_counter() - started, failures=failures)


def _request(job: Job, body: bytes) -> bytes:
    method = b"POST" if body else b"GET"
    head = (
        f" {job.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {job.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return method + head.encode() + body


async def _status(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = (line.partition(":") for line in head.split("\r\n"))
    headers = {name.lower(): value.strip() for name, _, value in lines}
    await reader.readexactly(int(headers["content-length"]))
    return int(head.split(" ", 2)[1])


if __name__ == "__main__":
    job = Job.model_validate_json(sys.stdin.buffer.read())
    sys.stdout.write(asyncio.run(run(job)).model_dump_json())
