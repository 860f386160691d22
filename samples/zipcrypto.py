"""Writes a ZIP of one member with the traditional ZIP encryption, which Python's zipfile can read but not write.

Only for made-up samples: this cipher protects nothing.
"""

import struct
import zlib


def crc_step(crc, byte):
    """One byte of CRC-32 without the usual inversions."""
    return zlib.crc32(bytes([byte]), crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


class Keys:
    """The three running keys of APPNOTE.TXT 6.1."""

    def __init__(self, password):
        self.k0, self.k1, self.k2 = 0x12345678, 0x23456789, 0x34567890
        for byte in password:
            self.update(byte)

    def update(self, byte):
        self.k0 = crc_step(self.k0, byte)
        self.k1 = ((self.k1 + (self.k0 & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        self.k2 = crc_step(self.k2, self.k1 >> 24)

    def encrypt(self, data):
        out = bytearray()
        for byte in data:
            k = (self.k2 | 2) & 0xFFFF
            out.append(byte ^ (k * (k ^ 1) >> 8 & 0xFF))
            self.update(byte)
        return bytes(out)


def archive(member, data, password, when, rng):
    """The bytes of the archive. `rng` gives the random head, so that a seed gives the same bytes."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflate.compress(data) + deflate.flush()
    crc = zlib.crc32(data)
    head = bytes(rng.randrange(256) for _ in range(11)) + bytes([crc >> 24])
    body = Keys(password).encrypt(head + packed)
    name = member.encode("utf-8")
    time = when.hour << 11 | when.minute << 5 | when.second // 2
    date = when.year - 1980 << 9 | when.month << 5 | when.day
    encrypted, deflated = 1, 8
    common = struct.pack("<HHHHHIIIHH", 20, encrypted, deflated, time, date, crc, len(body), len(data), len(name), 0)
    local = b"PK\x03\x04" + common + name + body
    central = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
