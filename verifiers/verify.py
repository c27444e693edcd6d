#!/usr/bin/env python3
"""核验一次双随机抽取：只凭证明包中公开的文件，重新计算一切，逐步说明结论。

用法：python3 verify.py 证明包（文件夹或 zip） [--commitment 摘要] [--json] [--workers 数]
退出码：0 全部成立；1 有一处不成立；3 只核验了一部分（并说明还欠什么）；2 命令用法不对，或读不出文件。

An independent verifier of draw protocol `mc1`, written from the protocol's text alone: it shares no code with the product.
One file, Python 3.11 or later, standard library only, no network, writes nothing. Messages are Chinese, codes English.
What the standard library cannot do is *owed*, and the verdict is then `partial`, never `ok`: rolls as Parquet, signatures
(Ed25519, SM2), the BLS signature of a drand round.
Limits, which the protocol leaves open: those named `…_MAX` below; a roll of any length is read as a stream.
"""

import argparse
import bisect
import hashlib
import io
import json
import multiprocessing
import os
import re
import struct
import sys
import unicodedata
import zipfile
import zlib
from collections import Counter
from datetime import date
from operator import itemgetter

DOCUMENT_MAX = 256 << 20
DEPTH_MAX = 64
PARTIES_MAX, RULES_MAX, COLUMNS_MAX, REJECTED_MAX, SIGNATURES_MAX = 100, 1000, 256, 10_000, 1000
BLOCK = 4 << 20
INTEGER_MAX = 2**53 - 1
US = "\x1f"

REQUIRED = ("commitment.json", "sizes.json", "reveals.json", "scheme.json", "roll.json", "result.json")
OPTIONAL = ("beacon.json", "roll.csv", "roll.parquet", "proofs.json", "signatures.json")
ADDENDUM = re.compile(r"addenda/[0-9]{4}\.json")

# drand chains whose first round and period are known here: chain hash -> (seconds of round 1 since 1970, period in seconds).
CHAINS = {
    "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce": (1595431050, 30),
    "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971": (1692803367, 3),
}


