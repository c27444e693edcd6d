#!/usr/bin/env bash
# One expects: who draws 21 firms instead of 20 with the same seed from the same list gets the same 20 and one more.
# What happens:
# - numpy 2.4.6, `default_rng(seed).choice(n, k, replace=False)`: never. About half of the firms change at every step, and of
#   20 000 firms 390 of 400 are others when 401 are drawn, because the method changes with the size.
# - Python's own `random.sample`: yes, except at sizes where it changes from a set to a list. Of 300 firms, 86 share only 52
#   with the 85; of 5 000 firms, 1 366 share 900 with the 1 365 (seen on Python 3.11).
# - pandas 3.1.1, `DataFrame.sample(k, random_state=seed)`: always.
# A size that is corrected after the draw, or a reserve drawn "by the same seed", is another draw in the first two.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 pandas==3.1.1

python/bin/python - <<'PYTHON'
import random
import numpy, pandas

def breaks(draw, sizes):
    """Each size at which drawing one more loses some of those that were drawn, with how many stay."""
    found, before = [], None
    for size in sizes:
        now = set(draw(size))
        if before is not None and not before <= now:
            found.append((size, len(before & now)))
        before = now
    return found

def python(n):
    return lambda k: random.Random(2026).sample(range(n), k)

def generator(n):
    return lambda k: numpy.random.default_rng(2026).choice(n, k, replace=False).tolist()

rows = pandas.DataFrame({"firm": range(1000)})
small, large = breaks(python(300), range(1, 150)), breaks(python(5000), range(1360, 1370))
print("random.sample of 300:", small, "of 5000:", large)
assert small == [(86, 52)] and large == [(1366, 900)]
steps = breaks(generator(1000), range(19, 120))
print("numpy, of 1000, 19 to 119: kept at each step", [kept for _, kept in steps][:8], "...")
assert len(steps) == 100
kept = len(set(generator(20000)(400)) & set(generator(20000)(401)))
print("numpy, of 20000: of the 400,", kept, "are among the 401")
assert kept == 10
assert breaks(lambda k: rows.sample(k, random_state=2026).firm, range(1, 200)) == []
print("pandas, of 1000, 1 to 199: all kept")
PYTHON
echo "as found: one firm more under the same seed is another draw in numpy 2.4.6, and at some sizes in Python's random.sample"
