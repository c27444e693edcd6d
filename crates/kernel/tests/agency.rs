//! The organisation tree.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use app::ErrorKind;
use app::agency::{NewAgency, add, list, root_name};
use domain::agency::{AgencyKind, AgencyLevel, AgencyPath};
use domain::role::Role;
use testkit::on_both;

fn new(code: &str, parent: Option<&str>) -> NewAgency {
    NewAgency {
        code: code.to_owned(),
        name: format!("{code}市场监督管理局"),
        short_name: code.to_owned(),
        level: AgencyLevel::County,
        kind: AgencyKind::Bureau,
        parent_code: parent.map(str::to_owned),
        division: None,
        contact: String::new(),
        phone: String::new(),
    }
}

on_both! {
    async fn a_scope_ends_at_its_own_branch(world) {
        let city = world.agency("130300", "市局", AgencyLevel::City, None).await;
        let county = world.agency("130302", "海港区局", AgencyLevel::County, Some("130300")).await;
        world.agency("13030", "名字相近的局", AgencyLevel::County, Some("130300")).await;
        world.agency("1303KF", "开发区分局", AgencyLevel::County, Some("130300")).await;
        let admin = world.person("admin", "李", city, Role::Administrator).await;
        let county_admin = world.person("county", "赵", county, Role::Administrator).await;
        let codes = |agencies: Vec<app::Agency>| agencies.into_iter().map(|a| a.code).collect::<Vec<_>>();
        assert_eq!(codes(list(&world.platform, &world.as_post(&admin)).await.unwrap()), ["130300", "13030", "130302", "1303KF"]);
        assert_eq!(codes(list(&world.platform, &world.as_post(&county_admin)).await.unwrap()), ["130302"]);

        let ctx = world.as_post(&county_admin);
        add(&world.platform, &ctx, new("130302S01", Some("130302"))).await.unwrap();
        assert_eq!(add(&world.platform, &ctx, new("130303", Some("130300"))).await.unwrap_err().kind, ErrorKind::NotFound);
    }

    async fn one_installation_has_one_top_and_its_owner_makes_it(world) {
        let owner = world.system();
        assert_eq!(root_name(&world.platform).await.unwrap(), None);
        assert_eq!(add(&world.platform, &owner, new("130302", Some("130300"))).await.unwrap_err().fields[0].code, "AGCY-003");
        let city = world.agency("130300", "市局", AgencyLevel::City, None).await;
        let admin = world.person("admin", "李", city, Role::Administrator).await;
        let second = |error: app::Error| (error.fields[0].field, error.fields[0].code);
        assert_eq!(second(add(&world.platform, &owner, new("000001", None)).await.unwrap_err()), ("parent", "AGCY-007"));
        let by_admin = add(&world.platform, &world.as_post(&admin), new("000001", None)).await.unwrap_err();
        assert_eq!(second(by_admin), ("parent", "AGCY-004"));
        // What sorts before the top is not it.
        add(&world.platform, &world.as_post(&admin), new("000001", Some("130300"))).await.unwrap();
        assert_eq!(root_name(&world.platform).await.unwrap().as_deref(), Some("市局"));
        let mut above = "000001".to_owned();
        for level in 3..=AgencyPath::DEPTH_MAX {
            let code = format!("L{level}");
            add(&world.platform, &world.as_post(&admin), new(&code, Some(&above))).await.unwrap();
            above = code;
        }
        let deep = add(&world.platform, &world.as_post(&admin), new("L9", Some(&above))).await.unwrap_err();
        assert_eq!(second(deep), ("parent", "AGCY-008"));
    }

    /// Two who ask at once, whatever each has seen: the index decides.
    async fn the_database_holds_no_second_top(world) {
        world.agency("130300", "市局", AgencyLevel::City, None).await;
        let store = world.store().await;
        let mut tx = store.write().await.unwrap();
        let mut second = store::repo::agency::root(&mut tx).await.unwrap().unwrap();
        second.id = domain::ids::AgencyId::from_bytes([7; 16]);
        second.code = "000001".parse().unwrap();
        second.path = domain::agency::AgencyPath::root(&second.code);
        let refused = store::repo::agency::insert(&mut tx, &second, world.platform.now()).await.unwrap_err();
        assert!(matches!(refused, store::StoreError::Duplicate(_)), "{refused:?}");
        drop(tx);
        store.close().await;
    }

    async fn bad_input_names_its_field(world) {
        let city = world.agency("130300", "市局", AgencyLevel::City, None).await;
        let admin = world.person("admin", "李", city, Role::Administrator).await;
        let clerk = world.person("clerk", "王", city, Role::Clerk).await;
        let ctx = world.as_post(&admin);
        let field = |error: app::Error| (error.fields[0].field, error.fields[0].code);
        assert_eq!(field(add(&world.platform, &ctx, new("130 302", Some("130300"))).await.unwrap_err()), ("code", "AGCY-001"));
        assert_eq!(field(add(&world.platform, &ctx, new("130302", Some("999999"))).await.unwrap_err()), ("parent", "AGCY-003"));
        for code in ["", "130300/130302", "../x", "x9", "1303_2", "-1", &"1".repeat(17)] {
            let input = NewAgency { short_name: "局".to_owned(), ..new(code, Some("130300")) };
            assert_eq!(field(add(&world.platform, &ctx, input).await.unwrap_err()), ("code", "AGCY-001"), "{code}");
        }
        add(&world.platform, &ctx, new("130300-GA", Some("130300"))).await.unwrap();
        add(&world.platform, &ctx, new("130302", Some("130300"))).await.unwrap();
        assert_eq!(field(add(&world.platform, &ctx, new("130302", Some("130300"))).await.unwrap_err()), ("code", "AGCY-002"));
        let contact = |contact: &str, phone: &str| NewAgency {
            contact: contact.to_owned(), phone: phone.to_owned(), ..new("130306", Some("130300"))
        };
        let max = domain::agency::Agency::CONTACT_CHARS_MAX;
        let long = contact(&"字".repeat(max + 1), "");
        assert_eq!(field(add(&world.platform, &ctx, long).await.unwrap_err()), ("contact", "AGCY-005"));
        assert_eq!(field(add(&world.platform, &ctx, contact("", "请打前台")).await.unwrap_err()), ("phone", "AGCY-006"));
        add(&world.platform, &ctx, contact(&"字".repeat(max), " 0335-3650001转801 ")).await.unwrap();
        let kept = list(&world.platform, &ctx).await.unwrap().into_iter().find(|a| a.code == "130306").unwrap();
        assert_eq!((kept.contact.chars().count(), kept.phone.as_str()), (max, "0335-3650001转801"));
        let unnamed = NewAgency { name: " ".to_owned(), ..new("130303", Some("130300")) };
        assert_eq!(field(add(&world.platform, &ctx, unnamed).await.unwrap_err()), ("name", "CORE-101"));
        assert_eq!(add(&world.platform, &world.as_post(&clerk), new("130304", Some("130300"))).await.unwrap_err().kind, ErrorKind::Denied);
    }
}
