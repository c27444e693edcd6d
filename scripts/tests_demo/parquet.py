"""Where the rows of a Parquet file lie: the bodies of its pages. What else it holds (page headers, indexes, footer) only
describes them.

Reads just enough of Thrift's compact protocol, from the format's specification: structs become dicts by field number.
"""

MAGIC = b"PAR1"
STOP, TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(13)
# Field numbers of parquet.thrift.
ROW_GROUPS, COLUMNS, META_DATA = 4, 1, 3
TOTAL_COMPRESSED_SIZE, DATA_PAGE_OFFSET, DICTIONARY_PAGE_OFFSET = 7, 9, 11
COMPRESSED_PAGE_SIZE = 3


class Compact:
    """A cursor over compact Thrift."""

    def __init__(self, data, at):
        self.data, self.at = data, at

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def zigzag(self):
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def value(self, kind):
        if kind in (TRUE, FALSE):
            return kind == TRUE
        if kind in (I16, I32, I64):
            return self.zigzag()
        if kind == BINARY:
            size = self.varint()
            self.at += size
            return self.data[self.at - size:self.at]
        if kind in (LIST, SET):
            head = self.byte()
            size = head >> 4 if head < 0xF0 else self.varint()
            of = head & 0xF
            return [self.byte() == TRUE if of in (TRUE, FALSE) else self.value(of) for _ in range(size)]
        if kind == STRUCT:
            return self.struct()
        if kind == BYTE:
            return self.byte()
        if kind == DOUBLE:
            self.at += 8
            return self.data[self.at - 8:self.at]
        raise ValueError(f"Thrift type {kind} does not occur in Parquet")

    def struct(self):
        fields, number = {}, 0
        while (head := self.byte()) != STOP:
            number = number + (head >> 4) if head >> 4 else self.zigzag()
            fields[number] = self.value(head & 0xF)
        return fields


def page_bodies(data):
    """The ranges of the pages' bodies in a Parquet file, ascending. ValueError if it is none."""
    if data[:4] != MAGIC or data[-4:] != MAGIC:
        raise ValueError("no Parquet file")
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    bodies = []
    for group in Compact(data, footer).struct()[ROW_GROUPS]:
        for column in group[COLUMNS]:
            meta = column[META_DATA]
            at = meta.get(DICTIONARY_PAGE_OFFSET, meta[DATA_PAGE_OFFSET])
            end = at + meta[TOTAL_COMPRESSED_SIZE]
            while at < end:
                cursor = Compact(data, at)
                size = cursor.struct()[COMPRESSED_PAGE_SIZE]
                bodies.append(range(cursor.at, cursor.at + size))
                at = cursor.at + size
    return sorted(bodies, key=lambda body: body.start)
