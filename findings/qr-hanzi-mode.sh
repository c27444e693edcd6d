#!/usr/bin/env bash
# One expects: a QR code in the Hanzi mode, which the Chinese standard of QR codes (GB/T 18284) adds for Chinese text, is read
# by the usual readers, or refused.
# What happens, with a code by segno 1.6.6 that zxing-cpp 3.1.1 reads as 秦皇岛市海港区检查通知:
# - jsqr 1.4.0, in the browser, returns without an error the digits 587640587459431240283934366546806270670260512;
# - OpenCV 5.0 finds the code and raises an error or gives nothing.
# The same text in byte mode (UTF-8) is read by all three. Whoever prints a code for phones writes byte mode, and a scanner's
# digits are no proof that a code held digits.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check segno==1.6.6 zxing-cpp==3.1.1 pillow==13.0.0 opencv-python-headless==5.0.0.93
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . jsqr@1.4.0

cat > read.js <<'JS'
const bytes = require("fs").readFileSync(process.argv[2]);
const width = bytes.readUInt32BE(0);
const found = require("jsqr")(new Uint8ClampedArray(bytes.subarray(4)), width, width);
process.stdout.write(found ? found.data : "nothing");
JS
python/bin/python - <<'PYTHON'
import subprocess
import cv2, segno, zxingcpp
from PIL import Image
text = "秦皇岛市海港区检查通知"
read = {}
for mode in ("hanzi", "byte"):
    segno.make_qr(text, mode=mode, error="m").save(f"{mode}.png", scale=6, border=4)
    image = Image.open(f"{mode}.png").convert("RGBA")
    with open(f"{mode}.rgba", "wb") as out:
        out.write(image.width.to_bytes(4, "big") + image.tobytes())
    read[mode, "zxing-cpp"] = zxingcpp.read_barcodes(image.convert("RGB"))[0].text
    read[mode, "jsqr"] = subprocess.run(["node", "read.js", f"{mode}.rgba"], capture_output=True, check=True).stdout.decode()
    try:
        read[mode, "opencv"] = cv2.QRCodeDetector().detectAndDecode(cv2.imread(f"{mode}.png"))[0]
    except cv2.error as error:
        read[mode, "opencv"] = f"error {error.code}"
for key, value in read.items():
    print(*key, repr(value))
assert all(read["byte", reader] == text for reader in ("zxing-cpp", "jsqr", "opencv"))
assert read["hanzi", "zxing-cpp"] == text
assert read["hanzi", "jsqr"] == "587640587459431240283934366546806270670260512"
assert read["hanzi", "opencv"] in ("", "error -213")
PYTHON
echo "as found: jsqr 1.4.0 reads a QR code in the Hanzi mode of GB/T 18284 as digits, OpenCV 5.0 not at all"
