//! Backup and restore within and across the databases, damaged backups, targets that are not empty, and the doctor.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use app::check::{Check, Name, Verdict};
use app::upkeep::{BackupReport, Patient, RESTORE_MARKER, RestoreTarget, backup, doctor, restore};
use app::{Config, Error, StoreConfig};
use domain::agency::AgencyLevel;
use domain::ids::{AgencyId, FileId};
use domain::role::Role;
use files::FileStore;
use store::repo::file::File;
use store::{Engine, Store, StoreError};
use tempfile::TempDir;
use testkit::{PASSWORD, World, on_both};

/// Agencies whose parents have later ids, people, a session, a sealed log, two files, characters that break formats.
async fn furnish(world: &World) -> AgencyId {
    fs::set_permissions(world.folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let city = world.agency("130300", "秦皇岛市市场监督管理局", AgencyLevel::City, None).await;
    for (code, name) in [("130302", "海港区\t局\n\"一\"\\N"), ("1303KF", "开发区分局")] {
        world.agency(code, name, AgencyLevel::County, Some("130300")).await;
    }
    world.person("clerk", "王经办", city, Role::Clerk).await;
    world.person("admin", "李管理", city, Role::Administrator).await;
    let public = world.platform.ctx(app::Actor::Public, "test");
    app::account::sign_in(&world.platform, &public, "clerk", PASSWORD, None).await.unwrap();
    app::audit::seal_once(&world.platform, true).await.unwrap();
    let files = FileStore::open(world.folder.path().join("files")).unwrap();
    let store = world.store().await;
    let mut tx = store.write().await.unwrap();
    for (n, bytes) in [&b"one"[..], &[0, 159, 146, 150]].into_iter().enumerate() {
        let stored = files.put(bytes).unwrap();
        let ctx = world.system();
        let row = File {
            id: FileId::from_parts(ctx.ms(), ctx.ten()),
            digest: stored.digest,
            size: i64::try_from(stored.size).unwrap(),
            media_type: "application/octet-stream".to_owned(),
            name: format!("附件{n}"),
            purpose: "upload".to_owned(),
            subject_kind: "test".to_owned(),
            subject_id: n.to_string(),
            agency_id: Some(city),
            created_by: "system".to_owned(),
            created_at: ctx.now,
        };
        store::repo::file::insert(&mut tx, &row).await.unwrap();
    }
    tx.commit().await.unwrap();
    store.close().await;
    fs::create_dir_all(world.folder.path().join("tls")).unwrap();
    fs::write(world.folder.path().join("tls/ca.pem"), "not a certificate").unwrap();
    fs::write(world.folder.path().join("mingcha.toml"), "listen = \"127.0.0.1:9999\"\ndatabase = \"postgres://old\"\n")
        .unwrap();
    city
}

async fn back_up(world: &World, target: &Path) -> Result<BackupReport, Error> {
    backup(&world.platform, world.folder.path(), target, false, &mut |_, _, _| {}).await
}

async fn bring_back(backup: &Path, target: &RestoreTarget) -> Result<app::upkeep::RestoreReport, Error> {
    let now = "2021-05-06T09:00:00+08:00".parse().unwrap();
    restore(backup, target, now, &mut |_, _, _| {}).await
}

/// An empty target of an engine; the folder goes when it is dropped.
async fn empty_target(engine: Engine) -> (TempDir, RestoreTarget) {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let store = match engine {
        Engine::Sqlite => StoreConfig::SqliteFile(home.join("mingcha.db")),
        Engine::Postgres => {
            let world = World::new(engine).await;
            world.platform.close().await;
            world.store_config.clone()
        }
    };
    (folder, RestoreTarget { home, store })
}

/// Every row of every table that a backup holds, as text, by SQL of the test's own.
async fn all_rows(config: &StoreConfig) -> Vec<String> {
    let store = Store::open(config).await.unwrap();
    let mut conn = store.read().await.unwrap();
    let mut rows = Vec::new();
    for table in store::tables_after(store::migration_names().len()) {
        if store::dump::LEFT_OUT.contains(&table.name) {
            continue;
        }
        let columns: Vec<String> =
            table.columns.iter().map(|c| format!("COALESCE(CAST({} AS TEXT), '<null>')", c.name)).collect();
        let sql = format!("SELECT {} AS line FROM {}", columns.join(" || '|' || "), table.name);
        for row in conn.rows(&sql, vec![]).await.unwrap() {
            rows.push(format!("{}: {}", table.name, row.text("line").unwrap()));
        }
    }
    rows.sort();
    drop(conn);
    store.close().await;
    rows
}

async fn engine_of(world: &World) -> Engine {
    let store = world.store().await;
    let engine = store.engine();
    store.close().await;
    engine
}

async fn round_trip(world: &World, into: Engine, name: &str) {
    furnish(world).await;
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join(name);
    let report = back_up(world, &out).await.unwrap();
    assert_eq!((report.files, report.home.len(), report.missing.len()), (2, 2, 0));
    assert!(!report.tables.iter().any(|(table, _)| ["session", "password_try", "known_address"].contains(&&**table)));
    let (_keep, target) = empty_target(into).await;
    let restored = bring_back(&out, &target).await.unwrap();
    assert_eq!(restored.tables.iter().map(|t| t.found).sum::<u64>(), report.rows);
    let (expected, found) = (all_rows(&world.store_config).await, all_rows(&target.store).await);
    assert!(expected.len() > 20);
    assert_eq!(expected, found);
    assert!(!target.home.join(RESTORE_MARKER).exists());
    // The restored installation works: its log holds, its files are whole, a person signs in, none is signed in.
    let platform = app::open(Config {
        store: target.store.clone(),
        files: target.home.join("files"),
        clock: world.clock.clone(),
        base_url: String::new(),
        site_url: None,
        printer: None,
    })
    .await
    .unwrap();
    let audit = app::audit::verify(&platform, &platform.ctx(app::Actor::System, "test"), None).await.unwrap();
    assert_eq!((audit.faults.len(), audit.events), (0, audit.sealed));
    let public = platform.ctx(app::Actor::Public, "test");
    app::account::sign_in(&platform, &public, "clerk", PASSWORD, None).await.unwrap();
    platform.close().await;
    let files = FileStore::open(target.home.join("files")).unwrap();
    assert_eq!(files.list().unwrap().len(), 2);
    let toml = fs::read_to_string(target.home.join("mingcha.toml")).unwrap();
    assert!(
        restored.database_line_switched_off && toml.contains("# database") && toml.contains("\nlisten")
            || toml.starts_with("listen")
    );
    assert_eq!(fs::read_to_string(target.home.join("tls/ca.pem")).unwrap(), "not a certificate");
}

on_both! {
    async fn a_zip_comes_back_into_the_same_engine(world) {
        let engine = engine_of(&world).await;
        round_trip(&world, engine, "backup.zip").await;
    }

    async fn a_folder_comes_back_into_the_other_engine(world) {
        let other = match engine_of(&world).await {
            Engine::Sqlite => Engine::Postgres,
            Engine::Postgres => Engine::Sqlite,
        };
        round_trip(&world, other, "backup").await;
    }

    async fn what_one_engine_refuses_the_other_refuses_too(world) {
        let store = world.store().await;
        let mut tx = store.write().await.unwrap();
        let sql = "INSERT INTO counter (name, value) VALUES ($1, $2)";
        let refused = tx.execute(sql, store::values!["a\0b", 1_i64]).await;
        assert!(matches!(refused, Err(StoreError::NulInText)), "{refused:?}");
        let rows = vec![store::values!["甲", 1_i64], store::values!["乙\0", 1_i64]];
        let refused = store::insert_rows(&mut tx, "counter", &["name", "value"], rows).await;
        assert!(matches!(refused, Err(StoreError::NulInText)), "{refused:?}");
        // A transaction in which something was refused is undone as a whole, on both engines.
        let undone = tx.commit().await;
        assert!(matches!(undone, Err(StoreError::Undone)), "{undone:?}");
        let mut tx = store.write().await.unwrap();
        tx.execute(sql, store::values!["丙", 1_i64]).await.unwrap();
        tx.commit().await.unwrap();
        let mut conn = store.read().await.unwrap();
        let asked = conn.int("SELECT COUNT(*) FROM counter WHERE name = $1", store::values!["a\0b"]).await;
        assert!(matches!(asked, Err(StoreError::NulInText)), "{asked:?}");
        let held = "SELECT COUNT(*) FROM counter WHERE name IN ($1, $2)";
        assert_eq!(conn.int(held, store::values!["甲", "丙"]).await.unwrap(), 1);
        drop(conn);
        store.close().await;
        let error = app::Error::from(StoreError::NulInText);
        assert_eq!((error.kind, error.code), (app::ErrorKind::Invalid, "CORE-105"));
        let other = if engine_of(&world).await == Engine::Sqlite { Engine::Postgres } else { Engine::Sqlite };
        round_trip(&world, other, "nul.zip").await;
    }

    async fn the_scripts_and_the_live_schema_agree(world) {
        let store = world.store().await;
        let tables = store::tables_after(store::migration_names().len());
        let mut conn = store.read().await.unwrap();
        for table in &tables {
            let mut live = store::dump::live_columns(&mut conn, table).await.unwrap();
            let mut known: Vec<String> = table.columns.iter().map(|c| c.name.to_owned()).collect();
            live.sort();
            known.sort();
            assert_eq!(live, known, "{}", table.name);
        }
        let mut live = store::dump::live_tables(&mut conn).await.unwrap();
        drop(conn);
        live.retain(|name| name != "migration");
        let mut known: Vec<String> = tables.iter().map(|t| t.name.to_owned()).collect();
        known.sort();
        assert_eq!(live, known);
        store.close().await;
    }

    async fn writers_go_on_while_a_backup_is_made_of_one_moment(world) {
        let city = furnish(&world).await;
        let writing = async {
            for n in 0..20 {
                world.person(&format!("p{n}"), "赵同时", city, Role::Inspector).await;
            }
        };
        let folder = tempfile::tempdir().unwrap();
        let copying = async {
            let mut reports = Vec::new();
            for n in 0..5 {
                reports.push(back_up(&world, &folder.path().join(format!("{n}.zip"))).await.unwrap());
                tokio::task::yield_now().await;
            }
            reports
        };
        let ((), reports) = tokio::join!(writing, copying);
        for report in &reports {
            let rows = |name: &str| report.tables.iter().find(|(table, _)| table == name).unwrap().1;
            // Five commands made each installation of `furnish`; after it each account is one event and each post one.
            let (accounts, posts, events) = (rows("account"), rows("post"), rows("event"));
            assert_eq!(events, 3 + accounts + posts + 1, "an event and its fact are seen together");
        }
        let (_keep, target) = empty_target(engine_of(&world).await).await;
        bring_back(&folder.path().join("4.zip"), &target).await.unwrap();
    }

    async fn a_damaged_backup_is_refused_with_its_place(world) {
        furnish(&world).await;
        let folder = tempfile::tempdir().unwrap();
        let whole = folder.path().join("whole");
        back_up(&world, &whole).await.unwrap();
        let manifest: serde_json::Value =
            serde_json::from_slice(&fs::read(whole.join("manifest.json")).unwrap()).unwrap();
        let file = manifest["files"][0]["path"].as_str().unwrap().to_owned();
        let engine = engine_of(&world).await;
        for part in ["manifest.json", "tables/agency.jsonl", "tables/event.jsonl", &file, "home/tls/ca.pem"] {
            let path = whole.join(part);
            let good = fs::read(&path).unwrap();
            for damage in ["a byte", "the end", "everything"] {
                match damage {
                    "a byte" => {
                        let mut bad = good.clone();
                        let middle = bad.len() / 2;
                        bad[middle] ^= 1;
                        fs::write(&path, bad).unwrap();
                    }
                    "the end" => fs::write(&path, &good[..good.len() - 1]).unwrap(),
                    _ => fs::remove_file(&path).unwrap(),
                }
                let (_keep, target) = empty_target(engine).await;
                let error = bring_back(&whole, &target).await.unwrap_err();
                let expected = if part == "manifest.json" && damage == "everything" { "OPS-003" } else { "OPS-004" };
                assert_eq!(error.code, expected, "{damage} of {part}: {error}");
                assert!(expected == "OPS-003" || error.message().contains(part), "{damage} of {part}: {error}");
                assert!(!target.home.exists(), "{damage} of {part}: something was left");
                if engine == Engine::Postgres {
                    assert!(all_rows(&target.store).await.is_empty(), "{damage} of {part}: rows were left");
                }
            }
            fs::write(&path, good).unwrap();
        }
        let (_keep, target) = empty_target(engine).await;
        bring_back(&whole, &target).await.unwrap();
    }

    async fn a_target_that_is_not_empty_is_refused(world) {
        furnish(&world).await;
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("b.zip");
        back_up(&world, &out).await.unwrap();
        assert_eq!(back_up(&world, &out).await.unwrap_err().code, "OPS-001");
        let engine = engine_of(&world).await;
        let (_keep, target) = empty_target(engine).await;
        fs::create_dir_all(&target.home).unwrap();
        fs::write(target.home.join("someone's"), "own").unwrap();
        assert_eq!(bring_back(&out, &target).await.unwrap_err().code, "OPS-005");
        assert_eq!(fs::read_to_string(target.home.join("someone's")).unwrap(), "own");
        // A database with rows, and a home that is empty.
        let full = RestoreTarget { home: folder.path().join("home"), store: world.store_config.clone() };
        let before = all_rows(&world.store_config).await;
        assert_eq!(bring_back(&out, &full).await.unwrap_err().code, "OPS-006");
        assert!(!full.home.exists());
        assert_eq!(all_rows(&world.store_config).await, before);
        let none = bring_back(&folder.path().join("none.zip"), &target).await.unwrap_err();
        assert_eq!(none.code, "OPS-003");
    }

    async fn a_newer_backup_is_refused(world) {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("b");
        back_up(&world, &out).await.unwrap();
        let path = out.join("manifest.json");
        let text = fs::read_to_string(&path).unwrap().replace("\"001_core\",", "\"001_core\", \"999_later\",");
        fs::write(&path, &text).unwrap();
        let digest = sha2::Sha256::digest(text.as_bytes());
        fs::write(out.join("manifest.json.sha256"), hex::encode(digest)).unwrap();
        let (_keep, target) = empty_target(engine_of(&world).await).await;
        assert_eq!(bring_back(&out, &target).await.unwrap_err().code, "OPS-007");
    }

    async fn a_missing_file_stops_a_backup_unless_told_otherwise(world) {
        furnish(&world).await;
        let files = FileStore::open(world.folder.path().join("files")).unwrap();
        let lost = files.list().unwrap()[0].clone();
        files.remove(&lost).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("b.zip");
        let error = back_up(&world, &out).await.unwrap_err();
        assert_eq!(error.code, "OPS-002");
        assert!(error.message().contains(&lost));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
        let report = backup(&world.platform, world.folder.path(), &out, true, &mut |_, _, _| {}).await.unwrap();
        assert_eq!((report.missing, report.files), (vec![lost.clone()], 1));
        let (_keep, target) = empty_target(engine_of(&world).await).await;
        assert_eq!(bring_back(&out, &target).await.unwrap().missing, [lost]);
    }

    async fn the_doctor_finds_a_whole_installation_well(world) {
        furnish(&world).await;
        let checks = examine(&world, false).await;
        assert_eq!(checks.iter().map(|c| c.name).collect::<Vec<_>>(), Name::ALL[..11]);
        assert!(checks.iter().all(|c| c.verdict == Verdict::Ok), "{checks:#?}");
    }

    async fn what_refuses_changes_of_final_rows_is_looked_at(world) {
        furnish(&world).await;
        let guards = async |mend: bool| {
            let checks = examine(&world, mend).await;
            checks.into_iter().find(|check| check.name == Name::Guards).unwrap()
        };
        let is_fault = async |script: &str, words: &[&str]| {
            testkit::run_sql(&world.store_config, script).await;
            let check = guards(false).await;
            assert_eq!(check.verdict, Verdict::Fault, "{script}: {check:?}");
            assert!(words.iter().all(|word| check.found.contains(word)), "{script}: {check:?}");
            assert!(!check.mend.is_empty());
        };
        let fine = guards(false).await;
        assert_eq!(fine.verdict, Verdict::Ok, "{fine:?}");
        if engine_of(&world).await == Engine::Sqlite {
            is_fault("DROP TRIGGER event_is_kept", &["缺少触发器 event_is_kept"]).await;
            is_fault(
                "DROP TRIGGER drawn_is_append_only;
                 CREATE TRIGGER drawn_is_append_only BEFORE UPDATE ON drawn BEGIN SELECT 1; END",
                &["触发器 drawn_is_append_only 的内容被改动", "event_is_kept"],
            ).await;
            let mended = guards(true).await;
            assert_eq!(mended.verdict, Verdict::Mended, "{mended:?}");
            assert!(mended.found.contains("event_is_kept") && mended.mend.contains("audit verify"), "{mended:?}");
            assert_eq!(guards(false).await.verdict, Verdict::Ok);
            is_fault(
                "CREATE TRIGGER helper AFTER INSERT ON drawn BEGIN UPDATE draw SET seed = 'x'; END",
                &["表 drawn 上有不属于本系统的触发器 helper"],
            ).await;
            assert_eq!(guards(true).await.verdict, Verdict::Fault, "what is none of ours is for a person to look at");
            return;
        }
        // Roles belong to the whole server: this one is this test's alone, and goes.
        let role = format!("mingcha_guard_{}", std::process::id());
        testkit::run_sql(&world.store_config, &format!("CREATE ROLE {role}")).await;
        world.platform.grant_application_role(&role).await.unwrap();
        assert_eq!(guards(false).await.verdict, Verdict::Ok);
        is_fault(&format!("GRANT DELETE ON publication TO {role}"), &[&role, "publication", "DELETE"]).await;
        world.platform.grant_application_role(&role).await.unwrap();
        assert_eq!(guards(false).await.verdict, Verdict::Ok, "granting anew takes away what is too much");
        is_fault(&format!("GRANT UPDATE (name) ON drawn TO {role}"), &[&role, "drawn", "UPDATE"]).await;
        is_fault(&format!("REVOKE ALL ON drawn FROM {role}; GRANT TRUNCATE ON event TO {role}"), &["event", "TRUNCATE"]).await;
        is_fault(&format!("REVOKE ALL ON event FROM {role}; GRANT UPDATE ON assignment TO PUBLIC"), &["PUBLIC", "assignment"]).await;
        testkit::run_sql(&world.store_config, &format!("REVOKE ALL ON assignment FROM PUBLIC; DROP OWNED BY {role}; DROP ROLE {role}")).await;
        assert_eq!(guards(false).await.verdict, Verdict::Ok);
    }

    async fn a_setting_of_a_removed_rule_counts_for_nothing_and_is_named(world) {
        let agency = world.agency("130300", "秦皇岛市市场监督管理局", AgencyLevel::City, None).await;
        let store = world.store().await;
        let book = async || {
            let mut conn = store.read().await.unwrap();
            let path = store::repo::agency::by_id_unscoped(&mut conn, agency).await.unwrap().path;
            kernel::rulebook::in_force(&mut conn, &path, None).await
        };
        let set = async |id: &str, name: &str, value: &str| {
            let setting = store::repo::rulebook::Setting {
                scope_kind: "agency".to_owned(),
                scope_id: agency.to_string(),
                name: name.to_owned(),
                value: value.to_owned(),
                basis: "x".to_owned(),
            };
            let mut tx = store.write().await.unwrap();
            store::repo::rulebook::set(&mut tx, id, &setting, "system", world.platform.now()).await.unwrap();
            tx.commit().await.unwrap();
        };
        let rules = async || {
            let checks = examine(&world, false).await;
            checks.into_iter().find(|check| check.name == Name::Rules).unwrap()
        };
        assert_eq!(rules().await.verdict, Verdict::Ok);
        set("a", "visits_per_day", "{\"type\":\"count\",\"value\":7}").await;
        assert_eq!(rules().await.verdict, Verdict::Ok);
        // As an older version left it behind.
        set("b", "replacement_approver", "{\"type\":\"role\",\"value\":\"leader\"}").await;
        assert_eq!(book().await.unwrap().visits_per_day(), 7, "the others count");
        let found = rules().await;
        assert_eq!(found.verdict, Verdict::Warning);
        assert!(found.found.contains("replacement_approver") && !found.mend.is_empty(), "{found:?}");
        // A value that a rule does not take is no removed rule: it is a fault.
        set("c", "visits_per_day", "{\"type\":\"count\",\"value\":99}").await;
        assert!(book().await.is_err());
        let found = rules().await;
        assert_eq!(found.verdict, Verdict::Fault);
        assert!(found.found.contains("visits_per_day"), "{found:?}");
        store.close().await;
    }

    async fn the_doctor_names_each_fault(world) {
        furnish(&world).await;
        let home = world.folder.path();
        let expect = |checks: &[Check], name: Name, verdict: Verdict, word: &str| {
            let check = checks.iter().find(|c| c.name == name).unwrap();
            assert_eq!(check.verdict, verdict, "{check:?}");
            assert!(check.found.contains(word), "{check:?}");
            let wants_mend = matches!(verdict, Verdict::Fault | Verdict::Warning);
            assert_eq!(check.mend.is_empty(), !wants_mend, "{check:?}");
        };
        // Others may read the home.
        fs::set_permissions(home, fs::Permissions::from_mode(0o755)).unwrap();
        expect(&examine(&world, false).await, Name::Home, Verdict::Fault, "755");
        expect(&examine(&world, true).await, Name::Home, Verdict::Mended, "");
        expect(&examine(&world, false).await, Name::Home, Verdict::Ok, "");
        // A byte of a file, then the whole file.
        let files = FileStore::open(home.join("files")).unwrap();
        let digest = files.list().unwrap()[0].clone();
        fs::write(files.path_of(&digest).unwrap(), b"onf").unwrap();
        expect(&examine(&world, false).await, Name::Files, Verdict::Fault, &digest);
        files.remove(&digest).unwrap();
        expect(&examine(&world, true).await, Name::Files, Verdict::Fault, "缺少 1 个");
        // An orphan of today, and one of long ago with a left-over upload.
        let orphan = files.put(b"orphan").unwrap().digest;
        let orphan = files.path_of(&orphan).unwrap();
        world.clock.set(&now_plus_days(0));
        expect(&examine(&world, false).await, Name::Orphans, Verdict::Ok, "");
        fs::write(files.incoming().join("left"), b"over").unwrap();
        world.clock.set(&now_plus_days(2));
        expect(&examine(&world, false).await, Name::Orphans, Verdict::Warning, "1 个文件超过一天");
        assert!(orphan.exists());
        expect(&examine(&world, true).await, Name::Orphans, Verdict::Mended, "2 个");
        assert!(!orphan.exists());
        expect(&examine(&world, false).await, Name::Orphans, Verdict::Ok, "");
        // The clock is behind the newest event.
        world.clock.set("2021-05-06T08:00:00+08:00");
        expect(&examine(&world, false).await, Name::Log, Verdict::Fault, "时钟");
        world.clock.set("2021-05-06T10:00:00+08:00");
        expect(&examine(&world, false).await, Name::Log, Verdict::Ok, "");
        // A year without data, and November of the last year with data.
        world.clock.set("2040-02-01T10:00:00+08:00");
        expect(&examine(&world, false).await, Name::Calendar, Verdict::Fault, "2040");
        let last = domain::calendar::Calendar::statutory().years().map(|y| y.year()).max().unwrap();
        world.clock.set(&format!("{last}-10-31T10:00:00+08:00"));
        expect(&examine(&world, false).await, Name::Calendar, Verdict::Ok, &last.to_string());
        world.clock.set(&format!("{last}-11-01T10:00:00+08:00"));
        expect(&examine(&world, false).await, Name::Calendar, Verdict::Warning, &(last + 1).to_string());
        // A job that nobody begins.
        let store = world.store().await;
        let mut tx = store.write().await.unwrap();
        tx.execute(
            "INSERT INTO job (id, kind, state, title, payload, subject_kind, subject_id, created_by, created_at)
             VALUES ('j', 'x', 'queued', '停着的作业', '{}', '', '', 'system', 0)",
            vec![],
        )
        .await
        .unwrap();
        // An event changed behind the log's back.
        if tx.engine() == Engine::Sqlite {
            tx.script("DROP TRIGGER event_is_append_only").await.unwrap();
        }
        tx.execute("UPDATE event SET actor_name = '别人' WHERE id = (SELECT MIN(id) FROM event)", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        let checks = examine(&world, false).await;
        expect(&checks, Name::Jobs, Verdict::Fault, "停着的作业");
        expect(&checks, Name::Log, Verdict::Fault, "已被改动");
        // A step of the schema that is not taken.
        let mut tx = store.write().await.unwrap();
        tx.execute("DELETE FROM migration WHERE name = '004_assign'", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
        let checks = examine(&world, false).await;
        expect(&checks, Name::Schema, Verdict::Fault, "004_assign");
        expect(&checks, Name::Log, Verdict::Skipped, "");
    }

    async fn the_doctor_sees_what_cannot_be_opened(world) {
        let mut patient = patient(&world, false);
        patient.home = world.folder.path().join("nowhere");
        let checks = doctor(&patient, app::AREAS, &mut |_, _, _| {}).await;
        assert_eq!((checks.len(), checks[0].verdict), (11, Verdict::Fault));
        assert!(checks[1..].iter().all(|c| c.verdict == Verdict::Skipped));
        assert!(!patient.home.exists(), "examining makes nothing");
        fs::create_dir(&patient.home).unwrap();
        fs::set_permissions(&patient.home, fs::Permissions::from_mode(0o700)).unwrap();
        fs::write(patient.home.join("mingcha.db"), vec![7; 8192]).unwrap();
        patient.store = match engine_of(&world).await {
            Engine::Sqlite => StoreConfig::SqliteFile(patient.home.join("mingcha.db")),
            Engine::Postgres => match &world.store_config {
                // A database that is not there on a server that is: refused at once, without waiting for the server.
                StoreConfig::PostgresUrl(url) => StoreConfig::PostgresUrl(format!("{url}_none")),
                other => other.clone(),
            },
        };
        let checks = doctor(&patient, app::AREAS, &mut |_, _, _| {}).await;
        assert_eq!((checks[0].verdict, checks[1].verdict), (Verdict::Ok, Verdict::Fault), "{checks:?}");
        fs::write(patient.home.join(RESTORE_MARKER), "").unwrap();
        let checks = doctor(&patient, app::AREAS, &mut |_, _, _| {}).await;
        assert_eq!((checks[0].verdict, checks[1].verdict), (Verdict::Fault, Verdict::Skipped));
    }
}

use sha2::Digest as _;

fn patient(world: &World, mend: bool) -> Patient {
    Patient {
        home: world.folder.path().to_owned(),
        files: world.folder.path().join("files"),
        store: world.store_config.clone(),
        clock: world.clock.clone(),
        mend,
    }
}

async fn examine(world: &World, mend: bool) -> Vec<Check> {
    doctor(&patient(world, mend), app::AREAS, &mut |_, _, _| {}).await
}

/// The machine's time, some days on: files carry the machine's dates.
#[allow(clippy::disallowed_methods)]
fn now_plus_days(days: i64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let ms = i64::try_from(now.as_millis()).unwrap() + days * 86_400_000;
    domain::time::Instant::from_unix_ms(ms).rfc3339()
}
