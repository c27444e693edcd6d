//! Forms hold what the visit holds, leave an event, and are refused with the firm's name.

use app::ErrorKind;
use app::assigning::matching::{self as m, PublishInput};
use app::assigning::{self, Filter};
use app::form::{self, FormKind};
use app::party;
use app::{Actor, Platform};
use domain::ids::ShareId;
use draw::{Digest, Suite};
use store::values;
use testkit::{MISSING_GLYPH, World, on_both};

use crate::city::{City, code, ten};

/// A city whose unit A is matched.
pub async fn matched(city: &City) -> ShareId {
    let people = city.inspectors(city.a, 5, "2026-12-31").await;
    city.sql(
        "INSERT INTO inspector_qualification (inspector_id, code) VALUES ($1, 'special_equipment')",
        values![people[0].to_string()],
    )
    .await;
    city.dispatch().await;
    let share = city.accepted().await;
    match_share(&city.world, city, share).await;
    share
}

pub async fn match_share(world: &World, city: &City, share: ShareId) {
    let platform: &Platform = &world.platform;
    let clerk = world.as_post(&city.a_clerk);
    let id = m::prepare(platform, &clerk, share).await.unwrap();
    let link = m::join(platform, &world.as_post(&city.a_leader), id).await.unwrap();
    let phone = platform.ctx(Actor::Public, "phone");
    let state = party::state(platform, &phone, &link.token).await.unwrap();
    let who = draw::who(Suite::Sha256, "match", &state.draw, 1, &state.organiser, &state.party);
    let salt = Digest([9; 32]);
    let commitment = draw::reveal_commitment(Suite::Sha256, &who, &salt, "42").to_string();
    party::commit(platform, &phone, &link.token, &commitment).await.unwrap();
    m::publish(platform, &clerk, id, PublishInput::default()).await.unwrap();
    party::reveal(platform, &phone, &link.token, &salt.to_string(), "42").await.unwrap();
    world.work().await;
}

