"""A small HTTP server of another make (asyncio): notes the ids it sees and misbehaves on demand.

The id is the query's: /MODE?id=7. The server runs in a thread of the test.
"""
import asyncio
import collections
import re
import socket
import struct
import threading

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n" \
     b'{"score":0.5}'
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
HEAD = re.compile(rb"^[A-Z]+ /([a-z_]+)(?:\?id=([0-9a-f-]+))? HTTP/1\.1\r\n")
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)


class OddServer:
    def __init__(self, delay=0.0):
        self.delay = delay
        self.seen = []           # Ids in the order in which their heads were read.
        self.received = []       # Seconds of the loop's clock, one per id.
        self.requests = collections.Counter()

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self.thread.start()
        ready.wait(10)
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.stop.set)
        self.thread.join(10)
        self.loop.close()

    def url(self, mode):
        return f"http://127.0.0.1:{self.port}/{mode}"

    def _run(self, ready):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._serve(ready))

    async def _serve(self, ready):
        self.stop = asyncio.Event()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, backlog=4096)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self.stop.wait()
        server.close()
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task():
                task.cancel()

    async def _talk(self, reader, writer):
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _one(self, reader, writer):
        """One request; False: the connection is done for."""
        head = await reader.readuntil(b"\r\n\r\n")
        match = HEAD.match(head)
        mode, number = match.group(1).decode(), match.group(2)
        if number is not None:
            self.seen.append(number.decode())
            self.received.append(self.loop.time())
        self.requests[mode] += 1
        length = LENGTH.search(head)
        if length:
            await reader.readexactly(int(length.group(1)))
        if mode == "mixed":
            mode = MIXED[int(number) % len(MIXED)]
        return await getattr(self, "_" + mode)(reader, writer)

    async def _ok(self, _, writer):
        if self.delay:
            await asyncio.sleep(self.delay)
        writer.write(OK)
        await writer.drain()
        return True

    async def _busy(self, _, writer):
        writer.write(BUSY)
        return True

    async def _reset(self, _, writer):
        """A reset instead of a reply."""
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                                   struct.pack("ii", 1, 0))
        writer.transport.abort()
        return False

    async def _early(self, _, writer):
        """Half of a reply, then the end."""
        writer.write(OK[:-6])
        await writer.drain()
        return False

    async def _half(self, reader, writer):
        """Closes its side without a word and goes on reading."""
        writer.write_eof()
        await reader.read()
        return False

    async def _loris(self, _, writer):
        """A byte now and then, for ever."""
        for at in range(len(OK)):
            writer.write(OK[at:at + 1])
            await writer.drain()
            await asyncio.sleep(0.5)
        return True

    async def _garbage(self, _, writer):
        writer.write(b"\x16\x03\x01 this is not HTTP at all\r\n\r\n")
        await writer.drain()
        return False

    async def _silent(self, _, writer):
        await asyncio.sleep(60)
        return False

    async def _leaves(self, _, writer):
        """A good reply that promises to stay, then the end: the next request finds nobody."""
        writer.write(OK)
        await writer.drain()
        return False


# What `mixed` does by id: mostly well, every kind of trouble now and then.
MIXED = ["ok"] * 12 + ["busy", "reset", "early", "half", "garbage", "leaves", "ok", "loris"]
