//! Migrating, people, the log of events: on both databases with the same words.

use crate::run::{Engine, Installation, on_both};

on_both! {
    fn migrating_twice_changes_nothing(engine) {
        let place = Installation::place(engine);
        let first = place.mingcha(&["migrate"]).said();
        assert_eq!(first.code, Some(0));
        assert!(first.out.lines().next().is_some_and(|line| line == "001_core"), "{}", first.out);
        let second = place.mingcha(&["migrate"]).snapshot("installation/migrate-again");
        assert_eq!((second.code, second.out.as_str()), (Some(0), ""));
        assert_eq!(place.mingcha(&["migrate", "--json"]).said().out, "{\"steps\":[]}\n");
    }

    fn people_are_added_listed_and_shut_out(engine) {
        let made = Installation::new(engine);
        let add = ["user", "add", "admin", "--name", "李管理", "--agency", "130300", "--role", "administrator"];
        made.mingcha(&add).input("a long enough password\n").snapshot("installation/user-add");
        made.mingcha(&add).input("a long enough password\n").snapshot("installation/user-add-again");
        let short = ["user", "add", "b", "--name", "乙", "--agency", "130300", "--role", "clerk"];
        made.mingcha(&short).input("short\n").snapshot("installation/user-add-short-password");
        let nowhere = ["user", "add", "c", "--name", "丙", "--agency", "999999", "--role", "clerk"];
        made.mingcha(&nowhere).input("a long enough password\n").snapshot("installation/user-add-no-agency");
        made.mingcha(&["user", "list"]).snapshot("installation/user-list");
        made.mingcha(&["user", "list", "--json"]).snapshot("installation/user-list-json");
        made.mingcha(&["user", "disable", "admin"]).snapshot("installation/user-disable");
        assert!(made.mingcha(&["user", "list"]).said().out.contains("已停用"));
        made.mingcha(&["user", "enable", "admin"]).snapshot("installation/user-enable");
        assert!(!made.mingcha(&["user", "list"]).said().out.contains("已停用"));
        made.mingcha(&["user", "disable", "nobody"]).snapshot("installation/user-disable-nobody");
        made.mingcha(&["user", "reset-password", "admin"]).input("another long password\n").snapshot("installation/user-reset");
    }

    fn the_log_is_verified(engine) {
        let made = Installation::new(engine);
        let said = made.mingcha(&["audit", "verify", "--json"]).said();
        let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!((said.code, &report["faults"], &report["events"]), (Some(0), &serde_json::json!([]), &report["sealed"]));
        let root = report["root"].as_str().unwrap().to_owned();
        made.mingcha(&["audit", "verify"]).hide(&root, "[ROOT]").snapshot("installation/audit-verify");
        assert_eq!(made.mingcha(&["audit", "verify", "--root", &root]).said().code, Some(0));
        let other = "0".repeat(64);
        made.mingcha(&["audit", "verify", "--root", &other]).hide(&root, "[ROOT]").snapshot("installation/audit-unknown-root");
        let short = made.mingcha(&["audit", "verify", "--root", "00ff"]).said();
        assert_eq!((short.code, short.out.as_str()), (Some(2), ""), "a root that is none was not judged: {}", short.err);
        tamper(&made, engine);
        let said = made.mingcha(&["audit", "verify"]).said();
        assert_eq!(said.code, Some(1));
        assert!(said.out.contains("[changed-event] ") && said.out.contains("已被改动"), "{}", said.out);
        let said = made.mingcha(&["audit", "verify", "--root", &other, "--json"]).said();
        let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!((said.code, &report["verdict"]), (Some(1), &serde_json::json!("failed")));
        let codes: Vec<_> = report["faults"].as_array().unwrap().iter().map(|fault| &fault["code"]).collect();
        assert_eq!(codes, ["changed-event", "changed-head", "unknown-root"]);
        assert_eq!(report["faults"][0]["args"]["seq"], "0");
        assert_eq!(report["faults"][2]["args"]["root"], *other);
        assert!(report["faults"][0]["text"].as_str().unwrap().contains("已被改动"), "{}", said.out);
    }

    fn a_log_that_cannot_be_read_is_not_judged(engine) {
        let made = Installation::new(engine);
        // A step that this program has not made is one that an older schema lacks.
        made.sql("DELETE FROM migration WHERE name = (SELECT max(name) FROM migration)");
        for words in [&["audit", "verify"][..], &["audit", "verify", "--json"]] {
            let said = made.mingcha(words).said();
            assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{words:?}: {}", said.err);
            assert!(said.err.contains("数据库结构需要更新") && said.err.contains("mingcha migrate"), "{}", said.err);
        }
        // Where nothing is judged, a refusal stays one.
        assert_eq!(made.mingcha(&["user", "list"]).said().code, Some(1));
    }

    fn the_doctor_on_a_sound_installation(engine) {
        let made = Installation::new(engine);
        made.mingcha(&["doctor"]).snapshot(&format!("installation/doctor-sound-{}", word(engine)));
        let said = made.mingcha(&["doctor", "--json"]).said();
        let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!((said.code, report["checks"].as_array().unwrap().len(), &report["faults"]), (Some(0), 14, &serde_json::json!(0)));
    }

    fn the_doctor_looks_at_the_address_in_qr_codes(engine) {
        let made = Installation::new(engine);
        let address = |text: &str| {
            std::fs::write(made.home.join("mingcha.toml"), text).unwrap();
            let said = made.mingcha(&["doctor", "--json"]).said();
            let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
            let found = report["checks"].as_array().unwrap().iter().find(|check| check["name"] == "address").cloned();
            let found = found.unwrap();
            assert_eq!(said.code, Some(0), "it is no fault: {}", said.err);
            (found["verdict"].as_str().unwrap().to_owned(), found["found"].as_str().unwrap().to_owned())
        };
        for (config, url) in [
            ("", "http://127.0.0.1:8080"),
            ("listen = \"0.0.0.0:8443\"", "https://127.0.0.1:8443"),
            ("public_url = \"https://localhost:8443/\"", "https://localhost:8443"),
            ("public_url = \"https://10.0.0.7\"\nsite_url = \"https://[::1]\"", "https://[::1]"),
        ] {
            let (verdict, found) = address(config);
            assert!(verdict == "warning" && found.contains(&format!("{url}，只有本机打得开")), "{config}: {found}");
        }
        for config in ["public_url = \"https://10.0.0.7:8443\"", "listen = \"10.0.0.7:8443\""] {
            assert_eq!(address(config).0, "ok", "{config}");
        }
    }

    fn the_doctor_on_a_damaged_installation(engine) {
        use std::os::unix::fs::PermissionsExt as _;
        let made = Installation::new(engine);
        std::fs::write(made.file(), "abd").unwrap();
        std::fs::set_permissions(&made.home, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::create_dir(made.home.join("tls")).unwrap();
        for name in ["server.pem", "server-key.pem"] {
            std::fs::write(made.home.join("tls").join(name), "not a certificate").unwrap();
        }
        tamper(&made, engine);
        let said = made.mingcha(&["doctor"]).said();
        assert_eq!(said.code, Some(1));
        for fault in ["home", "files", "log", "certificate"].map(|name| format!("（{name}）：")) {
            let found = said.out.lines().any(|line| line.starts_with("故障\t") && line.contains(&fault));
            assert!(found, "{fault} in {}", said.out);
        }
        // The trigger that was taken away to get at the event is missed, too.
        let faults = if engine == Engine::Sqlite { 5 } else { 4 };
        assert_eq!(said.out.matches("故障\t").count(), faults, "{}", said.out);
        // Permissions are put right; bytes and the log are not.
        let mended = made.mingcha(&["doctor", "--mend"]).said();
        assert_eq!(mended.code, Some(1));
        assert!(mended.out.contains("已处理\t安装文件夹") && mended.out.contains("故障\t文件齐全"), "{}", mended.out);
        assert!(made.mingcha(&["doctor"]).said().out.contains("正常\t安装文件夹"));
    }
}

/// Changes an event behind the log's back, as someone with the database's password could.
fn tamper(made: &Installation, engine: Engine) {
    if engine == Engine::Sqlite {
        made.sql("DROP TRIGGER event_is_append_only");
    }
    made.sql("UPDATE event SET actor_name = '别人'");
}

fn word(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    }
}