on_both! {
    async fn a_form_holds_the_visit(world) {
        let city = City::new(world, &ten()).await;
        let share = matched(&city).await;
        let platform = city.world.platform.clone();
        let clerk = city.world.as_post(&city.a_clerk);
        let filter = Filter { search: "第5号".to_owned(), ..Filter::default() };
        let row = assigning::visits(&platform, &clerk, &filter, 0, 1).await.unwrap().rows.remove(0);
        let printed = form::print(&platform, &clerk, row.visit.id, FormKind::Record).await.unwrap();
        assert_eq!(printed.pdf, b"%PDF record 1");
        assert!(printed.name.contains(&row.visit.number) && printed.name.ends_with(".pdf"));
        let (kind, forms) = city.world.printer.printed().pop().unwrap();
        assert_eq!(kind, FormKind::Record);
        let data = &forms[0];
        assert_eq!(data.items.iter().map(|i| i.category.as_str()).collect::<Vec<_>>(), ["登记事项检查", "电子商务经营行为监督检查", "特种设备检查"]);
        assert_eq!(data.basis, "《试验法》第1条、《试验法》第2条、《试验法》第3条");
        assert_eq!(data.url, format!("https://mingcha.test/office/visits/{}", row.visit.id));
        assert_eq!(data.inspectors.iter().map(|p| p.name.clone()).collect::<Vec<_>>(), row.team.iter().map(|s| s.name.clone()).collect::<Vec<_>>());
        assert_eq!((data.subject_term.as_str(), data.organ.as_str(), data.address.as_str()), ("市场主体", "甲区市场监督管理局", "虚构路1号"));
        let view = assigning::visit(&platform, &clerk, row.visit.id).await.unwrap();
        assert_eq!(view.row.visit.state.code(), "prepared");
        assert_eq!(city.world.event_kinds().await.last().unwrap(), "form.print");
        let b = city.world.as_post(&city.b_clerk);
        assert_eq!(form::print(&platform, &b, row.visit.id, FormKind::Notice).await.unwrap_err().kind, ErrorKind::NotFound);
        let leader = city.world.as_post(&city.a_leader);
        assert_eq!(form::print(&platform, &leader, row.visit.id, FormKind::Notice).await.unwrap_err().kind, ErrorKind::Denied);
        let other = city.world.as_post(&city.b_clerk);
        let unmatched = assigning::visits(&platform, &other, &Filter::default(), 0, 1).await.unwrap().rows[0].visit.id;
        assert_eq!(code(form::print(&platform, &other, unmatched, FormKind::Notice).await), "FORM-002");
        assert_eq!(code(form::print_batch(&platform, &other, city.share(city.b).await.id, FormKind::Notice, None).await), "FORM-005");
        assert_eq!(form::files(&platform, &clerk, share).await.unwrap().len(), 0);
    }

    async fn what_waits_for_its_items_is_not_printed_and_holds_nobody_up(world) {
        let city = City::new(world, &ten()).await;
        city.sql("UPDATE check_item SET subjects = 'individual' WHERE code = 'A01'", vec![]).await;
        let share = matched(&city).await;
        let platform = city.world.platform.clone();
        let clerk = city.world.as_post(&city.a_clerk);
        // Five of A's six have only an item that does not apply; they are matched all the same.
        let filter = |search: &str| Filter { search: search.to_owned(), ..Filter::default() };
        let waiting = assigning::visits(&platform, &clerk, &filter("第6号"), 0, 1).await.unwrap().rows.remove(0);
        assert_eq!(waiting.team.len(), 2);
        assert_eq!(code(form::print(&platform, &clerk, waiting.visit.id, FormKind::Record).await), "FORM-007");
        form::print_batch(&platform, &clerk, share, FormKind::Record, None).await.unwrap();
        city.world.work().await;
        let (_, forms) = city.world.printer.printed().pop().unwrap();
        assert_eq!(forms.len(), 1);
    }

    async fn a_unit_is_printed_by_a_job(world) {
        let city = City::new(world, &ten()).await;
        let share = matched(&city).await;
        let platform = city.world.platform.clone();
        let clerk = city.world.as_post(&city.a_clerk);
        form::print_batch(&platform, &clerk, share, FormKind::Notice, None).await.unwrap();
        assert_eq!(code(form::print_batch(&platform, &clerk, share, FormKind::Record, None).await), "FORM-006");
        assert_eq!(city.world.work().await, 1);
        form::print_batch(&platform, &clerk, share, FormKind::Record, Some(2)).await.unwrap();
        assert_eq!(city.world.work().await, 1);
        let files = form::files(&platform, &clerk, share).await.unwrap();
        assert_eq!(files.len(), 2);
        let mut contents = Vec::new();
        for file in &files {
            contents.push(String::from_utf8(form::read_file(&platform, &clerk, share, file.id).await.unwrap().pdf).unwrap());
        }
        contents.sort();
        assert_eq!(contents, ["%PDF notice 6", "%PDF record 2"]);
        assert_eq!(city.int("SELECT COUNT(*) FROM visit WHERE state = 'prepared'").await, 6);
        let b = city.world.as_post(&city.b_clerk);
        assert_eq!(form::read_file(&platform, &b, share, files[0].id).await.unwrap_err().kind, ErrorKind::NotFound);
        assert_eq!(form::files(&platform, &b, share).await.unwrap_err().kind, ErrorKind::NotFound);
        let above = city.world.as_post(&city.clerk);
        assert_eq!(code(form::print_batch(&platform, &above, share, FormKind::Notice, None).await), "SHARE-001");
        assert_eq!(city.world.event_kinds().await.last().unwrap(), "form.print_batch");
    }

    async fn a_missing_glyph_names_the_firm(world) {
        let city = City::new(world, &ten()).await;
        let share = matched(&city).await;
        let name = format!("{MISSING_GLYPH}记饭店");
        city.sql("UPDATE visit SET name = $1 WHERE number = '1303002021000002'", values![&name]).await;
        let platform = city.world.platform.clone();
        let clerk = city.world.as_post(&city.a_clerk);
        form::print_batch(&platform, &clerk, share, FormKind::Notice, None).await.unwrap();
        city.world.work().await;
        assert_eq!(city.job_error().await, "FORM-003");
        assert_eq!(form::files(&platform, &clerk, share).await.unwrap().len(), 0);
        assert_eq!(city.int("SELECT COUNT(*) FROM visit WHERE state = 'prepared'").await, 0);
        let filter = Filter { search: name.clone(), ..Filter::default() };
        let id = assigning::visits(&platform, &clerk, &filter, 0, 1).await.unwrap().rows[0].visit.id;
        let error = form::print(&platform, &clerk, id, FormKind::Record).await.unwrap_err();
        assert!(error.message().contains(&name), "{}", error.message());
    }
}
