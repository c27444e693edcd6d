"""Checks what `mingcha demo` leaves behind by readers that are not ours: Python's sqlite3, csv and zipfile, psql, openpyxl and
poppler.

Nothing here is taken from the product's code. The figures and rules are restated from their sources in `scenario.py`, the draw
protocol in `mc1.py`, the check characters of codes in `codes.py`; a fault that generator, importer and summary share still shows.

The cities are small. With MINGCHA_TEST_FULL=1 the same checks run over the full one as well (minutes, and gigabytes of disk).
"""
