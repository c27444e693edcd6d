//! The second random: nobody draws inspectors alone, hard rules hold, and everything can be recomputed from documents.

use std::collections::{BTreeMap, BTreeSet};

use app::assigning::matching::{self as m, Document, PublishInput};
use app::assigning::{self, Filter, PlanInput};
use app::party;
use app::{Actor, Ctx, ErrorKind, Post, Result};
use domain::ids::{InspectorId, MatchingId, ShareId};
use domain::role::Role;
use draw::{Commitment, Digest, Subject, Suite};
use store::values;
use testkit::on_both;

use crate::city::{City, code, day, firm, ten};

/// What a person's browser would do: it keeps the salt, and hands in the commitment only.
struct Browser {
    token: String,
    salt: Digest,
    value: &'static str,
}

fn public(city: &City) -> Ctx {
    city.world.platform.ctx(Actor::Public, "phone")
}

impl Browser {
    async fn commit(city: &City, token: String) -> Self {
        let state = party::state(&city.world.platform, &public(city), &token).await.unwrap();
        assert_eq!((state.state, state.purpose), ("invited", "match"));
        let salt = Digest([42; 32]);
        let attempt = u64::try_from(state.attempt).unwrap();
        let who = draw::who(Suite::Sha256, "match", &state.draw, attempt, &state.organiser, &state.party);
        assert_eq!(state.who_hex, who.to_string());
        let commitment = draw::reveal_commitment(Suite::Sha256, &who, &salt, "六月飞雪").to_string();
        party::commit(&city.world.platform, &public(city), &token, &commitment).await.unwrap();
        // An answer that got lost is asked for again.
        party::commit(&city.world.platform, &public(city), &token, &commitment).await.unwrap();
        Self { token, salt, value: "六月飞雪" }
    }

    async fn reveal(&self, city: &City) -> Result<()> {
        party::reveal(&city.world.platform, &public(city), &self.token, &self.salt.to_string(), self.value).await
    }
}

async fn prepared(city: &City, share: ShareId) -> MatchingId {
    m::prepare(&city.world.platform, &city.world.as_post(&city.a_clerk), share).await.unwrap()
}

/// Prepared by the clerk, joined by the leader, published.
async fn published(city: &City, share: ShareId) -> (MatchingId, Browser) {
    let id = prepared(city, share).await;
    let link = m::join(&city.world.platform, &city.world.as_post(&city.a_leader), id).await.unwrap();
    assert_eq!(link.name, "甲领导");
    let browser = Browser::commit(city, link.token).await;
    m::publish(&city.world.platform, &city.world.as_post(&city.a_clerk), id, PublishInput::default()).await.unwrap();
    (id, browser)
}

async fn matched(city: &City, share: ShareId) -> MatchingId {
    let (id, browser) = published(city, share).await;
    browser.reveal(city).await.unwrap();
    assert_eq!(city.world.work().await, 1);
    id
}

async fn teams(city: &City, by: &Post) -> BTreeMap<String, BTreeSet<InspectorId>> {
    let rows =
        assigning::visits(&city.world.platform, &city.world.as_post(by), &Filter::default(), app::Window::page(0, 200))
            .await
            .unwrap()
            .rows;
    rows.into_iter().map(|row| (row.visit.name, row.team.iter().map(|seat| seat.inspector_id).collect())).collect()
}

