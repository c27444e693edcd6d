//! What a party does with its link is the same at both tables, the draw's and the matching's: looking, committing,
//! revealing, and every refusal; and nobody is shown what a party still keeps to itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use app::assigning::matching;
use app::{Actor, Ctx, ErrorKind, Post, Result, SessionKey, ceremony, party};
use domain::agency::AgencyLevel;
use domain::ids::{MatchingId, ShareId, TaskId};
use domain::role::Role;
use testkit::play::{Cast, Secret};
use testkit::{World, on_both};

const UNIT: &str = "130302";
/// Reveals that do not fit and are put on record, for one party.
const REJECTIONS_MAX: usize = 50;
/// Minutes for the reveals.
const MINUTES: i64 = 10;

/// What is decided.
enum Table {
    Draw(TaskId),
    Match(ShareId, MatchingId),
}

struct Both {
    world: World,
    clerk: Post,
    tables: [Table; 2],
}

impl Both {
    /// A sealed task and a prepared matching of one agency.
    async fn new(world: World) -> Self {
        let agency = world.agency(UNIT, "海港区市场监督管理局", AgencyLevel::City, None).await;
        let clerk = world.person("clerk", "王经办", agency, Role::Clerk).await;
        let leader = world.person("leader", "李局长", agency, Role::Leader).await;
        let cast = Cast::of_one(&clerk, &leader);
        cast.lists(&world, &[UNIT], 20).await;
        let drawn = cast.drawn(&world).await;
        let share = cast.dispatch(&world, drawn).await;
        cast.accept(&world, share).await;
        let matching = cast.prepare(&world, share).await;
        let task = cast.task(&world).await;
        cast.freeze(&world, task).await;
        cast.seal(&world, task).await;
        Self { world, clerk, tables: [Table::Draw(task), Table::Match(share, matching)] }
    }

    fn clerk(&self) -> Ctx {
        self.world.as_post(&self.clerk)
    }

    fn public(&self) -> Ctx {
        self.world.platform.ctx(Actor::Public, "phone")
    }

    /// A party with its link, which has done nothing yet.
    async fn seat(&self, table: &Table, name: &str) -> Secret {
        let (platform, clerk) = (&self.world.platform, self.clerk());
        let invitation = match table {
            Table::Draw(task) => ceremony::invite(platform, &clerk, *task, name).await,
            Table::Match(_, id) => matching::invite(platform, &clerk, *id, name).await,
        };
        Secret::of(invitation.unwrap().token)
    }

    /// Two parties that have committed, at a table that is published.
    async fn published(&self, table: &Table) -> [Secret; 2] {
        let both = [self.seat(table, "机关纪委").await, self.seat(table, "企业代表").await];
        for secret in &both {
            self.commit(secret).await.unwrap();
        }
        self.publish(table).await;
        both
    }

    async fn publish(&self, table: &Table) {
        let (platform, clerk) = (&self.world.platform, self.clerk());
        match table {
            Table::Draw(task) => {
                let input = ceremony::PublishInput { reveal_minutes: MINUTES };
                ceremony::publish(platform, &clerk, *task, input).await.unwrap()
            }
            Table::Match(_, id) => {
                let input = matching::PublishInput { reveal_minutes: MINUTES };
                matching::publish(platform, &clerk, *id, input).await.unwrap()
            }
        };
    }

