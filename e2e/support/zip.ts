/**
 * Zip archives, as far as the journeys need them: stored entries out, stored and deflated entries in. Enough for a small
 * workbook and for a bundle; nothing beyond 4 GiB, no encryption.
 */
import { crc32, inflateRawSync } from "node:zlib";

/** One file of an archive. */
export interface Entry {
  name: string;
  bytes: Buffer;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_BYTES = 22;
/** 1 January 1980, the first day that a zip can name. */
const FIRST_DAY = 0x21;

/** An archive with these files, not compressed. */
export function zip(entries: Entry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const title = Buffer.from(name, "utf8");
    const local = Buffer.alloc(30);
    local.writeUInt32LE(LOCAL, 0);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x0800, 2);
    common.writeUInt16LE(FIRST_DAY, 8);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(title.length, 22);
    common.copy(local, 4);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(CENTRAL, 0);
    central.writeUInt16LE(20, 4);
    common.copy(central, 6);
    central.writeUInt32LE(offset, 42);
    parts.push(local, title, bytes);
    directory.push(central, title);
    offset += local.length + title.length + bytes.length;
  }
  const end = Buffer.alloc(END_BYTES);
  const listed = Buffer.concat(directory);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listed, end]);
}

/** The files of an archive, in the order of its directory. Throws for anything that is not one. */
export function unzip(archive: Buffer): Entry[] {
  const mark = Buffer.alloc(4);
  mark.writeUInt32LE(END, 0);
  const end = archive.lastIndexOf(mark);
  if (end < 0 || end + END_BYTES + archive.readUInt16LE(end + 20) !== archive.length) {
    throw new Error("not a zip archive");
  }
  const entries: Entry[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const method = archive.readUInt16LE(at + 10);
    const size = archive.readUInt32LE(at + 20);
    const nameSize = archive.readUInt16LE(at + 28);
    const name = archive.toString("utf8", at + 46, at + 46 + nameSize);
    const local = archive.readUInt32LE(at + 42);
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const packed = archive.subarray(start, start + size);
    const bytes = method === 0 ? Buffer.from(packed) : inflateRawSync(packed);
    if (crc32(bytes) !== archive.readUInt32LE(at + 16)) {
      throw new Error(`${name} is damaged`);
    }
    entries.push({ name, bytes });
    at += 46 + nameSize + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return entries;
}

/** The bytes of one file of an archive; throws if there is none of that name. */
export function entry(entries: Entry[], name: string): Buffer {
  const found = entries.find((one) => one.name === name);
  if (!found) {
    throw new Error(`the archive has no ${name}; it has ${entries.map((one) => one.name).join(", ")}`);
  }
  return found.bytes;
}
