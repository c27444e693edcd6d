#!/usr/bin/env bash
# One expects: bytes that say they are GB2312 become the same text in every reader, and GBK, its superset, reads them alike.
# What happens: bytes A1 A4, the dot in names such as 买买提·吐尔逊, are U+30FB (a Japanese dot) in Python's `gb2312`, in
# glibc's iconv and so in libxml2 (lxml 6.1.3), and U+00B7, the dot of the standard, in Python's `gbk` and `gb18030`, in
# html5lib 1.1 and iconv-lite 0.7.3, which take GB2312 for GBK. The dash A1 AA is U+2015 or U+2014 likewise. One parser of
# Beautiful Soup 4.15.0 gives another name than the next, from one page. Back again Python's `gb2312` refuses the standard's dot.
# A person from a list and the same person from a page are then two, and a recusal does not hold.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check beautifulsoup4==4.15.0 lxml==6.1.3 html5lib==1.1
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . iconv-lite@0.7.3

python/bin/python - <<'PYTHON'
import subprocess
import bs4, lxml.etree
name = "买买提·吐尔逊"
data = name.encode("gbk")
page = b'<html><head><meta charset="gb2312"><title>' + data + b"</title></head><body></body></html>"
document = b'<?xml version="1.0" encoding="GB2312"?><name>' + data + b"</name>"
script = "process.stdout.write(require('iconv-lite').decode(Buffer.from(process.argv[1], 'hex'), 'gb2312'))"
read = {
    "python gb2312": data.decode("gb2312"),
    "python gbk": data.decode("gbk"),
    "python gb18030": data.decode("gb18030"),
    "iconv GB2312": subprocess.run(["iconv", "-f", "GB2312", "-t", "UTF-8"], input=data, capture_output=True, check=True).stdout.decode(),
    "lxml XML": lxml.etree.fromstring(document).text,
    "bs4 lxml": bs4.BeautifulSoup(page, "lxml").title.string,
    "bs4 html.parser": bs4.BeautifulSoup(page, "html.parser").title.string,
    "bs4 html5lib": bs4.BeautifulSoup(page, "html5lib").title.string,
    "iconv-lite gb2312": subprocess.run(["node", "-e", script, data.hex()], capture_output=True, check=True).stdout.decode(),
}
for reader, text in read.items():
    print(f"{reader:18} {text} U+{ord(text[3]):04X}")
japanese = {reader for reader, text in read.items() if text[3] == "\u30fb"}
assert japanese == {"python gb2312", "iconv GB2312", "lxml XML", "bs4 lxml", "bs4 html.parser"}
assert all(text == name for reader, text in read.items() if reader not in japanese)
assert b"\xa1\xaa".decode("gb2312") == "\u2015" and b"\xa1\xaa".decode("gbk") == "\u2014"
try:
    name.encode("gb2312")
    raise SystemExit("the dot is taken back")
except UnicodeEncodeError:
    pass
PYTHON
echo "as found: the dot in a GB2312 name is U+30FB in five readers and U+00B7 in four"
