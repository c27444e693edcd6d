//! The administrator's area: the calendar with the deadlines that it moves, the rules and their levels, agencies, accounts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use app::account::{AccountView, NewPost, OpenAccount, end_post, grant, open, page, reset_to_first, set_disabled};
use app::agency::{ChangeAgency, NewAgency, change};
use app::calendar::{ExtendCalendar, extend, preview};
use app::rule::{Level, SetRule, TypedValue, set, view};
use app::{Actor, Ctx, Error, ErrorKind, Post};
use chrono::NaiveDate;
use domain::AgencyId;
use domain::agency::{AgencyKind, AgencyLevel};
use domain::calendar::Calendar;
use domain::deadline::{Span, due_on};
use domain::ids::DeadlineId;
use domain::role::Role;
use domain::rulebook::{Rule, RuleValue, Term};
use store::repo::deadline::Deadline;
use testkit::{PASSWORD, World, on_both};

/// A city with two counties, each with an administrator.
struct City {
    north: AgencyId,
    south: AgencyId,
    admin: Post,
    north_admin: Post,
    south_admin: Post,
    clerk: Post,
}

async fn city(world: &World) -> City {
    let city = world.agency("130300", "秦皇岛市市场监督管理局", AgencyLevel::City, None).await;
    let north = world.agency("130302", "海港区市场监督管理局", AgencyLevel::County, Some("130300")).await;
    let south = world.agency("130304", "北戴河区市场监督管理局", AgencyLevel::County, Some("130300")).await;
    City {
        admin: world.person("admin", "李管理", city, Role::Administrator).await,
        north_admin: world.person("north", "赵管理", north, Role::Administrator).await,
        south_admin: world.person("south", "钱管理", south, Role::Administrator).await,
        clerk: world.person("clerk", "王经办", city, Role::Clerk).await,
        north,
        south,
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A deadline as dispatch starts it: by the calendar of that day.
async fn deadline(world: &World, agency: AgencyId, subject: &str, start: &str, span: Span, met: bool) -> Deadline {
    let ctx = world.system();
    let due = due_on(day(start), span, Calendar::statutory());
    let row = Deadline {
        id: DeadlineId::from_parts(ctx.ms(), ctx.ten()),
        kind: "receipt".to_owned(),
        subject_kind: "share".to_owned(),
        subject_id: subject.to_owned(),
        agency_id: agency,
        started_on: day(start),
        span: span.to_string(),
        due_on: due.on,
        provisional: due.provisional,
        met_on: met.then(|| day(start)),
        basis: "方案".to_owned(),
    };
    let store = world.store().await;
    let mut tx = store.write().await.unwrap();
    store::repo::deadline::insert(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    row
}

async fn due(world: &World, subject: &str) -> (String, bool) {
    let store = world.store().await;
    let mut conn = store.read().await.unwrap();
    let found = store::repo::deadline::of_subject(&mut conn, "share", subject).await.unwrap();
    drop(conn);
    store.close().await;
    (found[0].due_on.to_string(), found[0].provisional)
}

fn year_2027() -> ExtendCalendar {
    ExtendCalendar {
        year: 2027,
        notice: "国办发明电〔2026〕7号".to_owned(),
        off: "2027-01-01 2027-01-04、2月5日至2月11日".to_owned(),
        on: "01-09".to_owned(),
        seen_ms: None,
    }
}

fn refused(error: &Error) -> (ErrorKind, &'static str, Vec<(&'static str, &'static str)>) {
    (error.kind, error.code, error.fields.iter().map(|field| (field.field, field.code)).collect())
}

async fn last_event(world: &World) -> (String, serde_json::Value) {
    let store = world.store().await;
    let mut conn = store.read().await.unwrap();
    let row =
        conn.row("SELECT kind, data FROM event ORDER BY at DESC, id DESC LIMIT 1", vec![]).await.unwrap().unwrap();
    let found = (row.text("kind").unwrap(), row.json("data").unwrap());
    drop(conn);
    store.close().await;
    found
}

fn public(world: &World) -> Ctx {
    world.platform.ctx(Actor::Public, "test")
}

on_both! {
    async fn a_new_year_recounts_the_open_deadlines_that_it_moves(world) {
        let city = city(&world).await;
        // Five working days from Friday 25 December 2026, presumed: Friday 1 January 2027.
        deadline(&world, city.north, "open", "2026-12-25", Span::working_days(5), false).await;
        deadline(&world, city.south, "met", "2026-12-25", Span::working_days(5), true).await;
        deadline(&world, city.south, "early", "2026-12-01", Span::working_days(5), false).await;
        deadline(&world, city.south, "days", "2026-12-25", Span::days(30), false).await;
        deadline(&world, city.south, "far", "2028-03-01", Span::working_days(1), false).await;
        assert_eq!(due(&world, "open").await, ("2027-01-01".to_owned(), true));

        let before = preview(&world.platform, &world.as_post(&city.admin), &year_2027()).await.unwrap();
        assert_eq!((before.recounted, before.moved, before.settled), (1, 1, 1));
        assert_eq!(due(&world, "open").await.0, "2027-01-01", "a preview changes nothing");

        let done = extend(&world.platform, &world.as_post(&city.admin), &year_2027()).await.unwrap();
        assert_eq!((done.recounted, done.moved), (1, 1));
        // 2027 has 261 weekdays; seven are off, one Saturday is worked.
        assert_eq!(done.working_days, 261 - 7 + 1);
        assert_eq!(due(&world, "open").await, ("2027-01-05".to_owned(), false));
        assert_eq!(due(&world, "met").await, ("2027-01-01".to_owned(), true), "what was met stays as it was");
        assert_eq!(due(&world, "early").await, ("2026-12-08".to_owned(), false));
        assert_eq!(due(&world, "days").await, ("2027-01-24".to_owned(), false));
        assert_eq!(due(&world, "far").await, ("2028-03-02".to_owned(), true), "another year without data stays provisional");

        let (kind, data) = last_event(&world).await;
        assert_eq!(kind, "calendar.extend");
        assert_eq!((&data["year"], &data["moved"], &data["off"]), (&2027.into(), &1.into(), &7.into()));

        let shown = app::calendar::view(&world.platform, &world.as_post(&city.clerk)).await.unwrap();
        let row = shown.year(2027).unwrap();
        assert_eq!((row.notice.as_deref(), row.off.len(), row.on.len()), (Some("国办发明电〔2026〕7号"), 7, 1));
        assert_eq!(shown.year(2026).unwrap().notice, None);
        assert!(shown.year(2028).is_none());
        assert_eq!(world.work().await, 0, "no job was left");
    }

    async fn an_amended_notice_recounts_again_and_a_stale_form_is_refused(world) {
        let city = city(&world).await;
        deadline(&world, city.north, "open", "2026-12-25", Span::working_days(5), false).await;
        let ctx = world.as_post(&city.admin);
        extend(&world.platform, &ctx, &year_2027()).await.unwrap();
        let stale = extend(&world.platform, &world.as_post(&city.admin), &year_2027()).await.unwrap_err();
        assert_eq!(refused(&stale), (ErrorKind::Conflict, "CORE-409", vec![]));

        let shown = app::calendar::view(&world.platform, &ctx).await.unwrap();
        let seen_ms = shown.year(2027).unwrap().added_at.map(|at| at.unix_ms());
        let amended = ExtendCalendar { off: "2027-01-01".to_owned(), on: String::new(), seen_ms, ..year_2027() };
        let done = extend(&world.platform, &world.as_post(&city.admin), &amended).await.unwrap();
        assert_eq!((done.recounted, done.moved, done.settled), (1, 1, 0));
        assert_eq!(due(&world, "open").await, ("2027-01-04".to_owned(), false));
        assert_eq!(app::calendar::view(&world.platform, &ctx).await.unwrap().year(2027).unwrap().off.len(), 1);
    }

    async fn the_calendar_is_extended_at_the_root_only_and_checked(world) {
        let city = city(&world).await;
        let by_clerk = extend(&world.platform, &world.as_post(&city.clerk), &year_2027()).await.unwrap_err();
        assert_eq!(refused(&by_clerk), (ErrorKind::Denied, "CORE-403", vec![]));
        let by_county = extend(&world.platform, &world.as_post(&city.north_admin), &year_2027()).await.unwrap_err();
        assert_eq!(refused(&by_county), (ErrorKind::Denied, "ADMN-001", vec![]));
        assert_eq!(extend(&world.platform, &public(&world), &year_2027()).await.unwrap_err().kind, ErrorKind::Unauthenticated);

        let check = |input: ExtendCalendar, expect: &'static [(&'static str, &'static str)]| {
            let (platform, ctx) = (world.platform.clone(), world.as_post(&city.admin));
            async move {
                let error = extend(&platform, &ctx, &input).await.unwrap_err();
                assert_eq!(refused(&error), (ErrorKind::Invalid, "CORE-422", expect.to_vec()), "{input:?}");
            }
        };
        let year = year_2027;
        check(ExtendCalendar { notice: "  ".to_owned(), ..year() }, &[("notice", "CORE-101")]).await;
        check(ExtendCalendar { notice: "字".repeat(101), ..year() }, &[("notice", "CORE-101")]).await;
        check(ExtendCalendar { off: "元旦".to_owned(), ..year() }, &[("off", "CORE-103")]).await;
        check(ExtendCalendar { off: String::new(), ..year() }, &[("off", "CALR-001")]).await;
        check(ExtendCalendar { off: "2027-01-02".to_owned(), ..year() }, &[("off", "CALR-001")]).await;
        check(ExtendCalendar { off: "2026-01-01".to_owned(), ..year() }, &[("off", "CALR-001")]).await;
        check(ExtendCalendar { on: "2027-01-04".to_owned(), ..year() }, &[("on", "CALR-001")]).await;
        check(ExtendCalendar { on: "2026-01-04".to_owned(), ..year() }, &[("on", "CALR-001")]).await;
        check(ExtendCalendar { year: 2100, off: "1-1".to_owned(), on: String::new(), ..year() }, &[("year", "CALR-001")]).await;
        check(ExtendCalendar { on: "x".to_owned(), notice: String::new(), ..year() }, &[("notice", "CORE-101"), ("on", "CORE-103")]).await;
        extend(&world.platform, &world.as_post(&city.admin), &ExtendCalendar { notice: "字".repeat(100), ..year() }).await.unwrap();
    }

    async fn the_nearer_level_of_a_rule_wins_and_can_be_taken_back(world) {
        let city = city(&world).await;
        let matching = |level, value, seen_ms| SetRule {
            rule: Rule::MatchingSpan, level, value, basis: "局函〔2021〕3号".to_owned(), seen_ms,
        };
        let span = |n| Some(RuleValue::Span(Span::working_days(n)));
        set(&world.platform, &world.as_post(&city.admin), matching(Level::Installation, span(5), None)).await.unwrap();
        set(&world.platform, &world.as_post(&city.north_admin), matching(Level::Agency(city.north), span(3), None)).await.unwrap();
        let (kind, data) = last_event(&world).await;
        assert_eq!(kind, "rulebook.set");
        assert_eq!((data["rule"].as_str(), data["to"].as_str()), (Some("matching_span"), Some("3 个工作日")));

        let value = |post: Post, agency| {
            let (platform, ctx) = (world.platform.clone(), world.as_post(&post));
            async move {
                let shown = view(&platform, &ctx, agency).await.unwrap();
                shown.rules.into_iter().find(|row| row.rule == Rule::MatchingSpan).unwrap()
            }
        };
        let at_city = value(city.admin.clone(), None).await;
        assert_eq!((at_city.value, at_city.layers.len()), (span(5).unwrap(), 1));
        let at_north = value(city.admin.clone(), Some(city.north)).await;
        assert_eq!((at_north.value, at_north.layers.len()), (span(3).unwrap(), 2));
        assert_eq!((at_north.basis().as_str(), at_north.layers[1].by.as_str()), ("局函〔2021〕3号", "赵管理"));
        assert_eq!(value(city.south_admin.clone(), None).await.value, span(5).unwrap());

        let stale = set(&world.platform, &world.as_post(&city.north_admin), matching(Level::Agency(city.north), span(4), None)).await;
        assert_eq!(refused(&stale.unwrap_err()), (ErrorKind::Conflict, "CORE-409", vec![]));
        let seen = at_north.at(Level::Agency(city.north)).map(|layer| layer.at.unix_ms());
        set(&world.platform, &world.as_post(&city.north_admin), matching(Level::Agency(city.north), None, seen)).await.unwrap();
        assert_eq!(value(city.north_admin.clone(), None).await.value, span(5).unwrap());
        let untouched = view(&world.platform, &world.as_post(&city.clerk), None).await.unwrap();
        let term = untouched.rules.iter().find(|row| row.rule == Rule::Term).unwrap();
        assert_eq!((term.value, term.layers.len(), term.basis()), (RuleValue::Term(Term::MarketEntity), 0, text::rule_basis(Rule::Term).to_owned()));
    }

    async fn rules_are_set_by_whom_they_concern_and_checked(world) {
        let city = city(&world).await;
        let input = || SetRule {
            rule: Rule::VisitsPerDay, level: Level::Agency(city.north), value: Some(RuleValue::Count(3)),
            basis: "局函".to_owned(), seen_ms: None,
        };
        let check = |post: &Post, input: SetRule, expect: (ErrorKind, &'static str, Vec<(&'static str, &'static str)>)| {
            let (platform, ctx) = (world.platform.clone(), world.as_post(post));
            async move { assert_eq!(refused(&set(&platform, &ctx, input).await.unwrap_err()), expect) }
        };
        check(&city.clerk, input(), (ErrorKind::Denied, "CORE-403", vec![])).await;
        check(&city.south_admin, input(), (ErrorKind::NotFound, "CORE-404", vec![])).await;
        check(&city.north_admin, SetRule { level: Level::Installation, ..input() }, (ErrorKind::Denied, "ADMN-001", vec![])).await;
        check(&city.north_admin, SetRule { value: Some(RuleValue::Count(0)), ..input() }, (ErrorKind::Invalid, "CORE-422", vec![("value", "RULE-001")])).await;
        check(&city.north_admin, SetRule { value: Some(RuleValue::Term(Term::MarketEntity)), ..input() }, (ErrorKind::Invalid, "CORE-422", vec![("value", "RULE-001")])).await;
        check(&city.north_admin, SetRule { basis: " ".to_owned(), ..input() }, (ErrorKind::Invalid, "CORE-422", vec![("basis", "CORE-101")])).await;
        check(&city.north_admin, SetRule { basis: "字".repeat(201), ..input() }, (ErrorKind::Invalid, "CORE-422", vec![("basis", "CORE-101")])).await;
        set(&world.platform, &world.as_post(&city.north_admin), SetRule { basis: "字".repeat(200), ..input() }).await.unwrap();
        let outside = view(&world.platform, &world.as_post(&city.south_admin), Some(city.north)).await.unwrap_err();
        assert_eq!(outside.kind, ErrorKind::NotFound);
    }

    async fn agencies_are_added_below_ones_own_and_renamed(world) {
        let city = city(&world).await;
        let new = |code: &str, parent: Option<&str>| NewAgency {
            code: code.to_owned(), name: "文化路市场监督管理所".to_owned(), short_name: "文化路所".to_owned(),
            level: AgencyLevel::Station, kind: AgencyKind::Station, parent_code: parent.map(str::to_owned), division: None,
            contact: String::new(), phone: String::new(),
        };
        let north = world.as_post(&city.north_admin);
        let root = app::agency::add(&world.platform, &north, new("999999", None)).await.unwrap_err();
        assert_eq!(refused(&root).2, [("parent", "AGCY-004")], "only the owner makes a root");
        let outside = app::agency::add(&world.platform, &north, new("13030401", Some("130304"))).await.unwrap_err();
        assert_eq!(outside.kind, ErrorKind::NotFound);
        let id = app::agency::add(&world.platform, &north, new("13030201", Some("130302"))).await.unwrap();
        let input = |version, name: &str| ChangeAgency {
            id, version, name: name.to_owned(), short_name: "文化路所".to_owned(),
            contact: "孙接待".to_owned(), phone: "0335-0000009".to_owned(),
        };
        change(&world.platform, &world.as_post(&city.north_admin), input(1, "文化路市场监管所")).await.unwrap();
        let (kind, data) = last_event(&world).await;
        assert_eq!((kind.as_str(), data["contact"].as_str()), ("agency.save", Some("孙接待")));
        assert!(!data.to_string().contains("0335"), "no phone in an event");
        let stale = change(&world.platform, &north, input(1, "文化路所")).await.unwrap_err();
        assert_eq!(refused(&stale), (ErrorKind::Conflict, "CORE-409", vec![]));
        let empty = change(&world.platform, &north, input(2, " ")).await.unwrap_err();
        assert_eq!(refused(&empty).2, [("name", "CORE-101")]);
        let south = change(&world.platform, &world.as_post(&city.south_admin), input(2, "甲")).await.unwrap_err();
        assert_eq!(south.kind, ErrorKind::NotFound);
        let clerk = change(&world.platform, &world.as_post(&city.clerk), input(2, "甲")).await.unwrap_err();
        assert_eq!(clerk.kind, ErrorKind::Denied);
        let typed = ChangeAgency { phone: "问前台".to_owned(), ..input(2, "甲") };
        let phone = change(&world.platform, &north, typed).await.unwrap_err();
        assert_eq!(refused(&phone).2, [("phone", "AGCY-006")]);
        let kept = app::agency::get(&world.platform, &north, id).await.unwrap();
        assert_eq!((kept.name.as_str(), kept.contact.as_str(), kept.phone.as_str()), ("文化路市场监管所", "孙接待", "0335-0000009"));
    }

    async fn an_account_is_opened_with_its_post_and_a_first_password(world) {
        let city = city(&world).await;
        let north = world.as_post(&city.north_admin);
        let input = || OpenAccount {
            login: "sun".to_owned(), name: "孙检查".to_owned(), agency: city.north, section: "食品科".to_owned(),
            role: Role::Inspector, valid_to: None,
        };
        let opened = open(&world.platform, &north, input()).await.unwrap();
        assert_eq!((opened.password.len(), opened.password.matches('-').count()), (19, 3));
        assert_eq!(last_event(&world).await.0, "account.create");
        assert!(!last_event(&world).await.1.to_string().contains(&opened.password), "no password in an event");
        let signed_in = app::account::sign_in(&world.platform, &public(&world), "sun", &opened.password, None).await.unwrap();
        assert!(signed_in.must_change);

        let taken = open(&world.platform, &world.as_post(&city.north_admin), input()).await.unwrap_err();
        assert_eq!(refused(&taken).2, [("login", "ACCT-009")]);
        let other = OpenAccount { login: "zhou".to_owned(), agency: city.south, ..input() };
        let outside = open(&world.platform, &world.as_post(&city.north_admin), other).await.unwrap_err();
        assert_eq!(outside.kind, ErrorKind::NotFound);
        let found = app::account::page(&world.platform, &world.as_post(&city.admin), "zhou", app::Window::page(0, 50)).await.unwrap();
        assert_eq!(found.total, 0, "nothing was half made");
        let clerk = open(&world.platform, &world.as_post(&city.clerk), input()).await.unwrap_err();
        assert_eq!(clerk.kind, ErrorKind::Denied);

        let again = reset_to_first(&world.platform, &world.as_post(&city.north_admin), opened.id, None).await.unwrap();
        assert_ne!(again, opened.password);
        assert!(app::account::resume(&world.platform, &signed_in.token).await.unwrap().is_none(), "the sessions ended");
        let south = reset_to_first(&world.platform, &world.as_post(&city.south_admin), opened.id, None).await.unwrap_err();
        assert_eq!(south.kind, ErrorKind::NotFound);
    }

    async fn an_administrator_sees_and_touches_the_accounts_of_the_scope(world) {
        let city = city(&world).await;
        let logins = |post: &Post, text: &'static str| {
            let (platform, ctx) = (world.platform.clone(), world.as_post(post));
            async move {
                let found = page(&platform, &ctx, text, app::Window::page(0, 50)).await.unwrap();
                assert_eq!(found.total, found.rows.len() as u64);
                found.rows.into_iter().map(|AccountView { account, .. }| account.login).collect::<Vec<_>>()
            }
        };
        assert_eq!(logins(&city.admin, "").await, ["admin", "clerk", "north", "south"]);
        assert_eq!(logins(&city.north_admin, "").await, ["north"]);
        assert_eq!(logins(&city.admin, "NOR").await, ["north"]);
        assert_eq!(logins(&city.admin, "管理").await, ["admin", "north", "south"]);
        assert_eq!(logins(&city.admin, "_").await, Vec::<String>::new(), "what was typed is no pattern");

        // The clerk of the city also gets a post in the county: seen there, but not to be taken over from there.
        let post = NewPost {
            account: city.clerk.account_id, agency: city.north, section: String::new(), role: Role::Clerk,
            valid_from: day("2021-01-01"), valid_to: None, seen: None,
        };
        let by_county = grant(&world.platform, &world.as_post(&city.north_admin), post.clone()).await.unwrap_err();
        assert_eq!(by_county.kind, ErrorKind::NotFound);
        let in_county = grant(&world.platform, &world.as_post(&city.admin), post).await.unwrap();
        assert_eq!(logins(&city.north_admin, "").await, ["clerk", "north"]);
        let north = world.as_post(&city.north_admin);
        let shown = app::account::get(&world.platform, &north, city.clerk.account_id).await.unwrap();
        assert_eq!(shown.posts.len(), 1, "the post in the city is not the county's business");
        let check = |error: Error| assert_eq!((error.kind, error.code), (ErrorKind::Denied, "ACCT-010"));
        check(reset_to_first(&world.platform, &north, city.clerk.account_id, None).await.unwrap_err());
        check(set_disabled(&world.platform, &north, "clerk", true, None).await.unwrap_err());
        let early = end_post(&world.platform, &north, in_county, day("2020-12-31"), None).await.unwrap_err();
        assert_eq!(refused(&early).2, [("day", "ACCT-012")]);
        end_post(&world.platform, &north, in_county, day("2021-01-01"), None).await.unwrap();
        assert_eq!(last_event(&world).await.0, "post.end");
        let foreign = end_post(&world.platform, &north, city.clerk.id, day("2021-05-01"), None).await.unwrap_err();
        assert_eq!(foreign.kind, ErrorKind::NotFound);
    }

    async fn nobody_locks_themselves_out(world) {
        let city = city(&world).await;
        let admin = world.as_post(&city.admin);
        let own = set_disabled(&world.platform, &admin, "admin", true, None).await.unwrap_err();
        assert_eq!((own.kind, own.code), (ErrorKind::Denied, "ACCT-011"));
        let post = end_post(&world.platform, &admin, city.admin.id, day("2021-05-06"), None).await.unwrap_err();
        assert_eq!((post.kind, post.code), (ErrorKind::Denied, "ACCT-011"));
        app::account::sign_in(&world.platform, &public(&world), "admin", PASSWORD, None).await.unwrap();
    }
}

#[test]
fn what_a_form_says_about_a_rule_is_read_back() {
    for rule in Rule::ALL.iter().copied() {
        let value = rule.default_value();
        assert_eq!(app::rule::read(rule, &app::rule::typed(rule, value)).unwrap(), value, "{rule}");
        assert!(app::rule::read(rule, &TypedValue::default()).is_err(), "{rule}");
        for (code, value) in app::rule::choices(rule) {
            assert_eq!(rule.check(value), Ok(()), "{rule} {code}");
        }
    }
    let span = TypedValue { n: "65536".to_owned(), unit: "day".to_owned(), choice: String::new() };
    assert!(app::rule::read(Rule::ReceiptSpan, &span).is_err());
}
