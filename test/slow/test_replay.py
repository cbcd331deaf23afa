"""A replayed trace arrives at the server as it was recorded.

The trace is real: requests to a language model service (Azure Public Dataset, CC BY 4.0), a stretch
of it, made faster. The server notes when its kernel received each request, which is neither its own
time nor ours.
"""
import json
import pathlib
import select
import socket
import struct
import threading
import unittest

from parts import places

from harness import EndToEnd

SO_TIMESTAMPNS = 35
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
TRACE = pathlib.Path(__file__).parent / "parts" / "azure-llm-2023-conversation.csv"
WARP = 40


def setUpModule():
    places.come_first()


class StampingServer:
    """Answers every request with `ok`; `stamps` are the kernel's times of receipt in ns."""

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        # Inherited by what is accepted.
        self.listener.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.port = self.listener.getsockname()[1]
        self.stamps, self.bodies, self.stopped = [], [], False
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()
        return self

    def serve(self):
        poll = select.epoll()
        poll.register(self.listener, select.EPOLLIN)
        open_sockets = {}
        while not self.stopped:
            for number, _ in poll.poll(0.1):
                if number == self.listener.fileno():
                    peer, _ = self.listener.accept()
                    peer.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
                    poll.register(peer, select.EPOLLIN)
                    open_sockets[peer.fileno()] = peer
                    continue
                peer = open_sockets[number]
                data, control, _, _ = peer.recvmsg(65536, 256)
                if not data:
                    poll.unregister(peer)
                    open_sockets.pop(number).close()
                    continue
                for level, kind, value in control:
                    if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
                        seconds, ns = struct.unpack("qq", value[:16])
                        self.stamps.append(seconds * 10**9 + ns)
                        self.bodies.append(data.split(b"\r\n\r\n", 1)[1])
                peer.send(REPLY)
        for peer in open_sockets.values():
            peer.close()

    def __exit__(self, *_):
        self.stopped = True
        self.thread.join()
        self.listener.close()


class Replay(EndToEnd):
    def test_arrivals_at_the_server_are_those_of_the_trace(self):
        rows = [line.split(",") for line in TRACE.read_text().splitlines()[1:]]
        offsets = []
        for when, _, _ in rows:
            hours, minutes, seconds = when.split(" ")[1].split(":")
            whole, fraction = seconds.split(".")
            offsets.append(((int(hours) * 60 + int(minutes)) * 60 + int(whole)) * 10**9 +
                           int(fraction.ljust(9, "0")))
        offsets = [(offset - offsets[0]) / WARP for offset in offsets]
        with StampingServer() as server:
            done = self.loadline("run", f"http://127.0.0.1:{server.port}/", "--replay", TRACE,
                                 "--warp", WARP, "--body", '{"n": ${replay.ContextTokens}}',
                                 "--no-preflight", "--json", self.folder / "out.json")
            self.assertEqual(done.code, 0, done.text)
        document = json.loads((self.folder / "out.json").read_text())
        self.assertEqual(document["requests"], len(rows))
        self.assertEqual(len(server.stamps), len(rows))
        # A request that another overtook on its way belongs to its row all the same.
        arrived = sorted(zip(server.stamps, server.bodies))
        self.assertEqual(sorted(json.loads(body)["n"] for _, body in arrived),
                         sorted(int(tokens) for _, tokens, _ in rows))
        late = sorted(stamp - offset for (stamp, _), offset in zip(arrived, offsets))
        start = late[len(late) // 100]  # The trace's first instant, by the earliest arrivals.
        errors = [abs(one - start) / 1e3 for one in late]
        # In the middle the way through the kernel and no more; a machine with neighbours may hold
        # up one in ten for longer.
        self.assertLess(errors[len(errors) // 2], 100.0, "µs, median")
        self.assertLess(errors[len(errors) * 9 // 10], 1000.0, "µs, nine of ten")


if __name__ == "__main__":
    unittest.main()
