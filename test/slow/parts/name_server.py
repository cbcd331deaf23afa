"""A DNS server on port 53 of a loopback address that knows a few names; needs root."""
import ipaddress
import socket
import threading


class NameServer:
    """`with NameServer("127.0.0.77", {"model.test": ["127.0.0.1"]}) as server:`"""

    def __init__(self, address, names):
        self.address, self.names = address, names
        self.asked = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 53))
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._socket.sendto(b"", (self.address, 53))  # An empty packet ends it.
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while True:
            packet, sender = self._socket.recvfrom(512)
            if not packet:
                return
            self._socket.sendto(self._reply(packet), sender)

    def _reply(self, packet):
        """RFC 1035, 4.1: the question again, then a record of 16 bytes and more per address."""
        labels, at = [], 12
        while packet[at]:
            labels.append(packet[at + 1:at + 1 + packet[at]].decode())
            at += packet[at] + 1
        name, kind = ".".join(labels), int.from_bytes(packet[at + 1:at + 3], "big")
        self.asked.append(name)
        wanted = {1: 4, 28: 6}.get(kind)
        addresses = [ipaddress.ip_address(text) for text in self.names.get(name, [])]
        records = [b"\xc0\x0c" + kind.to_bytes(2, "big") + b"\0\1\0\0\0\x3c" +
                   len(each.packed).to_bytes(2, "big") + each.packed
                   for each in addresses if each.version == wanted]
        code = 0x80 if name in self.names else 0x83  # 3: no such name.
        return (packet[:2] + bytes([0x81, code]) + b"\0\1" + len(records).to_bytes(2, "big") +
                b"\0\0\0\0" + packet[12:at + 5] + b"".join(records))
