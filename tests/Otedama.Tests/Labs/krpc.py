"""Bencode and KRPC by hand, so that the tests ask in words our program did not write."""
import socket


def encode(value):
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, bytes):
        return b"%d:%s" % (len(value), value)
    if isinstance(value, list):
        return b"l" + b"".join(map(encode, value)) + b"e"
    return b"d" + b"".join(encode(key) + encode(value[key]) for key in sorted(value)) + b"e"


def decode(text):
    value, rest = _decode(text)
    return value


def _decode(text):
    kind = text[:1]
    if kind == b"i":
        end = text.index(b"e")
        return int(text[1:end]), text[end + 1:]
    if kind in (b"l", b"d"):
        items, text = [], text[1:]
        while text[:1] != b"e":
            item, text = _decode(text)
            items.append(item)
        return (items if kind == b"l" else dict(zip(items[::2], items[1::2]))), text[1:]
    colon = text.index(b":")
    end = colon + 1 + int(text[:colon])
    return text[colon + 1:end], text[end:]


def compact(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.inet_pton(family, host) + port.to_bytes(2, "big")


def endpoint(raw):
    family = socket.AF_INET6 if len(raw) == 18 else socket.AF_INET
    return socket.inet_ntop(family, raw[:-2]), int.from_bytes(raw[-2:], "big")


def bound(host, port=0):
    line = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    line.bind((host, port))
    line.settimeout(3)
    return line


def ask(line, to, method, **arguments):
    """The whole answer as a dictionary; None when none comes in three seconds."""
    query = {b"t": b"xx", b"y": b"q", b"q": method.encode(),
             b"a": {key.encode(): value for key, value in arguments.items()}}
    line.sendto(encode(query), to)
    try:
        while True:
            answer, sender = line.recvfrom(2048)
            answer = decode(answer)
            if sender[:2] == to[:2] and answer.get(b"y") != b"q":  # whoever is asked may ask back
                return answer
    except TimeoutError:
        return None


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def fitting_id(host, filler, last=1):
    """An id that the address may have (BEP 42): 21 bits and the last byte are decided, filler gives the rest."""
    if ":" in host:
        raw, mask = socket.inet_pton(socket.AF_INET6, host)[:8], bytes.fromhex("0103070f1f3f7fff")
    else:
        raw, mask = socket.inet_aton(host), bytes.fromhex("030f3fff")
    masked = bytearray(a & b for a, b in zip(raw, mask))
    masked[0] |= (last & 7) << 5
    crc = crc32c(masked)
    head = bytes([crc >> 24, crc >> 16 & 0xff, (crc >> 8 & 0xf8) | (filler[2] & 7)])
    return head + filler[3:19] + bytes([last])
