//! A database that a newer program has changed is refused by every command that opens an installation, in words, and is
//! left as it is.

use std::collections::BTreeMap;
use std::fs;

use crate::help::commands;
use crate::run::{Engine, Installation, on_both};
use crate::server::Server;

/// What a command does with a database of the future.
enum Does {
    /// Refuses with this code; its words name the step.
    Refuses(&'static [&'static str], i32),
    /// Never looks at it: it is refused earlier, for there is something already.
    RefusedBefore(&'static [&'static str]),
    /// Opens no installation.
    OpensNone,
}

/// Each command of the command line. A new one without a row fails the test.
fn table() -> BTreeMap<&'static str, Does> {
    use Does::{OpensNone, RefusedBefore, Refuses};
    BTreeMap::from([
        // Started by hand in the test: it would not end.
        ("serve", Refuses(&["serve"], 1)),
        ("demo", RefusedBefore(&["demo", "--scale", "small", "--no-serve"])),
        ("draw", OpensNone),
        ("verify", OpensNone),
        ("prove", OpensNone),
        ("verify-receipt", OpensNone),
        ("sizes", OpensNone),
        ("fairness", OpensNone),
        ("roll digest", OpensNone),
        ("roll export", OpensNone),
        ("migrate", Refuses(&["migrate"], 1)),
        ("user add", Refuses(&["user", "add", "a", "--name", "甲", "--agency", "130300", "--role", "clerk"], 1)),
        ("user list", Refuses(&["user", "list"], 1)),
        ("user enable", Refuses(&["user", "enable", "a"], 1)),
        ("user disable", Refuses(&["user", "disable", "a"], 1)),
        ("user reset-password", Refuses(&["user", "reset-password", "a"], 1)),
        // Its 1 is a verdict, and nothing was judged.
        ("audit verify", Refuses(&["audit", "verify"], 2)),
        ("import", Refuses(&["import", "items", "items.csv"], 1)),
        ("backup", Refuses(&["backup", "out.zip"], 1)),
        ("restore", RefusedBefore(&["restore", "old.zip"])),
        ("doctor", Refuses(&["doctor"], 1)),
    ])
}

fn all_commands() -> Vec<String> {
    let mut all = Vec::new();
    for name in commands(&[]) {
        let inner = commands(&[&name]);
        if inner.is_empty() {
            all.push(name);
        } else {
            all.extend(inner.into_iter().map(|inner| format!("{name} {inner}")));
        }
    }
    all.sort();
    all
}

on_both! {
    fn a_newer_database_is_refused_by_every_command(engine) {
        let table = table();
        assert_eq!(all_commands(), table.keys().map(|name| (*name).to_owned()).collect::<Vec<_>>(), "a command without a row");
        let made = Installation::new(engine);
        assert_eq!(made.mingcha(&["backup", "old.zip"]).said().code, Some(0));
        fs::write(made.folder.path().join("items.csv"), "a\n").unwrap();
        made.sql("INSERT INTO migration (name) VALUES ('999_future')");
        for (name, does) in table {
            let (words, code, named) = match does {
                Does::OpensNone => continue,
                Does::Refuses(words, code) => (words, code, true),
                Does::RefusedBefore(words) => (words, 1, engine == Engine::Postgres && name == "demo"),
            };
            let said = if name == "serve" {
                match Server::try_start(&made) {
                    Err(said) => said,
                    Ok(_) => panic!("it serves a newer database"),
                }
            } else {
                made.mingcha(words).input("a long enough password\n").said()
            };
            let all = format!("{}{}", said.out, said.err);
            assert_eq!(said.code, Some(code), "{name}: {all}");
            assert_eq!(all.contains("999_future") && all.contains("更新的版本"), named, "{name}: {all}");
        }
        assert!(!made.folder.path().join("out.zip").exists());
        made.sql("DELETE FROM migration WHERE name = '999_future'");
        assert_eq!(made.mingcha(&["audit", "verify"]).said().code, Some(0), "nothing was touched");
        assert!(made.mingcha(&["user", "list"]).said().out.is_empty());
    }

    fn a_backup_holds_everything_or_is_none(engine) {
        let made = Installation::new(engine);
        for (make, unmake, named) in [
            ("CREATE TABLE future (id TEXT)", "DROP TABLE future", "future"),
            ("ALTER TABLE agency ADD COLUMN future TEXT", "ALTER TABLE agency DROP COLUMN future", "agency.future"),
        ] {
            made.sql(make);
            let said = made.mingcha(&["backup", "out.zip"]).said();
            assert_eq!(said.code, Some(1), "{}", said.err);
            assert!(said.err.contains("OPS-009") && said.err.contains(named), "{}", said.err);
            assert_eq!(fs::read_dir(made.folder.path()).unwrap().count(), 1, "the home alone");
            made.sql(unmake);
        }
        assert_eq!(made.mingcha(&["backup", "out.zip"]).said().code, Some(0));
    }
}