class Refused(Exception):
    """Something does not hold: `code` names the rule, the text says where and why."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code, self.text = code, text


def need(holds, code, text):
    if not holds:
        raise Refused(code, text)


# ---- text: Unicode 16, NFC, nothing invisible (protocol §1) --------------------------------------------------------------

# Gaps of Unicode 16.0.0 (general category Cn): pairs "distance from the end of the gap before, length − 1", base 36.
GAPS = (
    "oo 1 7 3 8 0 2 0 l 0 b2 0 13 1 1f 1 4 0 1k 7 s 3 7 a 7j 0 1p 1 2u d 1o 1 1e 1 g 0 t 1 2 0 c 4 w 0 3 4 6m 0 9 1 3 1 n 0 "
    "8 0 2 2 5 1 a 1 3 1 5 7 2 3 3 0 6 1 q 1 4 0 7 3 3 1 n 0 8 0 3 0 3 0 3 1 2 0 6 3 3 1 4 2 2 6 5 0 2 6 i 9 4 0 a 0 4 0 n "
    "0 8 0 3 0 6 1 b 0 4 0 4 1 2 e 5 1 d 6 8 0 4 0 9 1 3 1 n 0 8 0 3 0 6 1 a 1 3 1 4 6 4 3 3 0 6 1 j 9 3 0 7 2 4 0 5 2 3 0 "
    "2 0 3 2 3 2 4 2 d 3 6 2 4 0 5 1 2 5 2 d m 4 e 0 4 0 o 0 h 1 a 0 4 0 5 6 3 0 4 1 2 1 5 1 b 6 n 0 4 0 o 0 b 0 6 1 a 0 4 "
    "0 5 6 3 5 3 0 5 1 b 0 4 b e 0 4 0 1g 0 4 0 7 3 h 1 r 0 4 0 j 2 p 0 a 0 2 1 8 2 2 3 7 0 2 0 9 5 b 1 4 b 1n 3 u 10 3 0 2 "
    "0 6 0 p 0 2 0 o 1 6 0 2 0 8 0 b 1 5 v 21 0 11 3 14 0 11 0 g 0 e 10 5j 0 2 4 2 1 ai 0 5 1 8 0 2 0 5 1 16 0 5 1 y 0 5 1 "
    "8 0 2 0 5 1 g 0 1m 0 5 1 1w 1 x 2 r 5 2f 1 7 1 im 2 2i 6 n 8 p 8 l b e 0 4 0 3 b 2n 1 b 5 b 5 r 5 2i 6 18 4 1z 9 w 0 d "
    "3 d 3 2 2 17 1 6 a 19 3 r 5 c 2 1r 1 1u 0 u 1 c 5 b 5 f 1 w 1c 26 0 4n 7 1p 2 g 2 1r 4 18 1 c 7 18 4 ev 1 7 1 13 1 7 1 "
    "9 0 2 0 2 0 2 0 w 1 1i 0 g 0 f 1 7 0 k 1 4 0 a 0 2u 0 d 1 s 0 e 2 y e y e 3x 3 ij l c k 1ed 1 x 0 9q 4 1a 0 2 4 2 1 1l "
    "6 3 d p 8 8 0 8 0 8 0 8 0 8 0 8 0 8 0 8 0 3j x r 0 2i b 5z p 29 0 2f 1 2w 4 18 0 2n 0 2f 8 1d 0 mlq 2 1k 8 9p j 55 7 "
    "5r 1 3 0 2 0 9 k 1o 2 b 5 1l 7 1z 7 d 5 39 a v 2 27 0 c 3 y 0 1k 8 f 1 b 1 2w n t 9 7 1 7 1 7 8 8 0 8 0 1p 3 3j 1 b 5 "
    "8md b o 3 1e 3 6sv 1 2z 11 8 b 6 4 r 0 6 0 2 0 3 0 3 0 3i f ce 1 1j 6 2 v 17 5 1g 0 k 0 5 3 6 0 3s 1 2 0 5b 2 7 1 7 1 "
    "7 1 4 2 8 0 8 9 6 1 d 0 r 0 k 0 3 0 g 1 f x 3g 4 4 3 1a 2 2h 0 e 2 2 1a 1b 3l u 2 1e e t 3 11 8 v 4 18 4 v 0 12 3 f 15 "
    "4f 1 b 5 11 3 11 3 15 7 1h a d 0 g 0 8 0 3 0 c 0 g 0 8 0 3 2 1h b 8o 8 n 9 9 n 7 0 17 0 a 1w 7 1 2 0 19 0 3 2 2 1 o 0 "
    "21 7 a 1b k 0 3 4 y 2 s 4 2 1r 1l 3 l 1 1f 0 3 4 9 0 4 0 u 1 4 3 b 6 a 6 1t v 14 3 d 8 1j 2 u 1 s 4 r 6 5 b 8 27 22 1i "
    "1g c 1g 6 1b 7 b 5 13 2 u 7 3 5r w 0 17 0 4 1 3 f 4 1i 19 7 17 l r 11 t j o 8 27 3 11 8 1x 9 2 1 q 6 b 5 1i 0 j 7 14 8 "
    "2p 0 l a j 0 1c 1p 8 0 2 0 5 0 g 0 c 5 1o 4 b 5 5 0 9 1 3 1 n 0 8 0 3 0 6 0 b 1 3 1 4 1 2 5 2 4 8 1 8 2 6 a b 0 2 1 2 "
    "0 13 0 b 0 2 1 2 0 5 0 b 0 3 7 3 s 2l 0 6 t 21 7 b 4l 1j 1 13 x 1y a b 5 e i 1n 5 b 5 l r s 1 g 3 o 54 1p 2r 2c b 9 1 "
    "2 1 9 0 3 0 v 0 3 1 d 8 b 1x 9 1 1b 1 c q 21 7 2c c 22 6 b 51 z d b 5 a 0 1a 0 f 9 u 2 x 1 n 0 f 20 8 0 3 0 19 2 2 0 3 "
    "0 a 7 b 5 7 0 3 0 12 0 3 0 7 6 b 8l q 6 i 0 16 2 u 2c 2 e 1f c po 2t 34 0 6 a 5h 217 2s c uv 9 330 4 g8 5a0 1n 1c5 fu "
    "6 w 0 b 3 2a 0 b 5 v 1 7 9 1z 9 b 0 8 0 m 4 k bz 1n 5h 2k 2s 24 3 1m 6 i 1r 6 a 3 d 4qh 7 yf 14 b 6w6 5 0 8 0 3 0 84 e "
    "2 s 4 1 2 d 5 7 b1 1s3 30 4 e 2 a 6 b 1 9 317 6z 5 c5 23 1b 1 o 8 39 1n 6v 9 14 1 5f k 1z 3d l b l b 2g 8 q 3q 2e 0 20 "
    "0 3 1 2 1 3 1 5 0 d 0 2 0 8 0 1u 0 5 1 9 0 8 0 t 0 5 0 6 0 2 2 8 0 9h 1 85 1 jj e 6 0 g un w 5 7 5w 8 0 i 1 8 0 3 0 6 "
    "4 1r w 2 33 1a 2 f 1 b 3 3 8v w g 1n 4 2 cv 17 5x 18 3 2 db 8 0 5 0 3 0 g 0 5i 1 h 14 25 3 b 3 3 ls 1x 23 1q 5d 5 0 s "
    "0 3 0 2 1 2 0 b 0 5 0 2 0 2 5 2 3 2 0 2 0 2 0 4 0 3 0 2 1 2 0 2 0 2 0 2 0 2 0 3 0 2 1 5 0 8 0 5 0 5 0 2 0 b 0 i 4 4 0 "
    "6 0 i 1f 3 7h 19 3 2t b g 1 g 0 g 0 12 9 4v 1j u c 19 3 a 6 3 d 7 49 rd 3 i 2 e 2 3c 3 2o 5 d 3 2 e d 3 1l 7 b 5 15 7 "
    "v 1 d 3 3 1p 9h b f 1 e 2 b 4 1l 6 g 1 c 5 a 6 44 0 2v sl wyp v 37f 5 67 1 4g3 d 5rm e hb 1wh f3 15t 3t8 4 38h f974 2 "
    "t 2p 3j 6p 1e6n 1ekf 1 1ekf 1 "
)
# Assigned in Unicode 15.0 to 16.0 and not inert under NFC: an older Python knows nothing of them, so it cannot judge them.
NEW_IN_NFC = (
    "897 105C9 105D2 105DA 105E4 10D69-10D6D 10EFD-10EFF 11382-11385 1138B 1138E 11390 11391 113B8 113BB 113C2 113C5"
    " 113C7-113C9 113CE-113D0 11F41 11F42 1611E-16129 1612F 16D63 16D67-16D6A 1E08F 1E4EC-1E4EF 1E5EE 1E5EF"
)
FORBIDDEN = ((0x00, 0x1F), (0x7F, 0x9F), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x2069), (0xFEFF, 0xFEFF))
NFC_IS_CURRENT = int(unicodedata.unidata_version.split(".")[0]) >= 16


def unassigned():
    """The gaps as pairs of first and last code point, ascending."""
    numbers, ranges, at = iter(GAPS.split()), [], 0
    for distance in numbers:
        first = at + int(distance, 36)
        at = first + int(next(numbers), 36)
        ranges.append((first, at))
    return ranges


UNASSIGNED = unassigned()
UNASSIGNED_FIRST = [first for first, _ in UNASSIGNED]


def char_class(ranges):
    return "[" + "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in ranges) + "]"


BAD_IN_BMP = re.compile(char_class(FORBIDDEN + tuple((a, min(b, 0xFFFF)) for a, b in UNASSIGNED if a <= 0xFFFF)))
BEYOND_BMP = re.compile("[\U00010000-\U0010FFFF]")
NEW = re.compile(char_class([(int(p.split("-")[0], 16), int(p.split("-")[-1], 16)) for p in NEW_IN_NFC.split()]))


def check_text(text, where, owed):
    """Refuses text with a forbidden or unassigned character, or not in NFC; `owed` takes what this Python cannot judge."""
    bad = BAD_IN_BMP.search(text)
    if not text.isascii():
        for found in () if bad else BEYOND_BMP.finditer(text):
            code = ord(found[0])
            if code <= UNASSIGNED[bisect.bisect_right(UNASSIGNED_FIRST, code) - 1][1]:
                bad = found
                break
        if not bad and not NFC_IS_CURRENT and NEW.search(text):
            owed.add(f"{where}：含 Unicode 15 以后的组合字符，本机 Python 的字符表较旧，不能判断 NFC")
        elif not bad:
            need(unicodedata.is_normalized("NFC", text), "text", f"{where}：文字不是 NFC 形式")
    if bad:
        raise Refused("text", f"{where}：第 {bad.start() + 1} 个字符 U+{ord(bad[0]):04X} 不允许出现")


def decode(data, where):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("text", f"{where}：第 {error.start + 1} 字节起不是 UTF-8") from None


# ---- documents: I-JSON, and the file is its RFC 8785 bytes (§1) ----------------------------------------------------------


def canonical(value, depth=0):
    """The value with the keys of every object in order of their UTF-16 units; refuses lone surrogates and great depth."""
    if depth > DEPTH_MAX:
        raise ValueError("nested too deeply")
    if type(value) is dict:
        return {key: canonical(value[key], depth + 1) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    if type(value) is list:
        return [canonical(item, depth + 1) for item in value]
    return value


def jcs(value):
    return json.dumps(canonical(value), ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def integer(text):
    number = int(text) if len(text) < 20 else INTEGER_MAX + 1
    if not -INTEGER_MAX <= number <= INTEGER_MAX:
        raise ValueError(f"number {text[:20]} is out of range")
    return number


def no_number(text):
    raise ValueError(f"{text[:20]} is not an integer")


def parse(data, where, owed):
    """The document in a file, after checking its text, its form and that the file is exactly its canonical bytes."""
    text = decode(data, where)
    check_text(text, where, owed)
    try:
        value = json.loads(text, parse_int=integer, parse_float=no_number, parse_constant=no_number)
        same = jcs(value) == data
    except (ValueError, RecursionError) as error:
        raise Refused("json", f"{where}：不是规范的 JSON（{error}）") from None
    need(same, "json", f"{where}：不是 RFC 8785 规定的字节（键的顺序、重复的键、空白或转义）")
    need(not re.search(r'\\[^"\\]', text.replace("\\\\", "")), "text", f"{where}：文字中有控制字符")
    return value


# Shapes: small functions that refuse what a document may not hold. `where` is the path within the document.


def text(value, where):
    need(type(value) is str, "shape", f"{where}：应为文字")


def filled(value, where):
    """A text that names someone or something."""
    text(value, where)
    need(value, "shape", f"{where}：不能为空")


def hexes(count):
    pattern = re.compile("[0-9a-f]{%d}" % (2 * count))

    def check(value, where):
        need(type(value) is str and pattern.fullmatch(value), "shape", f"{where}：应为 {count} 字节的小写十六进制")

    return check


digest = hexes(32)


def any_hex(value, where):
    need(type(value) is str and re.fullmatch("(?:[0-9a-f]{2})+", value), "shape", f"{where}：应为小写十六进制")


def count(value, where):
    need(type(value) is int and value >= 0, "shape", f"{where}：应为不小于 0 的整数")


def whole(value, where):
    need(type(value) is int, "shape", f"{where}：应为整数")


def truth(value, where):
    need(type(value) is bool, "shape", f"{where}：应为 true 或 false")


def marked(value, where):
    need(value is True, "shape", f"{where}：只能是 true，否则不写")


def code(value, where):
    need(type(value) is str and re.fullmatch("[0-9A-Za-z_.-]{1,32}", value), "shape", f"{where}：代码不合规则")


def instant(value, where):
    moment(value, where)


def one_of(*values):
    def check(value, where):
        need(type(value) is str and value in values, "shape", f"{where}：应为 {'、'.join(values)} 之一")

    return check


def maybe(shape):
    def check(value, where):
        if value is not None:
            shape(value, where)

    return check


def lists(shape, least=0, most=None):
    def check(value, where):
        need(type(value) is list and len(value) >= least, "shape", f"{where}：应为列表" + ("，且不为空" if least else ""))
        need(most is None or len(value) <= most, "shape", f"{where}：多于 {most} 项")
        for index, item in enumerate(value):
            shape(item, f"{where}[{index}]")

    return check


def keys(value, where, required, optional=()):
    need(type(value) is dict, "shape", f"{where}：应为对象")
    for key in required:
        need(key in value, "shape", f"{where}：缺少 {key}")
    for key in value:
        need(key in required or key in optional, "shape", f"{where}：不应有 {key}")


def fields(optional=(), **shapes):
    def check(value, where):
        keys(value, where, [key for key in shapes if key not in optional], optional)
        for key, shape in shapes.items():
            if key in value:
                shape(value[key], f"{where}.{key}")

    return check


MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)


def moment(value, where):
    """An RFC 3339 instant as (seconds, fraction digits), which compare in the order of time. No leap second, no year 0."""
    found = MOMENT.fullmatch(value) if type(value) is str else None
    need(found, "shape", f"{where}：应为 RFC 3339 时刻")
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    try:
        days = date(year, month, day).toordinal()
    except ValueError:
        raise Refused("shape", f"{where}：没有这一天") from None
    offset = (1 if found[8] == "+" else -1) * (int(found[9]) * 60 + int(found[10])) if found[8] else 0
    return ((days * 24 + hour) * 60 + minute - offset) * 60 + second, (found[7] or "").rstrip("0")


EPOCH = date(1970, 1, 1).toordinal() * 86400


# ---- hashes: SHA-256 and SM3 (§1) ----------------------------------------------------------------------------------------


class Sm3:
    """SM3 (GB/T 32905) for a Python whose OpenSSL lacks it. Slow, about 5,000 blocks of 64 bytes a second."""

    START = struct.unpack(">8I", bytes.fromhex("7380166f4914b2b9172442d7da8a0600a96f30bc163138aae38dee4db0fb0e4e"))
    M = 0xFFFFFFFF

    def __init__(self, data=b""):
        self.state, self.rest, self.size = self.START, b"", 0
        self.update(data)

    def copy(self):
        other = Sm3()
        other.state, other.rest, other.size = self.state, self.rest, self.size
        return other

    def update(self, data):
        self.size += len(data)
        data = self.rest + data
        end = len(data) - len(data) % 64
        for at in range(0, end, 64):
            self.state = self.compress(self.state, data[at : at + 64])
        self.rest = data[end:]

    def digest(self):
        tail = self.rest + b"\x80" + b"\0" * (-(len(self.rest) + 9) % 64) + struct.pack(">Q", 8 * self.size)
        state = self.state
        for at in range(0, len(tail), 64):
            state = self.compress(state, tail[at : at + 64])
        return struct.pack(">8I", *state)

    def hexdigest(self):
        return self.digest().hex()

    @classmethod
    def compress(cls, state, block):
        mask = cls.M

        def rol(x, n):
            n %= 32
            return (x << n | x >> (32 - n)) & mask if n else x

        w = list(struct.unpack(">16I", block))
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ rol(w[j - 3], 15)
            w.append(x ^ rol(x, 15) ^ rol(x, 23) ^ rol(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = state
        for j in range(64):
            turned = rol(a, 12)
            ss1 = rol((turned + e + rol(0x79CC4519 if j < 16 else 0x7A879D8A, j)) & mask, 7)
            ff = a ^ b ^ c if j < 16 else a & b | a & c | b & c
            gg = e ^ f ^ g if j < 16 else e & f | ~e & g
            tt1 = (ff + d + (ss1 ^ turned) + (w[j] ^ w[j + 4])) & mask
            tt2 = (gg + h + ss1 + w[j]) & mask
            a, b, c, d, e, f, g, h = tt1, a, rol(b, 9), c, tt2 ^ rol(tt2, 9) ^ rol(tt2, 17), e, rol(f, 19), g
        return tuple(x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h)))


def openssl_sm3(data=b""):
    return hashlib.new("sm3", data)


def suite(protocol):
    """The constructor of H for a protocol name."""
    if protocol == "mc1-sha256":
        return hashlib.sha256
    need(protocol == "mc1-sm3", "suite", f"commitment.json：不认识协议 {protocol}")
    return openssl_sm3 if "sm3" in hashlib.algorithms_available else Sm3


def keyed(new, name, key):
    """A function from bytes to H(name padded to 32 bytes || key || bytes); the first block is computed once."""
    start = new(name.ljust(32, b"\0") + key)

    def hash_of(data):
        state = start.copy()
        state.update(data)
        return state.digest()

    return hash_of


def merkle_root(new, leaves):
    """RFC 9162 §2.1.1 over leaf hashes: level by level, an odd last node rises unchanged, which is the same tree."""
    if not leaves:
        return new(b"").digest()
    while len(leaves) > 1:
        pairs = iter(leaves)
        level = [new(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs)]
        if len(leaves) % 2:
            level.append(leaves[-1])
        leaves = level
    return leaves[0]


def root_from_path(new, leaf, index, size, path):
    """RFC 9162 §2.1.3.2: the root to which an inclusion proof leads, or None where path and place do not fit."""
    node, last, here = index, size - 1, leaf
    if node > last:
        return None
    for step in path:
        if last == 0:
            return None
        if node % 2 or node == last:
            here = new(b"\x01" + step + here).digest()
            while node % 2 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            here = new(b"\x01" + here + step).digest()
        node, last = node >> 1, last >> 1
    return here if last == 0 else None


# ---- cells of a roll (§2) ------------------------------------------------------------------------------------------------

ID = re.compile("[0-9A-Za-z._-]{1,55}")
INT = re.compile("0|-?[1-9][0-9]*")
DAY = re.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})")


def is_day(value):
    found = DAY.fullmatch(value)
    try:
        return bool(found and date(*map(int, found.groups())))
    except ValueError:
        return False


def is_set(value):
    members = value.split(",")
    return "" not in members and all(left < right for left, right in zip(members, members[1:]))


IS_CELL = {"date": is_day, "int": lambda value: bool(INT.fullmatch(value)), "set": is_set}
TYPES = ("text", "date", "int", "set")


def columns_of(header, where):
    """The header as a list of (name, type), refused unless column 0 is `id:text` and the names are distinct."""
    lists(text, 1, COLUMNS_MAX)(header, where)
    columns = []
    for index, cell in enumerate(header):
        name, _, kind = cell.partition(":")
        ok = re.fullmatch("[a-z][a-z0-9_]*", name) and kind in TYPES
        need(ok, "shape", f"{where}[{index}]：应为“列名:类型”")
        columns.append((name, kind))
    need(columns[0] == ("id", "text"), "shape", f"{where}[0]：第一列应为 id:text")
    need(len({name for name, _ in columns}) == len(columns), "shape", f"{where}：列名重复")
    return columns


def split_line(line, where):
    """The fields of a CSV line that holds a quote: quotes stand only round a field that holds a comma or a quote."""
    parts, at = [], 0
    while True:
        if line.startswith('"', at):
            found = re.compile('"((?:[^"]|"")*)"(?=,|$)').match(line, at)
            need(found, "roll-form", f"{where}：引号不成对")
            value = found[1].replace('""', '"')
            need("," in value or '"' in value, "roll-form", f"{where}：不需要引号的字段用了引号")
            at = found.end()
        else:
            end = line.find(",", at)
            end = len(line) if end < 0 else end
            value, at = line[at:end], end
            need('"' not in value, "roll-form", f"{where}：引号不在字段的开头")
        parts.append(value)
        if at == len(line):
            return parts
        at += 1


# ---- scheme: predicates, strata, sizes, split (§3) -----------------------------------------------------------------------

RATIO = re.compile(r"0|1|0\.[0-9]{1,9}")
ROUNDINGS = ("ceil", "half-up", "floor")
TESTS = (("in",), ("prefix",), ("has",), ("from", "to"), ("at_least", "at_most"), ("empty",))
KINDS = {
    "in": ("text", "date", "int"), "prefix": ("text",), "has": ("set",), "from": ("text", "date"), "at_least": ("int",),
    "empty": TYPES,
}  # fmt: skip


def ratio(value, where):
    need(type(value) is str and RATIO.fullmatch(value), "shape", f"{where}：比例应为 0、1 或 0. 加 1 至 9 位数字")


def ratios(value, where):
    need(type(value) is dict and value, "shape", f"{where}：应为不空的对象")
    for key, one in value.items():
        ratio(one, f"{where}.{key}")


def part_of(value, rows, rounding):
    """The size of `rows` at a ratio, in whole numbers only."""
    over, under = (int(value), 1) if len(value) == 1 else (int(value[2:]), 10 ** (len(value) - 2))
    over *= rows
    if rounding == "ceil":
        size = -(-over // under)
    elif rounding == "floor":
        size = over // under
    else:
        size = (2 * over + under) // (2 * under)
    return min(size, rows)


def predicate(value, columns, where, used, depth=0):
    """A predicate as a function from a row's fields to bool; adds the places of its columns to `used`."""
    need(type(value) is dict, "shape", f"{where}：条件应为对象")
    for word, join in (("all", all), ("any", any)):
        if word in value:
            keys(value, where, [word])
            lists(lambda item, place: None, 1)(value[word], f"{where}.{word}")
            parts = [predicate(p, columns, f"{where}.{word}[{i}]", used) for i, p in enumerate(value[word])]
            return lambda row: join(part(row) for part in parts)
    if "not" in value:
        keys(value, where, ["not"])
        inner = predicate(value["not"], columns, f"{where}.not", used)
        return lambda row: not inner(row)
    found = [test for test in TESTS if any(key in value for key in test)]
    need(len(found) == 1, "shape", f"{where}：应恰有一种检验")
    keys(value, where, ["column"], found[0])
    at, kind = column(value["column"], columns, f"{where}.column")
    need(kind in KINDS[found[0][0]], "scheme", f"{where}：{kind} 列不能作 {found[0][0]} 检验")
    used.add(at)
    return test_of(found[0][0], value, at, kind, where)


