//! How often a password may be tried: counted before it is looked at, by many at once and by several processes, and never so
//! that a stranger can shut somebody out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::net::IpAddr;

use app::account::{SignedIn, change_password, reset_password, resume, set_disabled, sign_in};
use app::{Actor, Error, ErrorKind, Platform, Post};
use domain::agency::AgencyLevel;
use domain::role::Role;
use futures_util::future::join_all;
use testkit::{PASSWORD, World, on_both};

const HERE: &str = "10.1.1.1";
const ELSEWHERE: &str = "10.2.2.2";

async fn office(world: &World) -> Post {
    let agency = world.agency("130300", "秦皇岛市市场监督管理局", AgencyLevel::City, None).await;
    world.person("clerk", "王经办", agency, Role::Clerk).await
}

async fn try_on(platform: &Platform, address: &str, login: &str, password: &str) -> Result<SignedIn, Error> {
    let mut ctx = platform.ctx(Actor::Public, "test");
    ctx.address = Some(address.parse::<IpAddr>().unwrap());
    sign_in(platform, &ctx, login, password, None).await
}

async fn try_at(world: &World, address: &str, login: &str, password: &str) -> Result<SignedIn, Error> {
    try_on(&world.platform, address, login, password).await
}

async fn wrong(world: &World, address: &str, login: &str, times: usize) {
    for n in 0..times {
        let error = try_at(world, address, login, "wrong password").await.unwrap_err();
        assert_eq!((error.kind, error.code), (ErrorKind::Denied, "ACCT-001"), "{n}");
    }
}

/// Tries until there is a seat: what is tried is the count, not the queue.
async fn until_seated(platform: &Platform, address: &str, login: &str, password: &str) -> Result<SignedIn, Error> {
    loop {
        match try_on(platform, address, login, password).await {
            Err(error) if error.code == "ACCT-002" => tokio::task::yield_now().await,
            answer => return answer,
        }
    }
}

/// Wrong passwords for (address, login), all at once.
async fn wrong_at_once(world: &World, tries: impl Iterator<Item = (String, String)>) {
    let each = |(address, login): (String, String)| async move {
        until_seated(&world.platform, &address, &login, "wrong password").await.unwrap_err().code
    };
    assert!(join_all(tries.map(each)).await.iter().all(|code| *code == "ACCT-001"));
}

/// One number that the database holds.
async fn number(world: &World, sql: &str) -> i64 {
    let store = world.store().await;
    let mut conn = store.read().await.unwrap();
    let found = conn.int(sql, vec![]).await.unwrap();
    drop(conn);
    store.close().await;
    found
}

/// Passwords that were looked at for a login from one address.
const LOOKED_AT: &str =
    "SELECT CAST(COALESCE(SUM(taken), 0) AS BIGINT) FROM password_try WHERE key LIKE 'login % 10.%'";

