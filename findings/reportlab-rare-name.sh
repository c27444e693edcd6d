#!/usr/bin/env bash
# One expects: a character that a PDF library's Chinese font cannot take is refused, or printed as a box.
# What happens: reportlab 5.1.0 with its built-in Chinese font (STSong-Light) writes a character beyond U+FFFF as four bytes
# that its own encoding (UniGB-UCS2-H) reads otherwise: the inspector 李𫟹 is printed as 李淟 by PyMuPDF 2.0 and read as 李淟 by
# pdfminer.six, another lawful name, because D86D DFF9 holds 6DDF in its middle; pdfium reads the text as it was meant and
# draws nothing. 𫟹 (U+2B7F9) is a character of the national table (通用规范汉字表).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check reportlab==5.1.0 PyMuPDF==2.0 pdfminer.six==20260107 pypdfium2==5.15.2

python/bin/python - <<'PYTHON'
import pdfminer.high_level, pymupdf, pypdfium2
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas
pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))

def page(name):
    sheet = canvas.Canvas(f"{name}.pdf", pagesize=(200, 60))
    sheet.setFont("STSong-Light", 16)
    sheet.drawString(20, 20, name)
    sheet.save()
    return f"{name}.pdf"

written, other = page("李𫟹"), page("李淟")
read = {
    "mupdf": pymupdf.open(written)[0].get_text().strip(),
    "pdfminer": pdfminer.high_level.extract_text(written).strip(),
    "pdfium": pypdfium2.PdfDocument(written)[0].get_textpage().get_text_range().strip(),
}
print("written 李𫟹, read", read)
drawn = [pymupdf.open(path)[0].get_pixmap(dpi=144).samples for path in (written, other)]
print("MuPDF draws both names alike:", drawn[0] == drawn[1])
assert read == {"mupdf": "李淟", "pdfminer": "李淟", "pdfium": "李𫟹"}
assert drawn[0] == drawn[1]
PYTHON
echo "as found: reportlab 5.1.0 prints the name 李𫟹 as 李淟"