def column(name, columns, where):
    text(name, where)
    need(name not in ("id", "name"), "scheme", f"{where}：id 和 name 不得用作条件")
    for at, (known, kind) in enumerate(columns):
        if known == name:
            return at, kind
    raise Refused("scheme", f"{where}：底册没有 {name} 列")


def test_of(word, value, at, kind, where):
    """One test of one column, as a function from a row's fields to bool."""
    if word in ("in", "prefix", "has"):
        lists(text, 1)(value[word], f"{where}.{word}")
        need(word == "in" or "" not in value[word], "scheme", f"{where}.{word}：成员不得为空")
        members = frozenset(value[word])
        if word == "in":
            return lambda row: row[at] in members
        if word == "prefix":
            return lambda row: row[at].startswith(tuple(members))
        return lambda row: row[at] != "" and not members.isdisjoint(row[at].split(","))
    if word == "empty":
        truth(value[word], f"{where}.empty")
        return lambda row: (row[at] == "") == value[word]
    shape, low, high = (text, "from", "to") if word == "from" else (whole, "at_least", "at_most")
    for key in (low, high):
        if key in value:
            shape(value[key], f"{where}.{key}")
            need(kind != "date" or is_day(value[key]), "scheme", f"{where}.{key}：没有这一天")
    low, high = value.get(low), value.get(high)
    read = number if kind == "int" else str

    def within(row):
        if row[at] == "":
            return False
        cell = read(row[at])
        return (low is None or low <= cell) and (high is None or cell <= high)

    return within


