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
use testkit::{MISSING_GLYPH, UNPRINTABLE, World, on_both};

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
        let row = assigning::visits(&platform, &clerk, &filter, app::Window::page(0, 1)).await.unwrap().rows.remove(0);
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
        assert_eq!(data.method, "实地核查");
        assert_eq!(data.materials, ["营业执照正、副本", "住所使用证明", "与电子商务经营行为监督检查、特种设备检查有关的证照、合同、票据、台账和记录"]);
        assert_eq!((data.contact.as_str(), data.contact_phone.as_str()), ("钱接待", "0335-0000003"));
        assert_eq!(data.organiser, "试验市市场监督管理局");
        assert_eq!(data.public_url, "https://public.mingcha.test/announcements/130300202105060001");
        let other = city.world.as_post(&city.b_clerk);
        let unmatched = assigning::visits(&platform, &other, &Filter::default(), app::Window::page(0, 1)).await.unwrap().rows[0].visit.id;
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
        let waiting = assigning::visits(&platform, &clerk, &filter("第6号"), app::Window::page(0, 1)).await.unwrap().rows.remove(0);
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
            let kept = form::kept_file(&platform, &clerk, share, file.id).await.unwrap();
            contents.push(std::fs::read_to_string(kept.path).unwrap());
        }
        contents.sort();
        assert_eq!(contents, ["%PDF notice 6", "%PDF record 2"]);
        assert_eq!(city.int("SELECT COUNT(*) FROM visit WHERE state = 'prepared'").await, 6);
        let b = city.world.as_post(&city.b_clerk);
        assert_eq!(form::kept_file(&platform, &b, share, files[0].id).await.unwrap_err().kind, ErrorKind::NotFound);
        assert_eq!(form::files(&platform, &b, share).await.unwrap_err().kind, ErrorKind::NotFound);
        let above = city.world.as_post(&city.clerk);
        assert_eq!(code(form::print_batch(&platform, &above, share, FormKind::Notice, None).await), "SHARE-001");
        assert_eq!(city.world.event_kinds().await.last().unwrap(), "form.print_batch");
    }

    async fn a_notice_keeps_its_day(world) {
        let city = City::new(world, &ten()).await;
        let share = matched(&city).await;
        let platform = city.world.platform.clone();
        let visit = {
            let clerk = city.world.as_post(&city.a_clerk);
            let filter = Filter { search: "第6号".to_owned(), ..Filter::default() };
            assigning::visits(&platform, &clerk, &filter, app::Window::page(0, 1)).await.unwrap().rows.remove(0).visit.id
        };
        let issued = || city.world.printer.printed().pop().unwrap().1.iter().map(|form| form.issued_on.to_string()).collect::<Vec<_>>();
        city.world.clock.set("2021-05-12T09:00:00+08:00");
        // A record form is no notice.
        form::print(&platform, &city.world.as_post(&city.a_clerk), visit, FormKind::Record).await.unwrap();
        assert_eq!(city.int("SELECT COUNT(*) FROM visit WHERE notice_on IS NOT NULL").await, 0);
        city.world.clock.set("2021-05-13T09:00:00+08:00");
        let first = form::print(&platform, &city.world.as_post(&city.a_clerk), visit, FormKind::Notice).await.unwrap();
        assert_eq!(issued(), ["2021-05-13"]);
        city.world.clock.set("2021-05-17T09:00:00+08:00");
        let clerk = city.world.as_post(&city.a_clerk);
        let again = form::print(&platform, &clerk, visit, FormKind::Notice).await.unwrap();
        assert_eq!((again.pdf, issued()), (first.pdf, vec!["2021-05-13".to_owned()]));
        let both = city.world.printer.printed();
        assert_eq!(both[both.len() - 1], both[both.len() - 2], "printed again, a notice is the same form");
        form::print_batch(&platform, &clerk, share, FormKind::Notice, None).await.unwrap();
        city.world.work().await;
        let days = issued();
        assert_eq!((days.len(), days.iter().filter(|day| *day == "2021-05-13").count()), (6, 1));
        assert_eq!(city.int("SELECT COUNT(*) FROM visit WHERE notice_on = '2021-05-17'").await, 5);
    }

    async fn a_notice_of_another_day_meanwhile_is_not_contradicted(world) {
        let city = City::new(world, &ten()).await;
        matched(&city).await;
        let store = city.world.store().await;
        let mut conn = store.read().await.unwrap();
        let visits = store::repo::visit::of_share(&mut conn, city.share(city.a).await.id, 10).await.unwrap();
        drop(conn);
        let ids: Vec<_> = visits.iter().map(|visit| visit.id).collect();
        city.sql("UPDATE visit SET notice_on = '2021-05-12' WHERE id = $1", values![ids[0].to_string()]).await;
        let mut tx = store.write().await.unwrap();
        store::repo::visit::set_noticed(&mut tx, &ids[1..], crate::city::day("2021-05-13")).await.unwrap();
        let stale = store::repo::visit::set_noticed(&mut tx, &ids, crate::city::day("2021-05-13")).await.unwrap_err();
        assert!(matches!(stale, store::StoreError::Stale));
        drop(tx);
        store.close().await;
    }

    async fn a_notice_names_the_unit_that_comes_or_is_not_printed(world) {
        let city = City::new(world, &ten()).await;
        let share = matched(&city).await;
        let platform = city.world.platform.clone();
        let clerk = city.world.as_post(&city.a_clerk);
        let visit = assigning::visits(&platform, &clerk, &Filter::default(), app::Window::page(0, 1)).await.unwrap().rows.remove(0).visit.id;
        for column in ["contact", "phone"] {
            city.sql(&format!("UPDATE agency SET {column} = '' WHERE code = '130302'"), vec![]).await;
            let error = form::print(&platform, &clerk, visit, FormKind::Notice).await.unwrap_err();
            assert!(error.message().contains("甲区市场监督管理局"), "{}", error.message());
            assert_eq!(error.code, "FORM-010");
            assert_eq!(code(form::print_batch(&platform, &clerk, share, FormKind::Notice, None).await), "FORM-010");
            city.sql(&format!("UPDATE agency SET {column} = '12315' WHERE code = '130302'"), vec![]).await;
        }
        assert_eq!(city.int("SELECT COUNT(*) FROM visit WHERE state = 'prepared' OR notice_on IS NOT NULL").await, 0);
        form::print(&platform, &clerk, visit, FormKind::Notice).await.unwrap();
        city.sql("UPDATE agency SET contact = '' WHERE code = '130302'", vec![]).await;
        form::print(&platform, &clerk, visit, FormKind::Record).await.unwrap();
    }

    async fn one_firm_does_not_stop_the_others(world) {
        let city = City::new(world, &ten()).await;
        let share = matched(&city).await;
        let (rare, bad) = (format!("{MISSING_GLYPH}记饭店"), format!("{UNPRINTABLE}倒写商店"));
        for (name, number) in [(&rare, "1303002021000002"), (&bad, "1303002021000003")] {
            city.sql("UPDATE visit SET name = $1 WHERE number = $2", values![name, number]).await;
        }
        let platform = city.world.platform.clone();
        let clerk = city.world.as_post(&city.a_clerk);
        form::print_batch(&platform, &clerk, share, FormKind::Notice, None).await.unwrap();
        city.world.work().await;
        let files = form::files(&platform, &clerk, share).await.unwrap();
        assert_eq!(files.len(), 1);
        let kept = form::kept_file(&platform, &clerk, share, files[0].id).await.unwrap();
        assert_eq!(std::fs::read(kept.path).unwrap(), b"%PDF notice 5");
        let remarks: Vec<_> = files[0].remarks.iter().map(|remark| (remark.number.as_str(), remark.name.as_str())).collect();
        assert_eq!(remarks, [("1303002021000002", rare.as_str()), ("1303002021000003", bad.as_str())]);
        assert!(files[0].remarks[0].words.contains("〔U+2B820〕") && files[0].remarks[0].words.contains("手写补正"));
        assert!(files[0].remarks[1].words.starts_with("未印出：") && files[0].remarks[1].words.contains("名录中更正"));
        assert_eq!(city.int("SELECT COUNT(*) FROM visit WHERE state = 'prepared'").await, 5);
        assert_eq!(city.int("SELECT COUNT(*) FROM visit WHERE number = '1303002021000003' AND notice_on IS NULL").await, 1);
        // By itself, the firm with the rare character is printed, the other refused by name.
        let print = async |name: &str| {
            let filter = Filter { search: name.to_owned(), ..Filter::default() };
            let id = assigning::visits(&platform, &clerk, &filter, app::Window::page(0, 1)).await.unwrap().rows[0].visit.id;
            form::print(&platform, &clerk, id, FormKind::Record).await
        };
        print("记饭店").await.unwrap();
        let error = print("倒写商店").await.unwrap_err();
        assert!(error.code == "FORM-004" && error.message().contains(&bad), "{}", error.message());
    }

    async fn a_batch_without_a_single_form_says_so(world) {
        let city = City::new(world, &ten()).await;
        let share = matched(&city).await;
        city.sql("UPDATE visit SET name = $1", values![format!("{UNPRINTABLE}倒写商店")]).await;
        let platform = city.world.platform.clone();
        let clerk = city.world.as_post(&city.a_clerk);
        form::print_batch(&platform, &clerk, share, FormKind::Notice, Some(1)).await.unwrap();
        city.world.work().await;
        assert_eq!(city.job_error().await, "FORM-009");
        assert_eq!(form::files(&platform, &clerk, share).await.unwrap().len(), 0);
        assert_eq!(city.int("SELECT COUNT(*) FROM visit WHERE state = 'prepared' OR notice_on IS NOT NULL").await, 0);
    }
}