    async fn state(&self, secret: &Secret) -> &'static str {
        party::state(&self.world.platform, &self.public(), &secret.token).await.unwrap().state
    }

    async fn commit(&self, secret: &Secret) -> Result<()> {
        self.hand_in(secret, &secret.commitment(&self.world.platform).await?).await
    }

    async fn hand_in(&self, secret: &Secret, commitment: &str) -> Result<()> {
        party::commit(&self.world.platform, &self.public(), &secret.token, commitment).await
    }

    async fn reveal(&self, secret: &Secret, salt: &str, value: &str) -> Result<()> {
        party::reveal(&self.world.platform, &self.public(), &secret.token, salt, value).await
    }

    /// One column of the parties of all tables, where it is filled.
    async fn column(&self, name: &str, filter: &str) -> Vec<String> {
        let store = self.world.store().await;
        let mut conn = store.read().await.unwrap();
        let sql = format!("SELECT {name} AS line FROM party WHERE {name} IS NOT NULL AND {filter} ORDER BY id");
        let rows = conn.rows(&sql, vec![]).await.unwrap();
        let lines = rows.iter().map(|row| row.text("line").unwrap()).collect();
        drop(conn);
        store.close().await;
        lines
    }

    async fn rejections(&self) -> usize {
        let store = self.world.store().await;
        let mut conn = store.read().await.unwrap();
        let count = conn.int("SELECT COUNT(*) FROM party_rejection", vec![]).await.unwrap();
        drop(conn);
        store.close().await;
        usize::try_from(count).unwrap()
    }

    /// Everything that anybody is shown of a table, in one text.
    async fn shown(&self, table: &Table, links: &[&Secret]) -> String {
        let (platform, clerk) = (&self.world.platform, self.clerk());
        let mut all = String::new();
        for link in links {
            let state = party::state(platform, &self.public(), &link.token).await.unwrap();
            all.push_str(&serde_json::to_string(&state).unwrap());
        }
        match table {
            Table::Draw(task) => {
                let view = app::task::view(platform, &clerk, *task).await.unwrap();
                if let Ok(public) = app::public_site::view(platform, &view.task.number).await {
                    all.push_str(&format!("{public:?}"));
                }
                all.push_str(&format!("{view:?}{:?}", ceremony::view(platform, &clerk, *task).await.unwrap()));
            }
            Table::Match(share, _) => {
                all.push_str(&format!("{:?}", matching::view(platform, &clerk, *share).await.unwrap()));
            }
        }
        all
    }
}

/// The code of a refusal, and of its field where there is one.
fn refused(result: Result<()>) -> (&'static str, &'static str) {
    let error = result.unwrap_err();
    error.fields.first().map_or((error.code, ""), |field| (field.code, field.field))
}