def number(cell):
    """The number in a cell; what is longer than any bound may be stands for itself by its sign alone."""
    return int(cell) if len(cell) < 20 else -(10**20) if cell.startswith("-") else 10**20


def size_of(value, columns, where):
    keys(value, where, [], ("ratio", "rounding", "at_least", "count", "by", "ratios"))
    if "count" in value:
        fields(count=count)(value, where)
    elif "by" in value:
        fields(by=text, ratios=ratios, rounding=one_of(*ROUNDINGS))(value, where)
        return cell_column(value["by"], columns, f"{where}.by")
    else:
        fields(("at_least",), ratio=ratio, rounding=one_of(*ROUNDINGS), at_least=count)(value, where)
    return None


def cell_column(name, columns, where):
    at, kind = column(name, columns, where)
    need(kind != "set", "scheme", f"{where}：set 列不能分格")
    return at


class Scheme:
    """A checked scheme. `places(row)` says where a row belongs; `used` are the columns it depends on."""

    def __init__(self, doc, columns):
        anything = lambda value, where: None  # noqa: E731
        exclusion = fields(code=code, label=text, when=anything)
        split = fields(by=text, method=one_of("random", "hamilton"))
        stratum = fields(
            ("split", "else"), code=code, label=text, population=text, items=lists(text), when=anything, size=anything,
            split=split, **{"else": marked})  # fmt: skip
        fields(
            scheme=one_of("mc1"), title=text, membership=one_of("first", "every"), exclude=lists(exclusion, 0, RULES_MAX),
            strata=lists(stratum, 0, RULES_MAX), reserves=count)(doc, "scheme.json")  # fmt: skip
        used = set()
        self.doc, self.strata, self.reserves = doc, doc["strata"], doc["reserves"]
        self.every = doc["membership"] == "every"
        self.excluded = [one["code"] for one in doc["exclude"]]
        self.tests = [predicate(one["when"], columns, f"exclude[{i}].when", used) for i, one in enumerate(doc["exclude"])]
        self.rules, self.cell_at = [], []
        for index, one in enumerate(self.strata):
            where = f"strata[{index}]"
            self.rules.append(predicate(one["when"], columns, f"{where}.when", used))
            at = size_of(one["size"], columns, f"{where}.size")
            if "split" in one:
                need(at is None, "scheme", f"{where}：by 与 split 不能并用")
                at = cell_column(one["split"]["by"], columns, f"{where}.split.by")
            need(self.every or "else" not in one, "scheme", f"{where}：membership 为 first 时不得用 else")
            self.cell_at.append(at)
            used |= set() if at is None else {at}
        for name, codes in (("exclude", self.excluded), ("strata", [one["code"] for one in self.strata])):
            need(len(set(codes)) == len(codes), "shape", f"scheme.json.{name}：代码重复")
        self.used = sorted(used)
        # Marked strata are asked after the unmarked ones, whose populations they must know.
        self.order = sorted(range(len(self.strata)), key=lambda i: "else" in self.strata[i])

    def places(self, row):
        """(code of the exclusion, []) or (None, [(index of stratum, cell or None), …])."""
        for name, test in zip(self.excluded, self.tests):
            if test(row):
                return name, []
        places, populations = [], set()
        for index in self.order:
            population = self.strata[index]["population"]
            if "else" in self.strata[index] and population in populations or not self.rules[index](row):
                continue
            if "else" not in self.strata[index]:
                populations.add(population)
            at = self.cell_at[index]
            places.append((index, None if at is None else row[at]))
            if not self.every:
                break
        return None, places

    def sizes(self, index, counts):
        """The entry of sizes.json for a stratum whose cells have these counts, {None: n} for a stratum that is one cell."""
        one, size = self.strata[index], self.strata[index]["size"]
        rows = sum(counts.values())
        cells = [{"cell": cell, "rows": counts[cell]} for cell in sorted(counts)] if self.cell_at[index] is not None else []
        if "by" in size:
            for cell in cells:
                need(cell["cell"] in size["ratios"], "scheme", f"层 {one['code']}：没有写明 {cell['cell']!r} 的比例")
                cell["size"] = part_of(size["ratios"][cell["cell"]], cell["rows"], size["rounding"])
            total = sum(cell["size"] for cell in cells)
        elif "count" in size:
            total = min(size["count"], rows)
        else:
            total = max(part_of(size["ratio"], rows, size["rounding"]), min(size.get("at_least", 0), rows))
        return {"stratum": one["code"], "rows": rows, "size": total, "cells": cells}

    def seats(self, index, entry, ticket):
        """The cells of a stratum as (cell or None, rows, size), for its entry of sizes.json and the ticket function."""
        one = self.strata[index]
        if self.cell_at[index] is None:
            return [(None, entry["rows"], entry["size"])]
        if "by" in one["size"]:
            return [(cell["cell"], cell["rows"], cell["size"]) for cell in entry["cells"]]
        rows = {cell["cell"]: cell["rows"] for cell in entry["cells"]}
        if not rows:
            return []
        extra = SPLITS[one["split"]["method"]](one["code"], rows, entry["size"], ticket)
        total = entry["rows"]
        return [(cell, rows[cell], entry["size"] * rows[cell] // total + extra[cell]) for cell in sorted(rows)]


def split_random(stratum, rows, size, ticket):
    """Who of the cells gets one seat more: systematic sampling from one random start, in an order that is itself random."""
    total = sum(rows.values())
    parts = {cell: size * n % total for cell, n in rows.items()}
    seats = sum(parts.values()) // total
    key = lambda *words: US.join(words).encode("utf-8")  # noqa: E731
    start = int.from_bytes(ticket(key("split", stratum)), "big")
    extra, below = dict.fromkeys(rows, 0), 0
    for cell in sorted(rows, key=lambda cell: (ticket(key("cell", stratum, cell)), key("cell", stratum, cell))):
        # Points (start + j·2^256) / 2^256 in [below/total, (below + part)/total): count them by j.
        first = max(0, -((total * start - (below << 256)) // (total << 256)))
        end = -((total * start - ((below + parts[cell]) << 256)) // (total << 256))
        extra[cell] = max(0, min(seats, end) - first)
        below += parts[cell]
    return extra


def split_hamilton(stratum, rows, size, ticket):
    total = sum(rows.values())
    parts = {cell: size * n % total for cell, n in rows.items()}
    seats = sum(parts.values()) // total
    first = sorted(rows, key=lambda cell: (-parts[cell], cell))[:seats]
    return {cell: int(cell in first) for cell in rows}


SPLITS = {"random": split_random, "hamilton": split_hamilton}


# ---- the roll as a stream (§2) -------------------------------------------------------------------------------------------


class Rows:
    """Reads blocks of roll.csv: checks the cells, makes the leaves, and tells for each row where it belongs.

    Without `key` there are no leaves, without `seed` no tickets. The object is made once per process.
    """

    MEMO_MAX = 200_000

    def __init__(self, columns, scheme_doc, protocol, key, seed, keep):
        self.columns, self.keep = columns, keep
        self.scheme = Scheme(scheme_doc, columns) if scheme_doc else None
        self.new = suite(protocol)
        self.blind = keyed(self.new, b"mingcha blind v1", key) if key else None
        self.ticket = keyed(self.new, b"mingcha ticket v1", seed) if seed else None

    def block(self, data, number):
        """One block of whole lines; `number` is that of its first line.

        Returns (first id, last id, leaves, counts, entries, owed): counts by exclusion code, by (stratum, cell) and under
        None for rows outside; entries by (stratum, cell) are the smallest `ticket || id`, as many as can matter.
        """
        owed = set()
        content = decode(data, "roll.csv")
        check_text(content.replace("\r\n", ","), "roll.csv", owed)
        lines = content.split("\r\n")
        need(lines.pop() == "", "roll-form", "roll.csv：最后一行没有 CRLF")
        width, kinds = len(self.columns), [(i, IS_CELL[kind]) for i, (_, kind) in enumerate(self.columns) if kind != "text"]
        known = [set() for _ in self.columns]
        scheme, new, ticket, blind_of = self.scheme, self.new, self.ticket, self.blind
        pick = chooser(scheme.used) if scheme else None
        is_id, leaves, memo, groups = ID.fullmatch, [], {}, {}
        first, last = None, None
        for line in lines:
            if '"' in line:
                row = split_line(line, f"roll.csv 第 {number} 行")
                joined = US.join(row)
            else:
                row = line.split(",")
                joined = line.replace(",", US)
            if len(row) != width:
                raise Refused("roll-form", f"roll.csv 第 {number} 行：有 {len(row)} 个字段，应为 {width} 个")
            name = row[0]
            if not is_id(name):
                raise Refused("roll-cell", f"roll.csv 第 {number} 行：id 不合规则")
            if last is not None and name <= last:
                raise Refused("roll-order", f"roll.csv 第 {number} 行：id {name} 应在 {last} 之后")
            first, last = first or name, name
            for at, right in kinds:
                cell = row[at]
                if cell and cell not in known[at]:
                    if not right(cell):
                        raise Refused("roll-cell", f"roll.csv 第 {number} 行：{self.columns[at][0]} 列的 {cell[:40]!r} 不合规则")
                    known[at].add(cell)
            raw = name.encode()
            if blind_of:
                leaves.append(new(b"\0" + (joined + US + blind_of(raw)[:16].hex()).encode()).digest())
            if pick:
                sort = pick(row)
                group = memo.get(sort)
                if group is None:
                    code, places = scheme.places(row)
                    group = groups.setdefault((code, tuple(places)), [0, []])
                    if len(memo) < self.MEMO_MAX:
                        memo[sort] = group
                group[0] += 1
                group[1].append(raw)
            number += 1
        counts, entries = Counter(), {}
        for (code, places), (rows, names) in groups.items():
            if code is not None or not places:
                counts[code] += rows
            if ticket and places:
                tickets = [ticket(raw) + raw for raw in names]
            for place in places:
                counts[place] += rows
                if ticket:
                    entries.setdefault(place, []).extend(tickets)
        entries = {place: sorted(found)[: self.keep] for place, found in entries.items()}
        return first, last, leaves, counts, entries, owed


def chooser(used):
    if not used:
        return lambda row: ()
    return itemgetter(*used)


def blocks_of(stream, size=BLOCK):
    """Blocks of whole lines as (bytes, number of the first line)."""
    rest, number = b"", 2
    while True:
        data = stream.read(size)
        if not data:
            if rest:
                yield rest, number
            return
        data = rest + data
        cut = data.rfind(b"\r\n") + 2
        if cut < 2:
            need(len(data) < 64 * size, "roll-form", "roll.csv：没有 CRLF")
            rest = data
            continue
        rest = data[cut:]
        yield data[:cut], number
        number += data.count(b"\r\n", 0, cut)


ROWS = None


def start_worker(*arguments):
    global ROWS
    ROWS = Rows(*arguments)


def work(job):
    data, number = job
    try:
        return ROWS.block(data, number)
    except Refused as refusal:
        return refusal.code, refusal.text


def in_processes(arguments, jobs, workers):
    """The results of `Rows.block` in order. Each process reads its own blocks; at most two per process are under way."""
    with multiprocessing.get_context("spawn" if os.name == "nt" else "fork").Pool(workers, start_worker, arguments) as pool:
        waiting = []
        for job in jobs:
            waiting.append(pool.apply_async(work, (job,)))
            if len(waiting) > 2 * workers:
                yield unwrap(waiting.pop(0).get())
        for result in waiting:
            yield unwrap(result.get())


def unwrap(result):
    if len(result) == 2:
        raise Refused(*result)
    return result


# ---- the bundle's files (§7) ---------------------------------------------------------------------------------------------


class Bytes(dict):
    """A bundle in memory: name -> bytes. What tests and the readers below share."""

    def size(self, name):
        return len(self[name])

    def open(self, name):
        return io.BytesIO(self[name])

    def problems(self):
        return []


class Folder(Bytes):
    """A bundle as a folder: name -> path."""

    def __init__(self, root):
        self.links = []
        for entry in os.scandir(root):
            inner = entry.name == "addenda" and entry.is_dir(follow_symlinks=False)
            for one in os.scandir(entry) if inner else [entry]:
                name = f"addenda/{one.name}" if inner else one.name
                self[name] = one.path
                self.links += [name] if one.is_symlink() else []

    def size(self, name):
        return os.path.getsize(self[name])

    def open(self, name):
        return open(self[name], "rb")

    def problems(self):
        return [f"{name} 不是文件" for name, path in self.items() if name in self.links or not os.path.isfile(path)]


class Zip(Bytes):
    """A bundle as a zip: name -> entry. Of comments only the one is allowed with which the product marks its zips."""

    def __init__(self, path):
        self.zip, self.bad = zipfile.ZipFile(path), []
        if self.zip.comment not in (b"", b"mingcha bundle 1"):
            self.bad.append("zip 带有注释")
        for entry in self.zip.infolist():
            if entry.filename == "addenda/":
                continue
            if entry.filename in self:
                self.bad.append(f"{entry.filename} 出现了不止一次")
            if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                self.bad.append(f"{entry.filename} 加了密，或压缩方式不是 stored、deflate")
            self[entry.filename] = entry

    def size(self, name):
        return self[name].file_size

    def open(self, name):
        return self.zip.open(self[name])

    def problems(self):
        return self.bad


class NoZip(Bytes):
    """A file that is no zip, or a damaged one: a bundle without any file."""

    def __init__(self, error):
        self.error = error

    def problems(self):
        return [f"不是 zip 文件，或 zip 已损坏：{self.error}"]


def opened(path):
    """The bundle at a path; OSError where nothing can be read there."""
    if os.path.isdir(path):
        return Folder(path)
    try:
        return Zip(path)
    except OSError:
        raise
    except UNREADABLE as error:
        return NoZip(error)


UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


# ---- the steps -----------------------------------------------------------------------------------------------------------

commitment_shape = fields(
    protocol=text, purpose=one_of("draw"), draw=filled, attempt=count, organiser=filled,
    roll=fields(digest=digest, at=instant, source=filled), scheme=digest, sizes=digest,
    parties=lists(fields(party=filled, role=one_of("platform", "witness"), commitment=digest), 1, PARTIES_MAX),
    beacon=maybe(fields(source=filled, round=filled, form=one_of("hex64", "digits"), at=instant)),
    committed_at=instant, reveal_by=instant, previous=maybe(digest),
    replaces=maybe(fields(commitment=digest, reason=filled, approved_by=filled)))  # fmt: skip
entries_shape = lists(fields(id=text, ticket=digest))
result_shape = fields(
    draw=text, commitment_digest=digest, seed=digest, absent=lists(text), cells=lists(fields(
        stratum=text, cell=maybe(text), rows=count, size=count, threshold=maybe(digest), drawn=entries_shape,
        reserves=entries_shape)))  # fmt: skip
sizes_shape = fields(
    excluded=lambda value, where: [count(one, f"{where}.{key}") for key, one in value.items()] if type(value) is dict
    else need(False, "shape", f"{where}：应为对象"),
    outside=count,
    strata=lists(fields(stratum=text, rows=count, size=count, cells=lists(fields(("size",), cell=text, rows=count, size=count)))),
)  # fmt: skip
addendum_shape = fields(
    previous=digest, stratum=text, cell=maybe(text), out=text, reason=code, evidence=digest,
    approved_by=lists(filled), at=instant, **{"in": maybe(text)})  # fmt: skip
proofs_shape = fields(proofs=lists(fields(row=lists(text), blind=hexes(16), index=count, path=lists(digest))))
KEY_BYTES = {"Ed25519": 32, "SM2": 65}


def signature(value, where):
    fields(document=digest, by=filled, algorithm=one_of(*KEY_BYTES), key=any_hex, signature=hexes(64))(value, where)
    hexes(KEY_BYTES[value["algorithm"]])(value["key"], f"{where}.key")


signatures_shape = lists(signature, 0, SIGNATURES_MAX)


def revealed(value, where):
    if type(value) is dict and "absent" in value:
        fields(party=text, absent=marked)(value, where)
    else:
        fields(party=text, salt=digest, value=text)(value, where)
        size = len(value["value"].encode())
        need(1 <= size <= 64, "shape", f"{where}.value：应为 1 至 64 字节")


reveals_shape = fields(reveals=lists(revealed), rejected=lists(fields(party=text, at=instant), 0, REJECTED_MAX))
beacon_shape = fields(value=filled, proof=filled)


class Check:
    """One verification. `steps` tells in order what was found; `verdict` is the sum of them."""

    def __init__(self, files, commitment=None, workers=1, progress=None):
        self.files, self.published, self.workers, self.progress = files, commitment, workers, progress
        self.steps, self.digests, self.docs, self.owed, self.roll = [], {}, {}, set(), None
        self.strength = self.commitment = None

    @property
    def failure(self):
        return next((step for step in self.steps if step["verdict"] == "failed"), None)

    @property
    def verdict(self):
        if self.failure:
            return "failed"
        return "partial" if any(step["verdict"] != "ok" for step in self.steps) else "ok"

    def held(self):
        """The steps that have not failed so far."""
        return {step["step"] for step in self.steps if step["verdict"] in ("ok", "partial")}

    def step(self, name, action, *after):
        """Runs a step unless one that it needs has failed. What the action adds to `owed` makes it partial."""
        missing = [one for one in after if one not in self.held()]
        detail = f"因 {'、'.join(missing)} 未成立而没有核验"
        entry = {"step": name, "verdict": "skipped", "code": None, "detail": detail, "owed": []}
        self.owed = set()
        if not missing:
            try:
                entry["detail"] = action()
                entry["owed"] = sorted(self.owed)
                entry["verdict"] = "partial" if self.owed else "ok"
            except Refused as refusal:
                entry.update(verdict="failed", code=refusal.code, detail=refusal.text)
            except UNREADABLE as error:
                entry.update(verdict="failed", code="files", detail=f"读不出文件：{error}")
        self.steps.append(entry)

    def run(self):
        self.step("files", self.check_files)
        self.step("commitment", self.check_commitment)
        self.step("roll-document", self.check_roll_document, "commitment")
        self.step("scheme", self.check_scheme, "commitment", "roll-document")
        self.step("sizes", self.check_sizes, "scheme")
        self.step("reveals", self.check_reveals, "commitment")
        self.step("beacon", self.check_beacon, "commitment")
        self.seed = self.make_seed()
        self.step("roll", self.check_roll, "roll-document")
        self.step("populations", self.check_populations, "roll", "sizes")
        self.step("result", self.check_result, "reveals", "beacon", "sizes", "populations")
        self.step("proofs", self.check_proofs, "roll-document", "scheme", "result")
        self.step("signatures", self.check_signatures, "commitment")
        self.step("addenda", self.check_addenda, "result")
        return self

    def load(self, name, shape):
        need(name in self.files, "files", f"缺少 {name}")
        need(self.files.size(name) <= DOCUMENT_MAX, "files", f"{name} 超过 {DOCUMENT_MAX} 字节")
        with self.files.open(name) as stream:
            data = stream.read(DOCUMENT_MAX + 1)
        self.docs[name] = doc = parse(data, name, self.owed)
        shape(doc, name)
        if hasattr(self, "new"):
            self.digests[name] = self.new(data).hexdigest()
        return doc

    def check_files(self):
        for problem in self.files.problems():
            raise Refused("files", problem)
        missing = [name for name in REQUIRED if name not in self.files]
        need(not missing, "files", f"缺少 {'、'.join(missing)}")
        for name in sorted(self.files):
            known = name in REQUIRED or name in OPTIONAL or ADDENDUM.fullmatch(name)
            need(known, "files", f"{name} 不是证明包中的文件")
        need(not ("roll.csv" in self.files and "roll.parquet" in self.files), "files", "底册只能有一份")
        return f"{len(self.files)} 个文件，名称齐全"

    def check_commitment(self):
        name = "commitment.json"
        doc = self.load(name, lambda value, where: None)
        self.new = suite(doc.get("protocol") if type(doc) is dict else None)
        commitment_shape(doc, name)
        self.commitment = self.digests[name] = self.new(jcs(doc)).hexdigest()
        at = {key: moment(doc[key], key) for key in ("committed_at", "reveal_by")}
        need(moment(doc["roll"]["at"], "roll.at") <= at["committed_at"], "times", "底册的时刻晚于承诺的时刻")
        need(at["committed_at"] < at["reveal_by"], "times", "揭示截止应晚于承诺的时刻")
        if doc["beacon"]:
            need(at["reveal_by"] < moment(doc["beacon"]["at"], "beacon.at"), "times", "信标应晚于揭示截止")
        parties = doc["parties"]
        need([one["role"] == "platform" for one in parties] == [True] + [False] * (len(parties) - 1), "parties",
             "第一方应为平台，其余应为见证人")  # fmt: skip
        for key in ("party", "commitment"):
            need(len({one[key] for one in parties}) == len(parties), "parties", f"各方的 {key} 有重复")
        need(doc["attempt"] >= 1, "chain", "attempt 应从 1 起")
        need((doc["attempt"] > 1) == (doc["replaces"] is not None), "chain", "再次抽取应写明 replaces，第一次则不应有")
        need(doc["replaces"] is None or doc["previous"] is not None, "chain", "有 replaces 却没有 previous")
        witnesses = len(parties) - 1
        if doc["beacon"]:
            self.strength = f"公开（有信标；见证人 {witnesses} 名，签名未核验）"
        elif witnesses:
            self.strength = f"有见证（{witnesses} 名，签名未核验；只有他们全部与组织者合谋，或有人扣住不揭示，才可能左右结果）"
        else:
            self.strength = "演练（只有平台一方，也没有信标；不得作为正式抽取）"
        if self.published is not None:
            need(self.published.lower() == self.commitment, "commitment", f"与公布的承诺不同，本包为 {self.commitment}")
            return f"摘要 {self.commitment}，与公布的一致"
        return f"摘要 {self.commitment}，第 {doc['attempt']} 次，{len(parties)} 方"

    def check_roll_document(self):
        doc = self.load("roll.json", fields(header=lists(text, 1), rows=count, root=digest, key=maybe(digest)))
        self.columns = columns_of(doc["header"], "roll.json.header")
        head = "mingcha roll v1\n" + US.join(doc["header"]) + f"\n{doc['rows']}\n{doc['root']}\n"
        found = self.new(head.encode()).hexdigest()
        need(found == self.docs["commitment.json"]["roll"]["digest"], "roll-digest", f"底册摘要 {found} 与承诺不同")
        has = "roll.csv" in self.files or "roll.parquet" in self.files
        need(has == (doc["key"] is not None), "roll-key", "有底册文件时应有 key，没有时 key 应为 null")
        return f"{doc['rows']} 行，{len(self.columns)} 列，摘要与承诺一致"

    def check_scheme(self):
        doc = self.load("scheme.json", lambda value, where: None)
        self.scheme = Scheme(doc, self.columns)
        need(self.digests["scheme.json"] == self.docs["commitment.json"]["scheme"], "digest", "scheme.json 的摘要与承诺不同")
        return f"{len(self.scheme.excluded)} 条排除，{len(self.scheme.strata)} 层，摘要与承诺一致"

    def check_sizes(self):
        """Against the commitment, and in itself: every size follows from the populations that the document names."""
        doc, scheme = self.load("sizes.json", sizes_shape), self.scheme
        need(self.digests["sizes.json"] == self.docs["commitment.json"]["sizes"], "digest", "sizes.json 的摘要与承诺不同")
        need(set(doc["excluded"]) == set(scheme.excluded), "sizes", "excluded 应恰有每一条排除的代码")
        named = [one["stratum"] for one in doc["strata"]]
        need(named == [one["code"] for one in scheme.strata], "sizes", "各层应与方案的顺序一致")
        for index, entry in enumerate(doc["strata"]):
            counts = {cell["cell"]: cell["rows"] for cell in entry["cells"] if cell["rows"]}
            if scheme.cell_at[index] is None:
                counts = {None: entry["rows"]}
            need(jcs(scheme.sizes(index, counts)) == jcs(entry), "sizes", f"层 {entry['stratum']}：数目与方案的规则不符")
        rows, left = self.docs["roll.json"]["rows"], sum(doc["excluded"].values()) + doc["outside"]
        strata = [one["rows"] for one in doc["strata"]]
        fits = left + max(strata, default=0) <= rows <= left + sum(strata) if scheme.every else left + sum(strata) == rows
        need(fits, "sizes", "排除、层外与各层的行数合不成底册的行数")
        return f"应抽 {sum(one['size'] for one in doc['strata'])}，摘要与承诺一致，由各层行数推得"

    def check_reveals(self):
        doc, sealed = self.load("reveals.json", reveals_shape), self.docs["commitment.json"]
        parties = [one["party"] for one in sealed["parties"]]
        need([one["party"] for one in doc["reveals"]] == parties, "reveals", "揭示应与承诺中的各方次序一致")
        parts, absent = [], []
        for party, one in zip(sealed["parties"], doc["reveals"]):
            if "absent" in one:
                need(parts, "absent", "平台先揭示，不能缺席：这次抽取已失败")
                absent.append(one["party"])
                raw = b"mingcha absent v1\0" + bytes.fromhex(self.commitment) + (US + one["party"]).encode()
                parts.append(self.new(raw).digest())
                continue
            who = US.join(["draw", sealed["draw"], str(sealed["attempt"]), sealed["organiser"], one["party"]])
            rest = self.new(who.encode()).digest() + bytes.fromhex(one["salt"]) + one["value"].encode()
            made = self.new(b"mingcha reveal v1\0" + rest).hexdigest()
            need(made == party["commitment"], "reveal", f"{one['party']} 的盐和值得不出它的承诺")
            parts.append(self.new(b"mingcha reveal v1\1" + rest).digest())
        need(not absent or sealed["beacon"], "absent", f"没有信标而 {'、'.join(absent)} 未揭示：这次抽取已失败")
        for one in doc["rejected"]:
            need(one["party"] in parties, "reveals", f"被拒绝的 {one['party']} 不是承诺中的一方")
            late = moment(one["at"], "rejected.at") > moment(sealed["reveal_by"], "reveal_by")
            need(not late, "times", "被拒绝的揭示晚于揭示截止")
        self.parts, self.absent = parts, absent
        return f"{len(parts) - len(absent)} 方的揭示与承诺相符" + (f"，缺席：{'、'.join(absent)}" if absent else "")

    def check_beacon(self):
        declared = self.docs["commitment.json"]["beacon"]
        self.beacon = b""
        if not declared:
            need("beacon.json" not in self.files, "beacon", "承诺没有声明信标，却有 beacon.json")
            return "没有信标"
        need("beacon.json" in self.files, "beacon", "承诺声明了信标，却没有 beacon.json")
        doc = self.load("beacon.json", beacon_shape)
        value, self.beacon = doc["value"], doc["value"].encode()
        if declared["form"] == "digits":
            need(re.fullmatch("[0-9]+", value), "beacon", "信标的值应只有数字")
            return f"{declared['source']} 第 {declared['round']} 期：{value}；请与官方公告核对"
        need(re.fullmatch("drand:[0-9a-f]{64}", declared["source"]), "beacon", "信标来源应为 drand: 加链的摘要")
        need(re.fullmatch("[1-9][0-9]{0,14}", declared["round"]), "beacon", "信标轮次应为正整数")
        digest(value, "beacon.json.value")
        any_hex(doc["proof"], "beacon.json.proof")
        made = hashlib.sha256(bytes.fromhex(doc["proof"])).hexdigest()
        need(made == value, "beacon", "信标的值不是其签名的 SHA-256")
        chain = CHAINS.get(declared["source"][6:])
        if chain:
            due = EPOCH + chain[0] + (int(declared["round"]) - 1) * chain[1], ""
            need(due == moment(declared["at"], "beacon.at"), "beacon", "信标的时刻不是该轮次的时刻")
        else:
            self.owed.add("不认识这条 drand 链，没有核对轮次的时刻")
        self.owed.add("drand 的 BLS 签名：Python 标准库不能核验")
        return f"drand 第 {declared['round']} 轮：值是签名的 SHA-256"

    def make_seed(self):
        """The seed as bytes, or None where reveals or beacon do not hold."""
        if not {"reveals", "beacon"} <= self.held():
            return None
        base = b"mingcha seed v1\0" + bytes.fromhex(self.commitment)
        return self.new(base + b"".join(self.parts) + self.beacon).digest()

    def check_roll(self):
        """Reads the roll once: cells, order, leaves, and, where scheme and seed hold, populations and tickets."""
        doc = self.docs["roll.json"]
        if "roll.csv" not in self.files:
            if "roll.parquet" in self.files:
                self.owed.add("底册是 Parquet，Python 标准库读不了；请换成 roll.csv（见对照表），或用 mingcha verify")
            else:
                self.owed.add("证明包不含底册：不能核验底册、各层行数、排除和有无遗漏")
            return "没有读底册"
        scheme = self.docs.get("scheme.json") if hasattr(self, "scheme") else None
        sizes = self.docs["sizes.json"]["strata"] if "sizes" in self.held() else []
        keep = max((one["size"] for one in sizes), default=0) + (self.scheme.reserves if scheme else 0)
        arguments = (self.columns, scheme, self.docs["commitment.json"]["protocol"], bytes.fromhex(doc["key"]), self.seed, keep)
        self.leaves, self.counts, self.entries, last = [], Counter(), {}, None
        with self.files.open("roll.csv") as stream:
            head = self.read_header(stream, doc["header"])
            jobs = blocks_of(stream)
            if self.workers > 1 and self.files.size("roll.csv") > 2 * BLOCK:
                results = in_processes(arguments, jobs, self.workers)
            else:
                rows = Rows(*arguments)
                results = (rows.block(*job) for job in jobs)
            for first, end, leaves, counts, entries, owed in results:
                need(last is None or first > last, "roll-order", f"roll.csv：id {first} 应在 {last} 之后")
                last = end
                self.leaves += leaves
                self.counts.update(counts)
                self.owed |= owed
                for place, found in entries.items():
                    self.entries.setdefault(place, []).extend(found)
                if self.progress:
                    self.progress(len(self.leaves), doc["rows"])
        need(len(self.leaves) == doc["rows"], "roll-rows", f"roll.csv 有 {len(self.leaves)} 行，应为 {doc['rows']} 行")
        root = merkle_root(self.new, self.leaves).hex()
        need(root == doc["root"], "roll-root", f"由底册算得的根 {root} 与 roll.json 不同")
        self.roll = head
        return f"{len(self.leaves)} 行，次序与各列合格，根 {root}"

    def read_header(self, stream, header):
        line = stream.readline(1 << 20)
        need(line.endswith(b"\r\n"), "roll-form", "roll.csv 第 1 行没有以 CRLF 结尾")
        content = decode(line[:-2], "roll.csv 第 1 行")
        check_text(content, "roll.csv 第 1 行", self.owed)
        need(content == ",".join(header), "roll-header", "roll.csv 的表头与 roll.json 不同")
        return True

    def check_populations(self):
        if not self.roll:
            self.owed.add("没有可读的底册：各层行数、排除和层外的行数没有核验")
            return "没有核验"
        scheme, doc = self.scheme, self.docs["sizes.json"]
        strata = []
        for index in range(len(scheme.strata)):
            cells = {place[1]: n for place, n in self.counts.items() if type(place) is tuple and place[0] == index}
            strata.append(scheme.sizes(index, cells or ({None: 0} if scheme.cell_at[index] is None else {})))
        excluded = {name: self.counts[name] for name in scheme.excluded}
        made = {"excluded": excluded, "outside": self.counts[None], "strata": strata}
        for mine, given in zip(strata, doc["strata"]):
            need(jcs(mine) == jcs(given), "populations", f"层 {given['stratum']}：行数或应抽数与底册不符")
        need(jcs(made) == jcs(doc), "populations", "排除或层外的行数与底册不符")
        return f"排除 {sum(excluded.values())}，层外 {self.counts[None]}，各层与底册相符"

    def check_result(self):
        doc, sealed, scheme = self.load("result.json", result_shape), self.docs["commitment.json"], self.scheme
        need(doc["draw"] == sealed["draw"] and doc["commitment_digest"] == self.commitment, "result", "结果不属于这份承诺")
        need(doc["seed"] == self.seed.hex(), "seed", f"种子应为 {self.seed.hex()}")
        need(doc["absent"] == self.absent, "seed", "缺席的各方与揭示不符")
        ticket = keyed(self.new, b"mingcha ticket v1", self.seed)
        cells = []
        for index, entry in enumerate(self.docs["sizes.json"]["strata"]):
            for cell, rows, size in scheme.seats(index, entry, ticket):
                cells.append((index, cell, rows, size))
        given = [(one["stratum"], one["cell"], one["rows"], one["size"]) for one in doc["cells"]]
        need(given == [(scheme.strata[i]["code"], *rest) for i, *rest in cells], "cells", "各格或其数目与方案和种子不符")
        seen = set()
        for (index, cell, rows, size), one in zip(cells, doc["cells"]):
            where = f"层 {one['stratum']}" + ("" if cell is None else f" 格 {cell}")
            names = [entry["id"] for entry in one["drawn"] + one["reserves"]]
            spare = min(scheme.reserves, rows - size) if size else 0
            need((len(one["drawn"]), len(one["reserves"])) == (size, spare), "drawn", f"{where}：抽中或候补的数目不对")
            for entry in one["drawn"] + one["reserves"]:
                need(ID.fullmatch(entry["id"]), "shape", f"{where}：id 不合规则")
                need(ticket(entry["id"].encode()).hex() == entry["ticket"], "drawn", f"{where}：{entry['id']} 的票值不对")
            order = [entry["ticket"] + entry["id"] for entry in one["drawn"] + one["reserves"]]
            need(all(left < right for left, right in zip(order, order[1:])), "drawn", f"{where}：没有按票值排列")
            group = 0 if not scheme.every else index
            need(not any((group, name) in seen for name in names), "drawn", f"{where}：同一对象抽中两次")
            seen.update((group, name) for name in names)
            need(one["threshold"] == (one["drawn"][-1]["ticket"] if size else None), "drawn", f"{where}：threshold 不对")
            if self.roll and size:
                best = sorted(self.entries.get((index, cell), []))[: size + spare]
                need([raw[32:].decode() for raw in best] == names, "drawn", f"{where}：不是票值最小的对象")
        if not self.roll:
            self.owed.add("没有可读的底册：不能知道有没有票值更小的对象被漏掉")
        return f"种子 {doc['seed']}，{len(cells)} 格共抽中 {sum(size for _, _, _, size in cells)}"

    def check_proofs(self):
        if "proofs.json" not in self.files:
            return "没有包含证明"
        doc, roll, scheme = self.load("proofs.json", proofs_shape), self.docs["roll.json"], self.scheme
        ticket = keyed(self.new, b"mingcha ticket v1", self.seed)
        blind = keyed(self.new, b"mingcha blind v1", bytes.fromhex(roll["key"])) if roll["key"] else None
        cells = self.docs["result.json"]["cells"]
        listed = {(one["stratum"], one["cell"]): {entry["id"] for entry in one["drawn"]} for one in cells}
        for number, one in enumerate(doc["proofs"]):
            row, where = one["row"], f"proofs[{number}]"
            need(len(row) == len(self.columns) and ID.fullmatch(row[0]), "proof", f"{where}：行与表头不合")
            for cell, (name, kind) in zip(row, self.columns):
                need(not cell or kind == "text" or IS_CELL[kind](cell), "proof", f"{where}：{name} 列不合规则")
            leaf = self.new(b"\0" + US.join([*row, one["blind"]]).encode()).digest()
            path = [bytes.fromhex(step) for step in one["path"]]
            root = root_from_path(self.new, leaf, one["index"], roll["rows"], path)
            need(root == bytes.fromhex(roll["root"]), "proof", f"{where}：路径得不出底册的根")
            need(not blind or blind(row[0].encode())[:16].hex() == one["blind"], "proof", f"{where}：blind 不对")
            places = {(scheme.strata[i]["code"], cell) for i, cell in scheme.places(row)[1]}
            mine = ticket(row[0].encode()).hex()
            for cell in cells:
                place = cell["stratum"], cell["cell"]
                due = place in places and cell["threshold"] is not None and mine <= cell["threshold"]
                need(due == (row[0] in listed[place]), "proof", f"{where}：该行与抽中名单不符")
            need(places <= set(listed), "proof", f"{where}：结果中没有该行所在的格")
        return f"{len(doc['proofs'])} 份包含证明都成立"

    def check_signatures(self):
        if "signatures.json" not in self.files:
            return "没有签名"
        doc, owners, seen = self.load("signatures.json", signatures_shape), {}, set()
        signed = {self.digest_of(name) for name in self.files if name.endswith(".json") and name != "signatures.json"}
        for number, one in enumerate(doc):
            where, key = f"signatures[{number}]", one["key"]
            need(one["document"] in signed, "signature", f"{where}：证明包中没有它所签的文件")
            need((one["document"], key) not in seen, "signature", f"{where}：同一公钥对同一文件签了两次")
            need(owners.setdefault(key, one["by"]) == one["by"], "signature", f"{where}：一个公钥不能替两人签名")
            seen.add((one["document"], key))
            self.owed.add(f"signatures[{number}]：{one['by']} 的 {one['algorithm']} 签名，Python 标准库不能核验")
        return f"{len(doc)} 份签名，所签的都是本包的文件；签名本身没有核验"

    def digest_of(self, name):
        """The digest of a document that may not have been loaded yet."""
        if name in self.digests:
            return self.digests[name]
        with self.files.open(name) as stream:
            return self.new(stream.read(DOCUMENT_MAX + 1)).hexdigest()

    def check_addenda(self):
        names = sorted(name for name in self.files if name.startswith("addenda/"))
        if not names:
            return "没有增补"
        need(names == [f"addenda/{n:04}.json" for n in range(1, len(names) + 1)], "addendum", "增补应从 0001 起连续编号")
        need(self.scheme.reserves > 0, "addendum", "方案没有候补，不得增补")
        cells = {}
        for one in self.docs["result.json"]["cells"]:
            drawn, reserves = ([entry["id"] for entry in one[key]] for key in ("drawn", "reserves"))
            cells[one["stratum"], one["cell"]] = (set(drawn), reserves)
        before, gone = self.digests["result.json"], set()
        since = moment(self.docs["commitment.json"]["committed_at"], "committed_at")
        for name in names:
            doc = self.load(name, addendum_shape)
            need(doc["previous"] == before, "addendum", f"{name}：previous 不是前一份的摘要")
            before = self.digests[name]
            at = moment(doc["at"], f"{name}.at")
            need(since <= at, "times", f"{name}：早于前一份或早于承诺")
            since = at
            place = doc["stratum"], doc["cell"]
            need(place in cells, "addendum", f"{name}：没有这一格")
            listed, reserves = cells[place]
            need(doc["out"] in listed, "addendum", f"{name}：{doc['out']} 不在该格的名单中")
            need(doc["in"] == (reserves[0] if reserves else None), "addendum", f"{name}：应由该格的下一个候补替换")
            approvers = doc["approved_by"]
            need(len(approvers) == 2 and approvers[0] != approvers[1], "addendum", f"{name}：应由两人批准")
            listed.remove(doc["out"])
            gone.add(doc["out"])
            listed.update(reserves[:1])
            del reserves[:1]
        for (stratum, _), (listed, _) in cells.items():
            need(not gone & listed, "addendum", f"层 {stratum}：{'、'.join(sorted(gone & listed))} 还在名单中，缺一份增补")
        return f"{len(names)} 份增补，依次相连"


def verify(files, commitment=None, workers=1, progress=None):
    """Verifies a bundle given as name -> bytes, or as a `Folder` or `Zip`; returns the finished `Check`."""
    return Check(files if isinstance(files, Bytes) else Bytes(files), commitment, workers, progress).run()


# ---- command line --------------------------------------------------------------------------------------------------------

WORDS = {"ok": "成立", "partial": "部分", "failed": "不成立", "skipped": "未核验"}
STEPS = {
    "files": "文件", "commitment": "承诺", "roll-document": "底册说明", "scheme": "方案", "sizes": "应抽数", "reveals": "揭示",
    "beacon": "信标", "roll": "底册", "populations": "各层行数", "result": "结果", "proofs": "包含证明", "signatures": "签名",
    "addenda": "增补",
}  # fmt: skip
EXITS = {"ok": 0, "failed": 1, "partial": 3}


def result_of(check):
    """The digest of a result that was recomputed from the roll; None where it was not, or where something does not hold."""
    whole = any(step["step"] == "result" and step["verdict"] == "ok" for step in check.steps)
    return check.digests.get("result.json") if whole and check.verdict != "failed" else None


def report(check):
    """The finding as a document; what `--json` prints."""
    return {
        "verdict": check.verdict, "commitment": check.commitment, "result": result_of(check), "strength": check.strength,
        "digests": dict(sorted(check.digests.items())), "steps": check.steps,
    }  # fmt: skip


def show(check):
    for step in check.steps:
        code = f"[{step['code']}] " if step["code"] else ""
        print(f"{WORDS[step['verdict']]}\t{STEPS[step['step']]}（{step['step']}）：{code}{step['detail']}")
        for one in step["owed"]:
            print(f"\t欠：{one}")
    print(f"\n承诺摘要　{check.commitment or '—'}\n揭示摘要　{check.digests.get('reveals.json', '—')}")
    print(f"结果摘要　{result_of(check) or '— （没有从底册完整重算）'}")
    print(f"强度　　　{check.strength or '—'}\n")
    if check.verdict == "ok" and check.published is None:
        print("全部成立：证明包自身一致。要与当时公布的相连，请加 --commitment 公告中的承诺摘要。")
    elif check.verdict == "ok":
        print("全部成立，并与公布的承诺相连。")
    elif check.verdict == "partial":
        print("部分核验：已核验的都成立，欠的如上，不能当作全部成立。")
    else:
        print(f"不成立：{STEPS[check.failure['step']]} [{check.failure['code']}] {check.failure['detail']}")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundle", help="证明包：文件夹或 zip")
    parser.add_argument("--commitment", metavar="摘要", help="公告、笔录或日志中的承诺摘要（64 位十六进制）")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="数", help="进程数，默认为处理器数")
    options = parser.parse_args(arguments)
    if options.commitment is not None and not re.fullmatch("[0-9A-Fa-f]{64}", options.commitment):
        parser.error("--commitment 应为 64 位十六进制")
    try:
        files = opened(options.bundle)
    except OSError as error:
        parser.error(f"读不出证明包：{error}")
    quiet = options.json or not sys.stderr.isatty()
    progress = None if quiet else lambda done, rows: print(f"\r{done}/{rows} 行", end="\r", file=sys.stderr)
    check = verify(files, options.commitment, options.workers, progress)
    if options.json:
        print(json.dumps(report(check), ensure_ascii=False))
    else:
        show(check)
    return EXITS[check.verdict]


if __name__ == "__main__":
    sys.exit(main())