on_both! {
    async fn of_two_hundred_guesses_at_once_five_are_looked_at(world) {
        office(&world).await;
        // Two processes on one database, the right password among the guesses.
        let other = testkit::open(world.folder.path(), &world.store_config, world.clock.clone()).await;
        let guesses = (0..200).map(|n| {
            let platform = if n % 2 == 0 { world.platform.clone() } else { other.clone() };
            tokio::spawn(async move {
                let password = if n == 150 { PASSWORD.to_owned() } else { format!("wrong password {n}") };
                until_seated(&platform, ELSEWHERE, "clerk", &password).await.err().map(|error| error.code)
            })
        });
        let mut signed_in = 0;
        for guess in guesses.collect::<Vec<_>>() {
            match guess.await.unwrap() {
                None => signed_in += 1,
                Some(code) => assert_eq!(code, "ACCT-001"),
            }
        }
        // The right one may be among the first five; who signs in begins anew, so that at most four more follow it.
        assert!(signed_in <= 1 && number(&world, LOOKED_AT).await <= 5);
        let wrong = number(&world, "SELECT refused FROM account").await;
        assert!(wrong <= 199, "{wrong}");
        wrong_at_once(&world, (0..20).map(|_| (ELSEWHERE.to_owned(), "clerk".to_owned()))).await;
        assert_eq!(number(&world, LOOKED_AT).await, 5);
        assert_eq!(try_at(&world, ELSEWHERE, "clerk", PASSWORD).await.unwrap_err().code, "ACCT-001", "it has to wait");
        try_at(&world, HERE, "clerk", PASSWORD).await.unwrap();
        other.close().await;
    }

    async fn waits_grow_and_end(world) {
        office(&world).await;
        wrong(&world, HERE, "clerk", 5).await;
        for seconds in [30, 60, 120, 240, 480, 900, 900] {
            world.clock.advance_seconds(seconds - 2);
            let before = number(&world, LOOKED_AT).await;
            wrong(&world, HERE, "clerk", 1).await;
            assert_eq!(number(&world, LOOKED_AT).await, before, "{seconds} s are not over");
            world.clock.advance_seconds(3);
            wrong(&world, HERE, "clerk", 1).await;
            assert_eq!(number(&world, LOOKED_AT).await, before + 1, "{seconds} s are over");
        }
        world.clock.advance_seconds(901);
        try_at(&world, HERE, "clerk", PASSWORD).await.unwrap();
        wrong(&world, HERE, "clerk", 4).await;
        try_at(&world, HERE, "clerk", PASSWORD).await.expect("who was right begins anew");
    }

    async fn a_login_that_does_not_exist_waits_alike(world) {
        office(&world).await;
        wrong(&world, HERE, "nobody", 9).await;
        assert_eq!(number(&world, LOOKED_AT).await, 5);
    }

    async fn a_flood_from_everywhere_does_not_reach_who_has_been_here(world) {
        office(&world).await;
        try_at(&world, HERE, "clerk", PASSWORD).await.unwrap();
        wrong_at_once(&world, (0..60).map(|n| (format!("10.3.{n}.1"), "clerk".to_owned()))).await;
        let looked_at = number(&world, LOOKED_AT).await;
        assert!((50..60).contains(&looked_at), "{looked_at}: the login's own allowance, and what grew back meanwhile");
        assert_eq!(try_at(&world, ELSEWHERE, "clerk", PASSWORD).await.unwrap_err().code, "ACCT-001", "a new address waits");
        try_at(&world, HERE, "clerk", PASSWORD).await.expect("a known one does not");
        world.clock.advance_seconds(6);
        try_at(&world, ELSEWHERE, "clerk", PASSWORD).await.expect("and a new one not for long");
    }

    async fn an_address_has_an_allowance_over_all_logins(world) {
        office(&world).await;
        wrong_at_once(&world, (0..40).map(|n| (ELSEWHERE.to_owned(), format!("nobody{n}")))).await;
        let looked_at = number(&world, LOOKED_AT).await;
        assert!((30..36).contains(&looked_at), "{looked_at}");
        let events = world.event_kinds().await;
        let count = |kind: &str| events.iter().filter(|found| *found == kind).count();
        assert_eq!(count("account.sign_in_refused"), 2, "the first and the tenth: {events:?}");
        assert_eq!(count("account.sign_in_throttled"), 1, "{events:?}");
    }

    async fn counts_without_effect_are_deleted(world) {
        office(&world).await;
        let all = |from: u32, to: u32| (from..to).map(|n| (format!("10.4.{n}.1"), format!("nobody{n}")));
        wrong_at_once(&world, all(0, 40)).await;
        world.clock.advance_seconds(7 * 3600);
        // The hundredth try sweeps.
        wrong_at_once(&world, all(40, 100)).await;
        assert_eq!(number(&world, "SELECT COUNT(*) FROM password_try WHERE key LIKE 'address %'").await, 60);
        assert_eq!(number(&world, "SELECT COUNT(*) FROM password_try").await, 60 * 3 + 1);
    }

    async fn who_is_right_uses_nothing_up(world) {
        office(&world).await;
        for n in 0..35 {
            try_at(&world, HERE, "clerk", PASSWORD).await.unwrap_or_else(|error| panic!("{n}: {error}"));
        }
        wrong(&world, HERE, "nobody", 1).await;
        assert_eq!(number(&world, "SELECT taken FROM password_try WHERE key = 'all'").await, 1);
    }

    async fn a_count_from_the_future_holds_nobody_up(world) {
        office(&world).await;
        let now = world.platform.now();
        world.clock.set("2031-05-06T09:00:00+08:00");
        wrong(&world, HERE, "clerk", 7).await;
        world.clock.set(&now.rfc3339());
        try_at(&world, HERE, "clerk", PASSWORD).await.unwrap();
    }

    async fn a_session_from_the_future_is_none_and_an_end_stays_one(world) {
        office(&world).await;
        let now = world.platform.now();
        world.clock.set("2031-05-06T09:00:00+08:00");
        let future = try_at(&world, HERE, "clerk", PASSWORD).await.unwrap().token;
        world.clock.set(&now.rfc3339());
        assert!(resume(&world.platform, &future).await.unwrap().is_none());
        assert_eq!(number(&world, "SELECT COUNT(*) FROM session").await, 0, "its end is written down");

        let token = try_at(&world, HERE, "clerk", PASSWORD).await.unwrap().token;
        world.clock.advance_seconds(121 * 60);
        assert!(resume(&world.platform, &token).await.unwrap().is_none(), "idle");
        world.clock.set(&now.rfc3339());
        assert!(resume(&world.platform, &token).await.unwrap().is_none(), "a clock that goes back does not undo it");

        let token = try_at(&world, HERE, "clerk", PASSWORD).await.unwrap().token;
        world.clock.advance_seconds(-60);
        assert!(resume(&world.platform, &token).await.unwrap().is_some(), "a minute is no other time");
    }

    async fn a_new_password_ends_waits_and_what_was_known(world) {
        office(&world).await;
        try_at(&world, HERE, "clerk", PASSWORD).await.unwrap();
        assert_eq!(number(&world, "SELECT COUNT(*) FROM known_address").await, 1);
        wrong(&world, HERE, "clerk", 6).await;
        reset_password(&world.platform, &world.system(), "clerk", "another long password").await.unwrap();
        assert_eq!(number(&world, "SELECT COUNT(*) FROM known_address").await, 0);
        let signed_in = try_at(&world, HERE, "clerk", "another long password").await.unwrap();
        assert_eq!((signed_in.refused.count, signed_in.refused.from.as_deref()), (6, Some(HERE)));
    }

    async fn the_current_password_is_no_way_round(world) {
        let post = office(&world).await;
        let ctx = || world.as_post(&post);
        for n in 0..5 {
            let error = change_password(&world.platform, &ctx(), "wrong password", "a new long password").await.unwrap_err();
            assert_eq!(error.fields[0].code, "ACCT-006", "{n}");
        }
        let error = change_password(&world.platform, &ctx(), PASSWORD, "a new long password").await.unwrap_err();
        assert_eq!(error.fields[0].code, "ACCT-013");
        assert_eq!(error.fields[0].args, [("seconds", "30".to_owned())]);
        assert!(world.event_kinds().await.contains(&"account.password_refused".to_owned()));
        world.clock.advance_seconds(31);
        change_password(&world.platform, &ctx(), PASSWORD, "a new long password").await.unwrap();
    }

    async fn a_closed_account_is_not_told_apart(world) {
        office(&world).await;
        set_disabled(&world.platform, &world.system(), "clerk", true, None).await.unwrap();
        assert_eq!(try_at(&world, HERE, "clerk", PASSWORD).await.unwrap_err().code, "ACCT-001");
    }
}