on_both! {
    async fn every_visit_gets_two_inspectors_and_the_seed_can_be_recomputed(world) {
        let city = City::new(world, &ten()).await;
        let people = city.inspectors(city.a, 5, "2026-12-31").await;
        city.sql(
            "INSERT INTO inspector_qualification (inspector_id, code) VALUES ($1, 'special_equipment')",
            values![people[0].to_string()],
        ).await;
        city.dispatch().await;
        let share = city.accepted().await;
        let id = matched(&city, share).await;
        let platform = city.world.platform.clone();
        let clerk = city.world.as_post(&city.a_clerk);

        let view = assigning::view(&platform, &clerk, share).await.unwrap();
        assert_eq!(view.share.state.code(), "matched");
        assert_eq!(view.visits_by_state, [("matched".to_owned(), 6)]);
        assert!(view.deadlines.iter().all(|d| d.met_on == Some(day("2021-05-06"))));
        let teams = teams(&city, &city.a_clerk).await;
        assert!(teams.values().all(|team| team.len() == 2));
        assert!(teams["130302第5号试验商行"].contains(&people[0]), "the special equipment needs its holder");
        let loads: Vec<i64> = assigning::loads(&platform, &clerk, Some(share)).await.unwrap().iter().map(|l| l.visits).collect();
        assert_eq!(loads.iter().sum::<i64>(), 12);
        assert!(loads[0] - loads[4] <= 1, "{loads:?}");

        // Recomputed from the documents alone, by the formula of protocol §8.
        let document = async |which| m::document(&platform, &clerk, id, which).await.unwrap();
        let commitment = Commitment::parse(&document(Document::Commitment).await).unwrap();
        let input = document(Document::Input).await;
        let Subject::Match { result, matching } = commitment.subject.clone() else { panic!("not a match") };
        assert_eq!((result.to_string(), matching), (city.result.clone(), Suite::Sha256.hash(&[&input])));
        assert_eq!(commitment.organiser, "甲区市场监督管理局");
        let reveals: serde_json::Value = serde_json::from_slice(&document(Document::Reveals).await).unwrap();
        let mut text: Vec<u8> = b"mingcha match v1\0".to_vec();
        text.extend(commitment.digest().as_bytes());
        for reveal in reveals["reveals"].as_array().unwrap() {
            let party = reveal["party"].as_str().unwrap();
            let who = Suite::Sha256.hash(&[
                format!("match\u{1f}{}\u{1f}1\u{1f}{}\u{1f}{party}", commitment.draw, commitment.organiser).as_bytes()
            ]);
            let salt = Digest::parse(reveal["salt"].as_str().unwrap()).unwrap();
            let value = reveal["value"].as_str().unwrap();
            let part = Suite::Sha256.hash(&[b"mingcha reveal v1", &[1], who.as_bytes(), salt.as_bytes(), value.as_bytes()]);
            text.extend(part.as_bytes());
        }
        let seed = Suite::Sha256.hash(&[&text]);
        let attempt = &m::view(&platform, &clerk, share).await.unwrap().attempts[0];
        assert_eq!(attempt.matching.seed.as_deref(), Some(seed.to_string().as_str()));
        let again = matching::run(&matching::Input::parse(&input).unwrap(), *seed.as_bytes(), matching::Suite::Sha256).unwrap();
        assert_eq!(again.canonical().unwrap(), document(Document::Outcome).await);
        let rows = assigning::visits(&platform, &clerk, &Filter::default(), app::Window::page(0, 200)).await.unwrap().rows;
        for (team, row) in again.teams.iter().zip(&rows) {
            assert_eq!(team.visit, row.visit.number);
            assert_eq!(team.leader, row.team[0].inspector_id.to_string());
            assert_eq!(team.member, row.team[1].inspector_id.to_string());
        }
        // Nothing is matched again in place.
        assert_eq!(code(m::prepare(&platform, &clerk, share).await), "MATCH-001");
        assert_eq!(code(m::run_again(&platform, &clerk, id).await), "MATCH-003");
        assert_eq!(code(m::fail(&platform, &city.world.as_post(&city.a_leader), id).await), "MATCH-003");
        let kinds = city.world.event_kinds().await;
        assert_eq!(
            kinds[kinds.len() - 6..],
            ["matching.prepare", "matching.invite", "party.commit", "matching.commit", "party.reveal", "matching.run"]
        );
        assert_eq!(city.world.work().await, 0);
        assert_eq!(city.int("SELECT COUNT(*) FROM commitment_chain").await, 1);
    }

    async fn hard_rules_hold(world) {
        let firms: Vec<_> = (1..=30).map(|n| firm("130302", n, &["E8"], &[])).collect();
        let city = City::new(world, &firms).await;
        let good = city.inspectors(city.a, 4, "2026-12-31").await;
        let expired = city.inspectors(city.a, 1, "2021-05-11").await[0];
        let last_day = city.inspectors(city.a, 1, "2021-05-12").await[0];
        let away = city.inspectors(city.a, 1, "2026-12-31").await[0];
        let gone = city.inspectors(city.a, 1, "2026-12-31").await[0];
        let elsewhere = city.inspectors(city.b, 3, "2026-12-31").await;
        city.dispatch().await;
        city.sql("INSERT INTO inspector_leave (id, inspector_id, from_day, to_day, reason) VALUES ('l', $1, '2021-05-12', '2021-05-12', '')",
            values![away.to_string()]).await;
        city.sql("UPDATE inspector SET left_on = '2021-05-01' WHERE id = $1", values![gone.to_string()]).await;
        city.sql("UPDATE visit SET planned_on = '2021-05-12'", vec![]).await;
        city.sql(
            "INSERT INTO recusal (id, inspector_id, subject_id, reason, declared_by, declared_at)
             SELECT visit.id, $1, visit.subject_id, '', '', 0 FROM visit WHERE visit.name LIKE '%第1_号%'",
            values![good[0].to_string()],
        ).await;
        let share = city.accepted().await;
        matched(&city, share).await;
        let teams = teams(&city, &city.a_clerk).await;
        assert_eq!(teams.len(), 30);
        let mut seen = BTreeSet::new();
        for (name, team) in &teams {
            assert_eq!(team.len(), 2);
            seen.extend(team.iter().copied());
            for barred in [expired, away, gone].iter().chain(&elsewhere) {
                assert!(!team.contains(barred), "{name}");
            }
            if (10..=19).any(|n| name.contains(&format!("第{n}号"))) {
                assert!(!team.contains(&good[0]), "recused from {name}");
            }
        }
        assert!(seen.contains(&last_day), "a certificate counts on its last day");
        let loads = assigning::loads(&city.world.platform, &city.world.as_post(&city.a_clerk), Some(share)).await.unwrap();
        let able: Vec<_> = loads.iter().filter(|l| l.visits > 0).map(|l| l.visits).collect();
        assert_eq!(able.len(), 5);
        assert!(able[0] - able[4] <= 1, "{able:?}");
        let filter = Filter { inspector: Some(good[0]), ..Filter::default() };
        let mine = assigning::visits(&city.world.platform, &city.world.as_post(&city.a_clerk), &filter, app::Window::page(0, 50)).await.unwrap();
        assert_eq!(i64::try_from(mine.total).unwrap(), loads.iter().find(|l| l.id == good[0]).unwrap().visits);
    }

    async fn what_cannot_be_matched_is_told_before_anything_is_sealed(world) {
        let city = City::new(world, &ten()).await;
        let people = city.inspectors(city.a, 2, "2026-12-31").await;
        city.dispatch().await;
        let share = city.accepted().await;
        let platform = city.world.platform.clone();
        let clerk = city.world.as_post(&city.a_clerk);
        // One visit needs a qualification that nobody has.
        let told = m::feasibility(&platform, &clerk, share).await.unwrap();
        assert_eq!((told.visits, told.inspectors, told.certified, told.short), (6, 2, 2, 1));
        assert!(told.shortages[0].name.contains("第5号"));
        assert!(told.shortages[0].what.contains("special_equipment") && !told.shortages[0].next.is_empty());
        assert_eq!(code(m::prepare(&platform, &clerk, share).await), "MATCH-002");
        assert_eq!(city.int("SELECT COUNT(*) FROM matching").await, 0);
        assert_eq!(city.int("SELECT COUNT(*) FROM party").await, 0);

        city.sql("INSERT INTO inspector_qualification (inspector_id, code) VALUES ($1, 'special_equipment')", values![people[0].to_string()]).await;
        city.sql("UPDATE inspector SET certificate_to = '2021-05-01' WHERE id = $1", values![people[1].to_string()]).await;
        let told = m::feasibility(&platform, &clerk, share).await.unwrap();
        assert_eq!((told.certified, told.short), (1, 6));
        assert!(told.shortages.iter().all(|s| s.what.contains("执法证")));
        // A day on which the certificate was valid does not exist in the window; a renewed certificate helps.
        city.sql("UPDATE inspector SET certificate_to = '2026-12-31' WHERE id = $1", values![people[1].to_string()]).await;
        assert_eq!(m::feasibility(&platform, &clerk, share).await.unwrap().short, 0);
        prepared(&city, share).await;
    }

    async fn nobody_matches_alone(world) {
        let city = City::new(world, &ten()[..4]).await;
        city.inspectors(city.a, 3, "2026-12-31").await;
        city.dispatch().await;
        let platform = city.world.platform.clone();
        let (clerk, leader) = (city.world.as_post(&city.a_clerk), city.world.as_post(&city.a_leader));
        let received = city.share(city.a).await.id;
        assert_eq!(code(m::prepare(&platform, &clerk, received).await), "MATCH-001");
        let share = city.accepted().await;
        // Only the unit's own clerk prepares.
        assert_eq!(m::prepare(&platform, &city.world.as_post(&city.b_clerk), share).await.unwrap_err().kind, ErrorKind::NotFound);
        assert_eq!(code(m::prepare(&platform, &city.world.as_post(&city.clerk), share).await), "SHARE-001");
        assert_eq!(code(m::prepare(&platform, &leader, share).await), "CORE-403");
        let id = prepared(&city, share).await;
        // Whoever prepared is not the second person, neither as clerk nor with another post.
        assert_eq!(code(m::join(&platform, &clerk, id).await), "MATCH-005");
        let both = city.world.post(city.a_clerk.account_id, city.a, Role::Leader).await;
        assert_eq!(code(m::join(&platform, &city.world.as_post(&both), id).await), "MATCH-005");
        assert_eq!(code(m::publish(&platform, &clerk, id, PublishInput::default()).await), "MATCH-004");
        for (name, expect) in [("", "DRAW-001"), ("平台", "DRAW-002")] {
            assert_eq!(code(m::invite(&platform, &clerk, id, name).await), expect);
        }
        assert_eq!(code(m::invite(&platform, &clerk, id, &"名".repeat(41)).await), "DRAW-001");
        let link = m::invite(&platform, &clerk, id, &"名".repeat(40)).await.unwrap();
        assert!(link.url.ends_with(&format!("/witness/{}", link.token)));
        assert_eq!(code(m::publish(&platform, &clerk, id, PublishInput::default()).await), "MATCH-009");
        // A new link for the same name takes the old one's place.
        let second = m::invite(&platform, &clerk, id, &"名".repeat(40)).await.unwrap();
        assert_eq!(code(party::state(&platform, &public(&city), &link.token).await), "DRAW-021");
        assert_eq!(code(party::commit(&platform, &public(&city), &second.token, "zz").await), "DRAW-006");
        let platform_commitment = m::view(&platform, &clerk, share).await.unwrap().attempts[0].parties[0].commitment.clone().unwrap();
        assert_eq!(code(party::commit(&platform, &public(&city), &second.token, &platform_commitment).await), "DRAW-008");
        assert_eq!(code(party::reveal(&platform, &public(&city), &second.token, &"0".repeat(64), "x").await), "DRAW-012");
        let browser = Browser::commit(&city, second.token).await;
        assert_eq!(code(party::commit(&platform, &public(&city), &browser.token, &"1".repeat(64)).await), "DRAW-007");
        assert_eq!(code(m::publish(&platform, &clerk, id, PublishInput { reveal_minutes: 0 }).await), "DRAW-011");
        assert_eq!(code(m::publish(&platform, &clerk, id, PublishInput { reveal_minutes: 10_081 }).await), "DRAW-011");
        m::publish(&platform, &clerk, id, PublishInput { reveal_minutes: 10_080 }).await.unwrap();
        // Before the reveal the server has the commitment and nothing else of the second person.
        assert_eq!(city.int("SELECT COUNT(*) FROM party WHERE role = 'witness' AND (salt IS NOT NULL OR value IS NOT NULL OR kept_salt IS NOT NULL)").await, 0);
        assert_eq!(code(party::reveal(&platform, &public(&city), &browser.token, &"0".repeat(64), "x").await), "DRAW-014");
        assert_eq!(m::view(&platform, &clerk, share).await.unwrap().attempts[0].rejections, 1);
        browser.reveal(&city).await.unwrap();
        browser.reveal(&city).await.unwrap();
        assert_eq!(city.world.work().await, 1);
        assert_eq!(party::state(&platform, &public(&city), &browser.token).await.unwrap().state, "drawn");
    }

    async fn a_stale_input_is_not_sealed(world) {
        let city = City::new(world, &ten()[..4]).await;
        let people = city.inspectors(city.a, 4, "2026-12-31").await;
        city.dispatch().await;
        let share = city.accepted().await;
        let platform = city.world.platform.clone();
        let (clerk, leader) = (city.world.as_post(&city.a_clerk), city.world.as_post(&city.a_leader));
        let first = prepared(&city, share).await;
        let link = m::join(&platform, &leader, first).await.unwrap();
        Browser::commit(&city, link.token).await;
        city.sql("INSERT INTO inspector_leave (id, inspector_id, from_day, to_day, reason) VALUES ('l', $1, '2021-05-01', '2021-08-31', '')",
            values![people[0].to_string()]).await;
        assert_eq!(code(m::publish(&platform, &clerk, first, PublishInput::default()).await), "MATCH-006");
        // A new preparation takes the place of the unpublished one, under the same number.
        let second = prepared(&city, share).await;
        assert_ne!(first, second);
        let view = m::view(&platform, &clerk, share).await.unwrap();
        assert_eq!((view.attempts.len(), view.attempts[0].matching.attempt), (1, 1));
        assert_eq!(view.attempts[0].parties.len(), 1);
        assert!(view.prepared_by_me && view.own && view.can_prepare);
        assert_eq!(m::publish(&platform, &clerk, first, PublishInput::default()).await.unwrap_err().kind, ErrorKind::NotFound);
        let id = matched(&city, share).await;
        assert!(teams(&city, &city.a_clerk).await.values().all(|team| !team.contains(&people[0])));
        // What is matched is not sent back.
        let version = city.share(city.a).await.version;
        assert_eq!(code(assigning::give_back(&platform, &clerk, share, version, "晚了").await), "SHARE-002");
        assert_eq!(m::document(&platform, &city.world.as_post(&city.b_clerk), id, Document::Outcome).await.unwrap_err().kind, ErrorKind::NotFound);
    }

    async fn a_missing_reveal_fails_on_record_and_only_then_a_new_attempt_begins(world) {
        let city = City::new(world, &ten()[..4]).await;
        city.inspectors(city.a, 4, "2026-12-31").await;
        city.dispatch().await;
        let share = city.accepted().await;
        let platform = city.world.platform.clone();
        let (id, browser) = published(&city, share).await;
        let version = city.share(city.a).await.version;
        let (clerk, leader) = (city.world.as_post(&city.a_clerk), city.world.as_post(&city.a_leader));
        assert_eq!(code(assigning::give_back(&platform, &clerk, share, version, "不想要了").await), "SHARE-007");
        // After publication, until the teams are known, days stand still.
        let plan = PlanInput { share, only: Vec::new(), planned_on: day("2021-06-01"), reason: String::new() };
        assert_eq!(code(assigning::plan(&platform, &clerk, plan).await), "VISIT-002");
        assert_eq!(code(assigning::spread(&platform, &clerk, share).await), "VISIT-002");
        assert_eq!(code(m::prepare(&platform, &clerk, share).await), "MATCH-003");
        assert_eq!(code(m::fail(&platform, &leader, id).await), "MATCH-010");
        assert_eq!(code(m::run_again(&platform, &clerk, id).await), "MATCH-009");
        city.world.clock.advance_seconds(3_601);
        let (clerk, leader) = (city.world.as_post(&city.a_clerk), city.world.as_post(&city.a_leader));
        assert_eq!(code(browser.reveal(&city).await), "DRAW-013");
        assert_eq!(party::state(&platform, &public(&city), &browser.token).await.unwrap().state, "absent");
        assert_eq!(code(m::fail(&platform, &clerk, id).await), "CORE-403");
        m::fail(&platform, &leader, id).await.unwrap();
        let failure: serde_json::Value =
            serde_json::from_slice(&m::document(&platform, &clerk, id, Document::Failure).await.unwrap()).unwrap();
        assert_eq!((failure["by"].as_str(), failure["reason"].as_str()), (Some("甲领导"), Some("甲领导未在揭示截止前揭示")));
        assert_eq!(city.world.event_kinds().await.last().unwrap(), "matching.fail");

        let second = matched(&city, share).await;
        let commitment = Commitment::parse(&m::document(&platform, &clerk, second, Document::Commitment).await.unwrap()).unwrap();
        let first = Commitment::parse(&m::document(&platform, &clerk, id, Document::Commitment).await.unwrap()).unwrap();
        assert_eq!(commitment.attempt, 2);
        assert_eq!(commitment.previous, Some(first.digest()));
        let replaces = commitment.replaces.unwrap();
        assert_eq!((replaces.commitment, replaces.approved_by.as_str()), (first.digest(), "甲领导"));
        assert_eq!(city.int("SELECT COUNT(*) FROM commitment_chain").await, 2);
        assert_eq!(city.int("SELECT COUNT(*) FROM assignment").await, 8);
    }

    async fn a_matching_whose_job_died_runs_again_to_the_same_teams(world) {
        let city = City::new(world, &ten()[..4]).await;
        city.inspectors(city.a, 4, "2026-12-31").await;
        city.dispatch().await;
        let share = city.accepted().await;
        let (id, browser) = published(&city, share).await;
        browser.reveal(&city).await.unwrap();
        let platform = city.world.platform.clone();
        let clerk = city.world.as_post(&city.a_clerk);
        assert_eq!(code(m::run_again(&platform, &clerk, id).await), "MATCH-011");
        // Everybody has revealed: giving up would be a way to try until the teams suit.
        city.sql("UPDATE job SET state = 'failed' WHERE kind = 'match'", vec![]).await;
        city.world.clock.advance_seconds(7_200);
        assert_eq!(code(m::fail(&platform, &city.world.as_post(&city.a_leader), id).await), "MATCH-010");
        m::run_again(&platform, &clerk, id).await.unwrap();
        assert_eq!(city.world.work().await, 1);
        assert_eq!(city.int("SELECT COUNT(*) FROM assignment").await, 8);
        assert_eq!(m::view(&platform, &clerk, share).await.unwrap().attempts[0].matching.state.code(), "matched");
    }
}

#[test]
fn what_a_matching_takes_is_what_is_checked_before_the_seal() {
    assert_eq!(app::scheme::UNIT_INSPECTORS_MAX, ::matching::UNIT_INSPECTORS_MAX);
}
