"""Signs digests for the tests with Ed25519 (RFC 8032) and SM2 (GB/T 32918.2), written from the standards with big integers.

It serves the generator only: slow, and not for secrets. What is signed are the 32 raw bytes of a digest; SM2 hashes them
with the identity that is used where nothing was agreed.
"""

import functools
import hashlib

SM2_IDENTITY = b"1234567812345678"


@functools.cache
def ed25519(secret, message):
    """(public key, signature) for a secret of 32 bytes."""
    p, order = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
    d = -121665 * pow(121666, -1, p) % p
    base = (15112221349535400772501151409588531511454012693041857206046113283949847762202, 4 * pow(5, -1, p) % p)

    def add(left, right):
        (x1, y1), (x2, y2) = left, right
        t = d * x1 * x2 * y1 * y2 % p
        return (x1 * y2 + x2 * y1) * pow(1 + t, -1, p) % p, (y1 * y2 + x1 * x2) * pow(1 - t, -1, p) % p

    def packed(point):
        return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")

    def number(*parts):
        return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")

    start = hashlib.sha512(secret).digest()
    scalar = int.from_bytes(start[:32], "little") & (1 << 254) - 8 | 1 << 254
    key = packed(times(add, (0, 1), base, scalar))
    r = number(start[32:], message) % order
    point = packed(times(add, (0, 1), base, r))
    return key, point + ((r + number(point, key, message) * scalar) % order).to_bytes(32, "little")


@functools.cache
def sm2(secret, message):
    """(public key, signature) for a secret of 32 bytes: an uncompressed point, and r and s."""
    p = int("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF", 16)
    a = p - 3
    b = int("28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93", 16)
    order = int("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123", 16)
    base = (int("32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7", 16),
            int("BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0", 16))  # fmt: skip

    def add(left, right):
        if left is None or right is None:
            return left or right
        (x1, y1), (x2, y2) = left, right
        if x1 == x2 and (y1 + y2) % p == 0:
            return None
        slope = (3 * x1 * x1 + a) * pow(2 * y1, -1, p) if left == right else (y2 - y1) * pow(x2 - x1, -1, p)
        x = (slope * slope - x1 - x2) % p
        return x, (slope * (x1 - x) - y1) % p

    def raw(*numbers):
        return b"".join(one.to_bytes(32, "big") for one in numbers)

    def sm3(*parts):
        return hashlib.new("sm3", b"".join(parts)).digest()

    scalar = int.from_bytes(secret, "big")
    key = times(add, None, base, scalar)
    who = sm3((8 * len(SM2_IDENTITY)).to_bytes(2, "big"), SM2_IDENTITY, raw(a, b), raw(*base), raw(*key))
    e = int.from_bytes(sm3(who, message), "big")
    # The standard wants k by chance; here it follows from secret and message, so that a bundle is always the same.
    k = int.from_bytes(sm3(b"k", secret, message), "big") % order
    r = (e + times(add, None, base, k)[0]) % order
    s = pow(1 + scalar, -1, order) * (k - r * scalar) % order
    return b"\x04" + raw(*key), raw(r, s)


def times(add, nothing, point, scalar):
    """`scalar` times a point of a group, by doubling."""
    sum = nothing
    while scalar:
        if scalar & 1:
            sum = add(sum, point)
        point, scalar = add(point, point), scalar >> 1
    return sum


SIGN = {"Ed25519": ed25519, "SM2": sm2}