on_both! {
    async fn a_link_that_nobody_has_opens_nothing(world) {
        let both = Both::new(world).await;
        for table in &both.tables {
            let secret = both.seat(table, "机关纪委").await;
            let longer = format!("{}0", secret.token);
            for token in ["", "x", &secret.token[1..], &longer, &secret.token.to_uppercase(), &"0".repeat(64)] {
                let (platform, public) = (&both.world.platform, both.public());
                let unknown = Secret { token: token.to_owned(), ..secret.clone() };
                let error = party::state(platform, &public, token).await.unwrap_err();
                assert_eq!((error.kind, error.code), (ErrorKind::NotFound, "DRAW-021"), "{token}");
                assert_eq!(refused(both.hand_in(&unknown, &"1".repeat(64)).await).0, "DRAW-021", "{token}");
                assert_eq!(refused(both.reveal(&unknown, &secret.salt, "一").await).0, "DRAW-021", "{token}");
            }
            assert_eq!(both.state(&secret).await, "invited");
        }
    }

    async fn a_commitment_is_hex_its_own_and_final(world) {
        let both = Both::new(world).await;
        for table in &both.tables {
            let [first, second] = [both.seat(table, "机关纪委").await, both.seat(table, "企业代表").await];
            for bad in ["", "g", &"0".repeat(63), &"0".repeat(65), &"A".repeat(64), &"零".repeat(64)] {
                assert_eq!(refused(both.hand_in(&first, bad).await), ("DRAW-006", "commitment"), "{bad}");
            }
            let whole = both.hand_in(&first, "g").await.unwrap_err();
            assert_eq!((whole.code, whole.message().as_str()), ("CORE-422", "有1处填写不符合要求。"));
            assert_eq!(refused(both.reveal(&first, &first.salt, &first.value).await).0, "DRAW-012");
            assert_eq!(both.state(&first).await, "invited");
            both.commit(&first).await.unwrap();
            both.commit(&first).await.unwrap();
            assert_eq!(both.state(&first).await, "committed");
            let same = first.commitment(&both.world.platform).await.unwrap();
            assert_eq!(refused(both.hand_in(&second, &same).await).0, "DRAW-008");
            assert_eq!(refused(both.hand_in(&first, &"1".repeat(64)).await).0, "DRAW-007");
            assert_eq!(refused(both.reveal(&first, &first.salt, &first.value).await).0, "DRAW-012");
            both.commit(&second).await.unwrap();
            both.publish(table).await;
            assert_eq!(both.state(&first).await, "reveal");
            assert_eq!(refused(both.hand_in(&first, &"1".repeat(64)).await).0, "DRAW-005");
            // The answer that got lost is still the answer.
            both.commit(&first).await.unwrap();
        }
    }

    async fn a_reveal_fits_once_and_is_final(world) {
        let both = Both::new(world).await;
        for table in &both.tables {
            let [first, second] = both.published(table).await;
            for bad in ["", &first.salt[1..], &format!("{}0", first.salt), &"z".repeat(64)] {
                assert_eq!(refused(both.reveal(&first, bad, &first.value).await), ("DRAW-022", "salt"), "{bad}");
            }
            for bad in ["", &"长".repeat(22)] {
                assert_eq!(refused(both.reveal(&first, &first.salt, bad).await), ("DRAW-022", "value"), "{bad}");
            }
            // What belongs to another party does not fit, and what does not fit may be mended.
            assert_eq!(refused(both.reveal(&first, &second.salt, &second.value).await).0, "DRAW-014");
            assert_eq!(both.state(&first).await, "reveal");
            both.reveal(&first, &first.salt, &first.value).await.unwrap();
            both.reveal(&first, &first.salt, &first.value).await.unwrap();
            assert_eq!(both.state(&first).await, "revealed");
            for (salt, value) in [(&second.salt, &first.value), (&first.salt, &second.salt)] {
                assert_eq!(refused(both.reveal(&first, salt, value).await).0, "DRAW-015");
            }
            both.reveal(&second, &second.salt, &second.value).await.unwrap();
            both.world.work().await;
            assert_eq!((both.state(&first).await, both.state(&second).await), ("drawn", "drawn"));
            assert_eq!(refused(both.reveal(&first, &second.salt, "另一个").await).0, "DRAW-015");
        }
        assert_eq!(both.rejections().await, 2, "one at each table");
    }

    async fn guesses_are_counted_for_each_party_and_end(world) {
        let both = Both::new(world).await;
        for (before, table) in both.tables.iter().enumerate() {
            let [first, second] = both.published(table).await;
            for n in 0..REJECTIONS_MAX {
                assert_eq!(refused(both.reveal(&first, &first.salt, &n.to_string()).await).0, "DRAW-014", "{n}");
            }
            for _ in 0..2 {
                let error = both.reveal(&first, &first.salt, "又一个").await.unwrap_err();
                assert_eq!((error.kind, error.code), (ErrorKind::TooMany, "CORE-429"));
            }
            assert_eq!(refused(both.reveal(&second, &second.salt, "别的").await).0, "DRAW-014", "others are not held up");
            assert_eq!(both.rejections().await, (before + 1) * (REJECTIONS_MAX + 1));
            // Who guessed is not shut out: what fits is still taken.
            both.reveal(&first, &first.salt, &first.value).await.unwrap();
            assert_eq!(both.state(&first).await, "revealed");
        }
    }

    async fn guesses_at_once_are_counted_too(world) {
        let both = Both::new(world).await;
        let [first, _] = both.published(&both.tables[0]).await;
        for n in 0..REJECTIONS_MAX - 5 {
            assert_eq!(refused(both.reveal(&first, &first.salt, &n.to_string()).await).0, "DRAW-014", "{n}");
        }
        let guesses = (0..40).map(|n| {
            let (platform, ctx, first) = (both.world.platform.clone(), both.public(), (first.token.clone(), first.salt.clone()));
            tokio::spawn(async move { party::reveal(&platform, &ctx, &first.0, &first.1, &format!("猜{n}")).await.unwrap_err().code })
        });
        for guess in guesses.collect::<Vec<_>>() {
            assert!(["DRAW-014", "CORE-429"].contains(&guess.await.unwrap()));
        }
        assert_eq!(both.rejections().await, REJECTIONS_MAX);
    }

    async fn late_is_late_to_the_second(world) {
        let both = Both::new(world).await;
        let mut seats = Vec::new();
        for table in &both.tables {
            seats.push(both.published(table).await);
        }
        both.world.clock.advance_seconds(MINUTES * 60 - 5);
        for [first, _] in &seats {
            both.reveal(first, &first.salt, &first.value).await.unwrap();
        }
        both.world.clock.advance_seconds(6);
        for [first, second] in &seats {
            assert_eq!(refused(both.reveal(second, &second.salt, &second.value).await).0, "DRAW-013");
            assert_eq!(refused(both.reveal(second, &second.salt, "乱猜").await).0, "DRAW-013");
            assert_eq!((both.state(first).await, both.state(second).await), ("revealed", "absent"));
            both.reveal(first, &first.salt, &first.value).await.unwrap();
        }
        assert_eq!(both.rejections().await, 0, "what comes late is no guess");
    }

    async fn nobody_is_shown_what_a_party_keeps(world) {
        let both = Both::new(world).await;
        for table in &both.tables {
            let [first, second] = [both.seat(table, "机关纪委").await, both.seat(table, "企业代表").await];
            both.commit(&first).await.unwrap();
            both.commit(&second).await.unwrap();
            let hidden = async |secrets: &[&str], when: &str| {
                let shown = both.shown(table, &[&first, &second]).await;
                assert!(shown.contains("机关纪委"), "{when}: the party itself is shown");
                for secret in secrets {
                    assert!(!shown.contains(secret), "{when}: {secret} is shown in {shown}");
                }
            };
            // The platform keeps its own until the publication; of the witnesses nothing is there to be kept.
            let mut kept = both.column("kept_salt", "state = 'committed'").await;
            kept.extend(both.column("kept_value", "state = 'committed'").await);
            assert!(!kept.is_empty(), "of the platform at the tables that are not published");
            let mut secrets: Vec<&str> = kept.iter().map(String::as_str).collect();
            let witnesses = [&first.salt, &first.value, &second.salt, &first.token, &second.token].map(String::as_str);
            secrets.extend(witnesses);
            hidden(&secrets, "before the publication").await;
            for column in ["kept_salt", "kept_value"] {
                assert!(both.column(column, "role <> 'platform'").await.is_empty());
            }
            both.publish(table).await;
            hidden(&witnesses, "before the reveals").await;
            for column in ["salt", "value"] {
                assert!(both.column(column, "role <> 'platform' AND state <> 'revealed'").await.is_empty());
            }
            refused(both.reveal(&first, &second.salt, &first.value).await);
            hidden(&witnesses, "after a reveal that did not fit").await;
            both.reveal(&first, &first.salt, &first.value).await.unwrap();
            hidden(&[&second.salt, &first.token, &second.token], "before the last reveal").await;
            both.reveal(&second, &second.salt, &second.value).await.unwrap();
            both.world.work().await;
            hidden(&[&first.token, &second.token], "in the end").await;
        }
    }

    async fn a_link_is_shown_again_to_the_session_that_made_it_only(world) {
        let both = Both::new(world).await;
        let session = |token: &str| Ctx { session: Some(SessionKey::of_token(token)), ..both.clerk() };
        for table in &both.tables {
            let platform = &both.world.platform;
            let made = match table {
                Table::Draw(task) => ceremony::invite(platform, &session("a"), *task, "机关纪委").await,
                Table::Match(_, id) => matching::invite(platform, &session("a"), *id, "机关纪委").await,
            };
            let made = Secret::of(made.unwrap().token);
            let seen = async |ctx: Ctx| -> Vec<String> {
                let links: Vec<_> = match table {
                    Table::Draw(task) => {
                        let view = ceremony::view(platform, &ctx, *task).await.unwrap();
                        view.parties.into_iter().filter_map(|party| party.link).collect()
                    }
                    Table::Match(share, _) => {
                        let view = matching::view(platform, &ctx, *share).await.unwrap();
                        view.attempts.into_iter().flat_map(|one| one.parties).filter_map(|party| party.link).collect()
                    }
                };
                links.into_iter().map(|link| link.token).collect()
            };
            assert_eq!(seen(session("a")).await, std::slice::from_ref(&made.token));
            assert!(seen(session("b")).await.is_empty() && seen(both.clerk()).await.is_empty());
            // What the database holds is neither the secret nor enough to make it.
            for name in ["token_hash", "link_nonce"] {
                let kept = both.column(name, "name = '机关纪委'").await;
                assert!(!kept.is_empty() && kept.iter().all(|kept| *kept != made.token && kept.len() == 64), "{kept:?}");
            }
            both.commit(&made).await.unwrap();
            assert!(seen(session("a")).await.is_empty(), "it has served");
            // One that nobody's session made is shown to nobody again.
            both.seat(table, "企业代表").await;
            assert!(seen(session("a")).await.is_empty() && seen(both.clerk()).await.is_empty());
        }
    }
}
