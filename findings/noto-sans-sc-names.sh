#!/usr/bin/env bash
# One expects: Noto Sans SC from npm, the web's usual font for simplified Chinese, holds the characters of the national table
# (通用规范汉字表, 8 105 characters, what names and place names may be written with), as Noto Sans CJK SC on a desktop does.
# What happens: @fontsource/noto-sans-sc 5.3.0 (and noto-serif-sc) lacks every one of the table's 196 characters beyond
# U+FFFF, and of those below it 䶮, 㛃, 㙦, 嫕 and others: such a name is drawn by whatever else the machine has, or as a box.
# Noto Sans CJK SC of Debian 12 lacks 2 of the 196.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check fonttools==4.68.0 brotli==1.2.1
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . @fontsource/noto-sans-sc@5.3.0

python/bin/python - <<'PYTHON'
import glob
from fontTools.ttLib import TTFont
# The table's characters beyond U+FFFF, in its order.
BEYOND = (
    "𠙶𠳐𡎚𡐓𣗋𣲗𣲘𣸣𤧛𤩽𤫉𥔲𥕢𥖨𥻗𦈡𦒍𦙶𦝼𦭜𦰡𧿹𨐈𨙸𨚕𨟠𨭉𨱇𨱏𨱑𨱔𨺙𩽹𩾃𩾌𪟝𪣻𪤗𪨰𪨶𪩘𪾢𫄧𫄨𫄷𫄸𫇭𫌀𫍣𫍯𫍲𫍽𫐄𫐐𫐓𫑡𫓧𫓯𫓶𫓹𫔍𫔎𫔶𫖮𫖯𫖳"
    "𫗧𫗴𫘜𫘝𫘦𫘧𫘨𫘪𫘬𫚈𫚉𫚕𫚖𫛭𫞩𫟅𫟦𫟹𫟼𫠆𫠊𫠜𫢸𫫇𫭟𫭢𫭼𫮃𫰛𫵷𫶇𫷷𫸩𬀩𬀪𬂩𬃊𬇕𬇙𬇹𬉼𬊈𬊤𬌗𬍛𬍡𬍤𬒈𬒔𬒗𬕂𬘓𬘘𬘡𬘩𬘫𬘬𬘭𬘯𬙂𬙊𬙋𬜬𬜯𬞟𬟁𬟽"
    "𬣙𬣞𬣡𬣳𬤇𬤊𬤝𬨂𬨎𬩽𬪩𬬩𬬭𬬮𬬱𬬸𬬹𬬻𬬿𬭁𬭊𬭎𬭚𬭛𬭤𬭩𬭬𬭯𬭳𬭶𬭸𬭼𬮱𬮿𬯀𬯎𬱖𬱟𬳵𬳶𬳽𬳿𬴂𬴃𬴊𬶋𬶍𬶏𬶐𬶟𬶠𬶨𬶭𬶮𬷕𬸘𬸚𬸣𬸦𬸪𬹼𬺈𬺓")
assert len(set(BEYOND)) == 196
held = set()
for path in glob.glob("node_modules/@fontsource/noto-sans-sc/files/*-400-normal.woff2"):
    held |= set(TTFont(path, lazy=True).getBestCmap())
missing = [c for c in BEYOND if ord(c) not in held]
names = [c for c in "䶮㛃㙦嫕龑喆堃翀燊" if ord(c) not in held]
print(len(held), "characters held;", len(missing), "of 196 beyond U+FFFF missing; of some names' characters missing:", "".join(names))
assert len(missing) == 196 and names == list("䶮㛃㙦嫕")
PYTHON
echo "as found: Noto Sans SC from npm holds none of the 196 characters beyond U+FFFF of the national table"
