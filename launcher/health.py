"""One plain HTTP GET, as the answer to 'is it up?'."""

import asyncio

SECONDS = 3.0
LONGEST_ANSWER = 64 * 1024


async def status_of(host: str, port: int, path: str) -> int:
    """The HTTP status, or 0 while nothing answers."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"
    try:
        async with asyncio.timeout(SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(request.encode())
                words = (await reader.readline()).split()
                # Read to the end, or the server would log a broken connection.
                await reader.read(LONGEST_ANSWER)
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return 0
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
