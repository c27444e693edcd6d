#!/usr/bin/env bash
# One expects: a day in a workbook (2021-05-08, no time) is read as that day.
# What happens: SheetJS 0.18.5, the newest version on npm, read with `cellDates: true` on a machine whose zone is
# Asia/Shanghai, gives 2021-05-07 23:59:17. It takes the zone's offset of 1899, when Shanghai kept local mean time (8:05:43
# ahead of UTC), and drops 43 seconds. Every day of every list is the day before, and so is every deadline that starts there.
# On UTC the day is right; the hour 08:30 becomes 08:29:59 all the same. The formatted text of the cell (`w`) is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check XlsxWriter==3.3.1
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . xlsx@0.18.5

python/bin/python - <<'PYTHON'
import datetime, xlsxwriter
book = xlsxwriter.Workbook("list.xlsx")
sheet = book.add_worksheet()
sheet.write_datetime("A1", datetime.date(2021, 5, 8), book.add_format({"num_format": "yyyy-mm-dd"}))
sheet.write_datetime("A2", datetime.datetime(2021, 7, 31, 8, 30), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
book.close()
PYTHON

cat > read.js <<'JS'
const sheet = require("xlsx").readFile("list.xlsx", { cellDates: true }).Sheets.Sheet1;
const two = (n) => String(n).padStart(2, "0");
const local = (d) => `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${[d.getHours(), d.getMinutes(), d.getSeconds()].map(two).join(":")}`;
console.log(`${local(sheet.A1.v)} | ${sheet.A1.w} | ${local(sheet.A2.v)}`);
JS
shanghai=$(TZ=Asia/Shanghai node read.js)
utc=$(TZ=UTC node read.js)
echo "Asia/Shanghai: $shanghai"
echo "UTC:           $utc"
[ "$shanghai" = "2021-05-07 23:59:17 | 2021-05-08 | 2021-07-31 08:29:16" ]
[ "$utc" = "2021-05-08 00:00:00 | 2021-05-08 | 2021-07-31 08:29:59" ]
echo "as found: SheetJS 0.18.5 reads 2021-05-08 as 2021-05-07 23:59:17 in China's own time zone"
