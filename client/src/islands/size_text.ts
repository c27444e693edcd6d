// Sizes of files as office people read them: KB and MB of 1024, one decimal below ten.

export function sizeText(bytes: number): string {
  const units = ["字节", "KB", "MB", "GB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const number = unit === 0 || size >= 10 ? Math.round(size).toString() : (Math.round(size * 10) / 10).toString();
  return `${number} ${units[unit] ?? ""}`;
}
