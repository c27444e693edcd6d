//! Backup and restore from the command line, and what is left when they are killed at their named points.

use std::fs;

use crate::run::{Engine, Installation, on_both};

on_both! {
    fn a_backup_comes_back(engine) {
        let made = Installation::new(engine);
        fs::create_dir(made.home.join("tls")).unwrap();
        fs::write(made.home.join("tls/ca.pem"), "x").unwrap();
        let said = made.mingcha(&["backup", "out.zip"]).said();
        assert_eq!(said.code, Some(0), "{}", said.err);
        assert!(said.out.lines().any(|line| line == "agency\t1"), "{}", said.out);
        assert!(said.err.contains("1 个文件") && said.err.contains("配置与证书 1 个"), "{}", said.err);
        assert!(!said.out.contains("session"));
        made.mingcha(&["backup", "out.zip"]).snapshot("upkeep/backup-again");
        made.mingcha(&["restore", "out.zip"]).snapshot("upkeep/restore-home-not-empty");
        Installation::place(engine).mingcha(&["restore", "none.zip"]).snapshot("upkeep/restore-no-backup");
        let backup = made.folder.path().join("out.zip").display().to_string();
        let target = Installation::place(engine);
        let said = target.mingcha(&["restore", &backup, "--json"]).said();
        assert_eq!(said.code, Some(0), "{}", said.err);
        let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!((&report["files"], &report["home"][0]), (&serde_json::json!(1), &serde_json::json!("home/tls/ca.pem")));
        assert_eq!(fs::read_to_string(target.file()).unwrap(), "abc");
        assert_eq!(target.mingcha(&["audit", "verify"]).said().code, Some(0));
        let again = target.mingcha(&["restore", &backup]).said();
        assert_eq!(again.code, Some(1), "a second restore over the first");
    }

    fn a_changed_byte_is_refused(engine) {
        let made = Installation::new(engine);
        assert_eq!(made.mingcha(&["backup", "out"]).said().code, Some(0));
        let backup = made.folder.path().join("out");
        fs::write(backup.join("tables/agency.jsonl"), "[]\n").unwrap();
        let target = Installation::place(engine);
        let said = target
            .mingcha(&["restore", &backup.display().to_string()])
            .hide(&made.folder.path().display().to_string(), "[MADE]")
            .snapshot("upkeep/restore-damaged");
        assert_eq!(said.code, Some(1));
        assert!(!target.home.exists());
    }

    fn a_killed_backup_is_none(engine) {
        let made = Installation::new(engine);
        for out in ["out.zip", "out"] {
            let killed = made.mingcha(&["backup", out]).env("MINGCHA_KILL_AT", "backup.tables").said();
            assert_eq!(killed.code, None, "{}", killed.err);
            assert!(!made.folder.path().join(out).exists());
            assert_eq!(made.mingcha(&["backup", out]).said().code, Some(0), "the next run begins anew");
        }
        assert_eq!(fs::read_dir(made.folder.path()).unwrap().count(), 3, "home and two backups");
    }

    fn parts_of_dead_backups_are_removed_and_nothing_else(engine) {
        let made = Installation::new(engine);
        let beside = |name: &str| made.folder.path().join(name);
        for out in ["one.zip", "two"] {
            let killed = made.mingcha(&["backup", out]).env("MINGCHA_KILL_AT", "backup.tables").said();
            assert_eq!(killed.code, None, "{}", killed.err);
            assert!(beside(&format!("{out}.mingcha-part")).exists());
        }
        fs::write(beside("other.zip.part"), "another program's").unwrap();
        fs::write(beside("alive.zip.mingcha-part"), "").unwrap();
        let alive = fs::File::open(beside("alive.zip.mingcha-part")).unwrap();
        alive.try_lock().unwrap();
        let said = made.mingcha(&["backup", "alive.zip"]).said();
        assert!(said.code == Some(1) && said.err.contains("OPS-010"), "somebody writes it: {}", said.err);
        assert_eq!(made.mingcha(&["backup", "three.zip"]).said().code, Some(0));
        let mut left: Vec<_> =
            fs::read_dir(made.folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        left.sort();
        assert_eq!(left, ["alive.zip.mingcha-part", "home", "other.zip.part", "three.zip"]);
    }

    fn a_killed_restore_leaves_nothing_usable_and_can_be_repeated(engine) {
        let made = Installation::new(engine);
        assert_eq!(made.mingcha(&["backup", "out.zip"]).said().code, Some(0));
        let backup = made.folder.path().join("out.zip").display().to_string();
        for point in ["restore.files", "restore.loaded", "restore.committed"] {
            let target = Installation::place(engine);
            let killed = target.mingcha(&["restore", &backup]).env("MINGCHA_KILL_AT", point).said();
            assert_eq!(killed.code, None, "{point}: {}", killed.err);
            for words in [&["user", "list"][..], &["migrate"], &["backup", "x.zip"]] {
                let said = target.mingcha(words).said();
                assert_eq!(said.code, Some(1), "{point}: {words:?}");
                assert!(said.err.contains("恢复没有完成"), "{point}: {}", said.err);
            }
            // To verify the log is to judge it, and 1 would be the verdict.
            let audit = target.mingcha(&["audit", "verify"]).said();
            assert_eq!((audit.code, audit.out.as_str()), (Some(2), ""), "{point}: {}", audit.err);
            assert!(audit.err.contains("恢复没有完成"), "{point}: {}", audit.err);
            let doctor = target.mingcha(&["doctor"]).said();
            assert!(doctor.code == Some(1) && doctor.out.contains("恢复没有完成"), "{point}: {}", doctor.out);
            let again = target.mingcha(&["restore", &backup]).said();
            assert_eq!(again.code, Some(0), "{point}: {}", again.err);
            let doctor = target.mingcha(&["doctor"]).said();
            assert_eq!(doctor.code, Some(0), "{point}: {}", doctor.out);
        }
    }
}
