"""HTTP/2 by hand: frames as RFC 9113 has them, also those that no library would send."""

import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, CONTINUATION = 0x0, 0x1, 0x3, 0x4, 0x6, 0x9
END_STREAM, END_HEADERS = 0x1, 0x4
CANCEL = struct.pack(">I", 8)


def frame(kind, flags=0, stream=0, payload=b"", length=None):
    """`length`: what the frame says of its length, if that is a lie."""
    size = len(payload) if length is None else length
    return struct.pack(">I", size)[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def integer(value, prefix_bits, first=0):
    """An integer of HPACK."""
    most = (1 << prefix_bits) - 1
    if value < most:
        return bytes([first | value])
    encoded, value = bytes([first | most]), value - most
    while value >= 128:
        encoded, value = encoded + bytes([value % 128 + 128]), value // 128
    return encoded + bytes([value])


def text(value):
    return integer(len(value), 7) + value


def header(name, value):
    """Literal, and kept in no table."""
    return b"\x00" + text(name) + text(value)


def request(path, *more):
    """The headers of a gRPC call."""
    return b"\x83\x86" + header(b":path", path) + header(b":authority", b"localhost") + header(
        b"content-type", b"application/grpc") + header(b"te", b"trailers") + b"".join(more)


def connect(address):
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host.strip("[]"), int(port)), timeout=60)


def greet(address):
    """A connection that has said what a client says first."""
    connection = connect(address)
    connection.sendall(PREFACE + frame(SETTINGS))
    return connection


def read_to_end(connection):
    """Reads what there is until the server ends the connection."""
    try:
        while connection.recv(1 << 16):
            pass
    except ConnectionError:
        pass
