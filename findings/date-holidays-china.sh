#!/usr/bin/env bash
# One expects: what npm's large holiday package calls a public holiday of China is a day off, the days off of the State
# Council's rule are public holidays there, and working days can be counted with it.
# What happens, date-holidays 3.37.0 for 2026: 06-01 (Children's Day, a working Monday for everybody) is `public` for the
# whole day; 02-19 (third day of the new year), statutory, and 05-02, statutory since 2025, are none; the Saturdays and Sundays
# that are worked (02-14, say) are not known at all. 20 working days after a check that ended on 2026-05-08 end on 06-08 by
# its count, on 06-04 by the notice (05-09 is worked, too). Against chinesecalendar 1.11.0, which follows the notices.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check chinesecalendar==1.11.0
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . date-holidays@3.37.0

cat > days.js <<'JS'
const china = new (require("date-holidays"))("CN");
const of = (day) => china.getHolidays(Number(day.slice(0, 4))).filter((h) => h.date.startsWith(day) && h.type === "public");
for (const day of ["2026-02-18", "2026-02-19", "2026-05-02", "2026-06-01"]) {
  console.log(day, of(day).map((h) => (new Date(h.end) - new Date(h.start) === 864e5 ? "whole day" : "part")).join() || "none");
}
let day = new Date("2026-05-08T00:00:00Z");
for (let counted = 0; counted < 20; ) {
  day = new Date(day.getTime() + 864e5);
  if (day.getUTCDay() % 6 !== 0 && of(day.toISOString().slice(0, 10)).length === 0) counted += 1;
}
console.log("due", day.toISOString().slice(0, 10));
JS
TZ=Asia/Shanghai node days.js | tee package.txt
python/bin/python - <<'PYTHON' | tee notice.txt
import datetime, chinese_calendar
for day in ("2026-02-18", "2026-02-19", "2026-05-02", "2026-06-01"):
    print(day, "works" if chinese_calendar.is_workday(datetime.date.fromisoformat(day)) else "off")
day, counted = datetime.date(2026, 5, 8), 0
while counted < 20:
    day += datetime.timedelta(1)
    counted += chinese_calendar.is_workday(day)
print("due", day)
PYTHON
diff package.txt - <<'EXPECTED'
2026-02-18 whole day
2026-02-19 none
2026-05-02 none
2026-06-01 whole day
due 2026-06-08
EXPECTED
diff notice.txt - <<'EXPECTED'
2026-02-18 off
2026-02-19 off
2026-05-02 off
2026-06-01 works
due 2026-06-04
EXPECTED
echo "as found: 20 working days from 2026-05-08 end on 06-08 with date-holidays 3.37.0, on 06-04 by the State Council's notice"
