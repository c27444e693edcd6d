//! Wrong flags, wrong configuration, no installation: exit code 2 or 1, the reason and the next step on standard error.

use crate::run::{Engine, Installation, mingcha};

#[test]
fn wrong_words_are_explained() {
    for (name, words) in [
        ("unknown-command", &["frobnicate"][..]),
        ("unknown-flag", &["doctor", "--frobnicate"]),
        ("missing-argument", &["verify"]),
        ("unknown-role", &["user", "add", "x", "--name", "甲", "--agency", "130300", "--role", "emperor"]),
        ("bad-database", &["doctor", "--database", "mysql://x"]),
        ("bad-listen", &["serve", "--listen", "here"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let said = mingcha(words).within(folder.path()).snapshot(&format!("usage/{name}"));
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{name}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{name} makes nothing");
    }
}

#[test]
fn a_wrong_configuration_is_explained() {
    for (name, text) in [
        ("unknown-key", "datebase = \"postgres://x\"\n"),
        ("wrong-type", "names = \"one\"\n"),
        ("not-toml", "listen 0.0.0.0\n"),
        ("key-without-certificate", "certificate_key = \"k.pem\"\n"),
        ("bad-listen", "listen = \"8080\"\n"),
    ] {
        let place = Installation::place(Engine::Sqlite);
        std::fs::create_dir(&place.home).unwrap();
        std::fs::write(place.home.join("mingcha.toml"), text).unwrap();
        let said = place.mingcha(&["doctor"]).snapshot(&format!("usage/config-{name}"));
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{name}");
    }
    let folder = tempfile::tempdir().unwrap();
    mingcha(&["doctor", "--config", "none.toml"]).within(folder.path()).snapshot("usage/config-missing");
}

#[test]
fn the_file_the_environment_and_the_flags_follow_each_other() {
    let place = Installation::place(Engine::Sqlite);
    std::fs::create_dir(&place.home).unwrap();
    std::fs::write(place.home.join("mingcha.toml"), "listen = \"from the file\"\n").unwrap();
    let heard = |run: crate::run::Run| run.said().err.lines().next().unwrap_or_default().to_owned();
    assert!(heard(place.mingcha(&["serve"])).contains("from the file"));
    let serve = || place.mingcha(&["serve"]).env("MINGCHA_LISTEN", "from the environment");
    assert!(heard(serve()).contains("from the environment"));
    let flag = place.mingcha(&["serve", "--listen", "from the flag"]).env("MINGCHA_LISTEN", "127.0.0.1:1");
    assert!(heard(flag).contains("from the flag"));
}

#[test]
fn without_an_installation_nothing_is_made() {
    for (name, words) in [
        ("user-list", &["user", "list"][..]),
        ("audit-verify", &["audit", "verify"]),
        ("backup", &["backup", "out.zip"]),
        ("serve", &["serve", "--listen", "127.0.0.1:0"]),
        ("doctor", &["doctor"]),
    ] {
        let place = Installation::place(Engine::Sqlite);
        let said = place.mingcha(words).snapshot(&format!("nothing/{name}"));
        // The doctor judges, and finds a fault; the others were given a folder that is not there.
        assert_eq!(said.code, Some(if name == "doctor" { 1 } else { 2 }), "{name}");
        assert!(!place.home.exists(), "{name} makes nothing");
    }
}
