//! The tables as the migrations make them, read from the scripts themselves: names, columns, types, primary keys. One
//! list for both engines, so that a dump of one can be loaded into the other. It reads only what our scripts use:
//! `CREATE TABLE name (…)` and `ALTER TABLE name ADD COLUMN …`; a test compares it with the live schema of each engine.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text.
    Text,
    /// A 64-bit integer.
    Int,
    /// Bytes.
    Bytes,
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableColumn {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns, in the order of the script.
    pub columns: Vec<TableColumn>,
    /// Columns of the primary key: the order of a dump.
    pub key: Vec<&'static str>,
    /// Whether a column refers to the table itself.
    pub refers_to_itself: bool,
}

/// Tables of a list of scripts without comments, in the order in which they are made: a table stands after those that it refers to.
pub(crate) fn tables(scripts: impl Iterator<Item = &'static str>) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for script in scripts {
        for statement in script.split(';') {
            let statement = statement.trim();
            if let Some(rest) = statement.strip_prefix("CREATE TABLE ") {
                tables.extend(create(rest));
            } else if let Some((name, definition)) =
                statement.strip_prefix("ALTER TABLE ").and_then(|rest| rest.split_once(" ADD COLUMN "))
                && let Some(table) = tables.iter_mut().find(|table| table.name == name.trim())
            {
                table.columns.extend(column(definition));
            }
        }
    }
    tables
}

/// A script without its comments, which may hold commas and semicolons. No text of a script holds two dashes.
pub(crate) fn without_comments(script: &str) -> String {
    script.lines().map(|line| line.split_once("--").map_or(line, |(before, _)| before)).collect::<Vec<_>>().join("\n")
}

fn create(rest: &'static str) -> Option<Table> {
    let (name, body) = rest.split_once('(')?;
    let (body, _) = body.rsplit_once(')')?;
    let name = name.trim();
    let mut table = Table { name, columns: Vec::new(), key: Vec::new(), refers_to_itself: false };
    for part in parts(body) {
        let part = part.trim();
        if let Some(key) = part.strip_prefix("PRIMARY KEY") {
            table.key = key.trim().trim_start_matches('(').trim_end_matches(')').split(',').map(str::trim).collect();
        } else if let Some(column) = column(part) {
            if part.contains("PRIMARY KEY") {
                table.key = vec![column.name];
            }
            table.refers_to_itself |= part.contains(&format!("REFERENCES {name} "));
            table.columns.push(column);
        }
    }
    Some(table)
}

/// Splits at the commas outside parentheses.
fn parts(body: &'static str) -> Vec<&'static str> {
    let (mut depth, mut from, mut parts) = (0_i32, 0, Vec::new());
    for (at, c) in body.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.extend(body.get(from..at));
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(body.get(from..));
    parts
}

fn column(definition: &'static str) -> Option<TableColumn> {
    let mut words = definition.split_whitespace();
    let name = words.next()?;
    let kind = match words.next()? {
        "{text}" => ColumnKind::Text,
        "{bytes}" => ColumnKind::Bytes,
        "BIGINT" => ColumnKind::Int,
        _ => return None,
    };
    Some(TableColumn { name, kind })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read() {
        let script = "-- One, two.\nCREATE TABLE a (\n    id {text} PRIMARY KEY,\n    -- why; not\n    up {text} REFERENCES a (id)\n);\n\
                      CREATE INDEX i ON a (up);\nCREATE TABLE b (\n  x BIGINT NOT NULL DEFAULT 0,\n  y {bytes},\n  PRIMARY KEY (x, y)\n);\n\
                      ALTER TABLE b ADD COLUMN z {text} NOT NULL DEFAULT ''";
        let script: &'static str = without_comments(script).leak();
        let tables = tables([script].into_iter());
        let check = |at: usize, name: &str, columns: &[&str], key: &[&str], itself: bool| {
            let table = tables.get(at).unwrap();
            assert_eq!(table.name, name);
            assert_eq!(table.columns.iter().map(|c| c.name).collect::<Vec<_>>(), columns);
            assert_eq!((table.key.as_slice(), table.refers_to_itself), (key, itself));
        };
        check(0, "a", &["id", "up"], &["id"], true);
        check(1, "b", &["x", "y", "z"], &["x", "y"], false);
        assert_eq!(tables.len(), 2);
    }
}
