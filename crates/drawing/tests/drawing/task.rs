//! Tasks up to the seal: numbers, approvals, freezing again and again, and the second person.

use app::ErrorKind;
use app::task::StepMark;
use domain::role::Role;
use domain::state::{AttemptState, TaskState};
use domain::work::WorkState;
use testkit::on_both;

use crate::common::{City, draft, new_task};

on_both! {
    async fn a_task_rests_on_an_approved_scheme_and_has_the_next_number(world) {
        let city = City::new(world).await;
        let platform = &city.world.platform;
        let scheme = app::scheme::draft(platform, &city.clerk(), &draft()).await.unwrap();
        let refused = app::task::create(platform, &city.clerk(), new_task(scheme, false)).await.unwrap_err();
        assert_eq!(refused.code, "TASK-001");
        let scheme = city.approved_scheme().await;
        let mut backwards = new_task(scheme, false);
        backwards.window_to = backwards.window_from.pred_opt().unwrap();
        backwards.contact = "  ".to_owned();
        let refused = app::task::create(platform, &city.clerk(), backwards).await.unwrap_err();
        let fields: Vec<_> = refused.fields.iter().map(|field| field.field).collect();
        assert_eq!(fields, ["contact", "window_to"]);
        let mut long = new_task(scheme, false);
        long.title = "题".repeat(app::task::TEXT_CHARS_MAX + 1);
        assert_eq!(app::task::create(platform, &city.clerk(), long.clone()).await.unwrap_err().fields[0].field, "title");
        long.title = "题".repeat(app::task::TEXT_CHARS_MAX);
        let first = app::task::create(platform, &city.clerk(), long).await.unwrap();
        let second = app::task::create(platform, &city.clerk(), new_task(scheme, false)).await.unwrap();
        let number = async |id| app::task::view(platform, &city.clerk(), id).await.unwrap().task.number;
        assert_eq!(number(first).await, "130300202105060001");
        assert_eq!(number(second).await, "130300202105060002");
        assert_eq!(app::task::create(platform, &city.leader(), new_task(scheme, false)).await.unwrap_err().code, "CORE-403");
        let found = app::task::list(platform, &city.clerk(), Some(WorkState::Draft), "0002", app::Window::page(0, 50)).await.unwrap();
        assert_eq!((found.total, found.rows[0].task.id), (1, second));
        let county = city.world.as_post(&city.county_clerk);
        assert_eq!(app::task::view(platform, &county, first).await.unwrap_err().kind, ErrorKind::NotFound);
    }

    async fn a_task_whose_days_are_over_is_late_and_steps_that_cannot_be_done_are_closed(world) {
        let city = City::new(world).await;
        let platform = &city.world.platform;
        let scheme = city.approved_scheme().await;
        let task = app::task::create(platform, &city.clerk(), new_task(scheme, false)).await.unwrap();
        let marks = async |mark: StepMark| {
            let view = app::task::view(platform, &city.clerk(), task).await.unwrap();
            view.steps.into_iter().filter(|step| step.mark == mark).collect::<Vec<_>>()
        };
        let window_to = app::task::view(platform, &city.clerk(), task).await.unwrap().task.window_to;
        let closed: Vec<_> = marks(StepMark::Closed).await.iter().map(|step| step.kind.label()).collect();
        assert_eq!(closed, ["录入", "审核", "公示", "后续", "归档"]);
        city.world.clock.set(&format!("{window_to}T23:00:00+08:00"));
        assert!(marks(StepMark::Late).await.is_empty(), "the last day is in time");
        city.world.clock.set(&format!("{}T00:00:00+08:00", window_to.succ_opt().unwrap()));
        let late = marks(StepMark::Late).await;
        assert_eq!((late.len(), late[0].deadline.as_str()), (1, format!("检查期已于{window_to}结束").as_str()));
        assert!(app::task::view(platform, &city.clerk(), task).await.unwrap().late);
    }

    async fn the_maker_does_not_approve_and_a_void_task_is_over(world) {
        let city = City::new(world).await;
        let platform = &city.world.platform;
        let scheme = city.approved_scheme().await;
        let task = app::task::create(platform, &city.clerk(), new_task(scheme, false)).await.unwrap();
        let also_leader = city.world.post(city.clerk.account_id, city.city, Role::Leader).await;
        let refused = app::task::approve(platform, &city.world.as_post(&also_leader), task).await.unwrap_err();
        assert_eq!((refused.kind, refused.code), (ErrorKind::Denied, "APPR-003"));
        assert_eq!(app::task::freeze(platform, &city.clerk(), task).await.unwrap_err().code, "TASK-003");
        app::task::approve(platform, &city.leader(), task).await.unwrap();
        assert_eq!(app::task::approve(platform, &city.leader(), task).await.unwrap_err().code, "TASK-003");
        assert_eq!(app::task::void(platform, &city.leader(), task, " ").await.unwrap_err().fields[0].code, "APPR-004");
        app::task::void(platform, &city.leader(), task, "计划调整").await.unwrap();
        let view = app::task::view(platform, &city.clerk(), task).await.unwrap();
        assert_eq!(view.task.state, TaskState::Voided);
        assert!(view.steps.iter().all(|step| step.mark != StepMark::Current));
        assert_eq!(app::task::freeze(platform, &city.clerk(), task).await.unwrap_err().code, "TASK-003");
    }

    async fn a_roll_is_frozen_again_until_it_is_sealed(world) {
        let city = City::with_register(world, 20).await;
        let platform = &city.world.platform;
        let task = city.approved_task(false).await;
        assert_eq!(app::task::check_seal(platform, &city.clerk(), task).await.unwrap_err().code, "TASK-007");
        assert_eq!(app::task::request_seal(platform, &city.clerk(), task, 1, "").await.unwrap_err().code, "TASK-007");
        app::task::freeze(platform, &city.clerk(), task).await.unwrap();
        assert_eq!(app::task::freeze(platform, &city.clerk(), task).await.unwrap_err().code, "TASK-006");
        assert_eq!(city.world.work().await, 1);
        let first = app::task::check_seal(platform, &city.clerk(), task).await.unwrap();
        app::task::request_seal(platform, &city.clerk(), task, first.seen, "").await.unwrap();
        let asked = app::task::check_seal(platform, &city.leader(), task).await.unwrap();
        city.freeze(task).await;
        // The leader still has the old roll in front of them.
        let stale = app::task::approve_seal(platform, &city.leader(), task, asked.seen).await.unwrap_err();
        assert_eq!(stale.code, "TASK-008");
        let second = app::task::check_seal(platform, &city.clerk(), task).await.unwrap();
        let digest = |check: &app::task::SealCheck| check.view.latest().unwrap().attempt.roll_digest.clone().unwrap();
        // A fresh key each time: the same rows, another digest.
        assert_ne!(digest(&first), digest(&second));
        assert_eq!(second.view.attempts.len(), 1);
        let stale = app::task::request_seal(platform, &city.clerk(), task, first.seen, "").await.unwrap_err();
        assert_eq!(stale.code, "CORE-409");
        city.seal(task, "").await;
        assert_eq!(app::task::freeze(platform, &city.clerk(), task).await.unwrap_err().code, "TASK-003");
        let view = app::task::view(platform, &city.clerk(), task).await.unwrap();
        assert_eq!(view.latest().unwrap().attempt.state, AttemptState::Sealed);
        // The platform has committed and shown nothing.
        assert_eq!(view.parties.len(), 1);
        assert!(view.parties[0].commitment.is_some() && view.parties[0].value.is_none());
    }

    async fn the_seal_needs_a_second_person(world) {
        let city = City::with_register(world, 20).await;
        let platform = &city.world.platform;
        let task = city.approved_task(false).await;
        city.freeze(task).await;
        let seen = app::task::check_seal(platform, &city.clerk(), task).await.unwrap().seen;
        assert_eq!(app::task::approve_seal(platform, &city.leader(), task, seen).await.unwrap_err().code, "TASK-008");
        app::task::request_seal(platform, &city.clerk(), task, seen, "").await.unwrap();
        let also_leader = city.world.post(city.clerk.account_id, city.city, Role::Leader).await;
        let ctx = city.world.as_post(&also_leader);
        let refused = app::task::approve_seal(platform, &ctx, task, seen + 1).await.unwrap_err();
        assert_eq!((refused.kind, refused.code), (ErrorKind::Denied, "APPR-003"));
        assert!(refused.message().contains("王经办"));
        assert_eq!(app::task::approve_seal(platform, &city.clerk(), task, seen + 1).await.unwrap_err().code, "CORE-403");
        assert_eq!(app::task::approve_seal(platform, &city.leader(), task, seen).await.unwrap_err().code, "CORE-409");
        app::task::return_seal(platform, &city.leader(), task, seen + 1, "排除规则请复核").await.unwrap();
        let view = app::task::view(platform, &city.clerk(), task).await.unwrap();
        assert_eq!(view.latest().unwrap().attempt.state, AttemptState::Frozen);
        city.seal(task, "").await;
    }

    async fn a_freeze_that_cannot_be_says_why(world) {
        let city = City::new(world).await;
        let platform = &city.world.platform;
        let task = city.approved_task(false).await;
        let failed = async || {
            app::task::freeze(platform, &city.clerk(), task).await.unwrap();
            city.world.work().await;
            let job = app::task::view(platform, &city.clerk(), task).await.unwrap().jobs.remove(0);
            job.error.unwrap()["code"].as_str().unwrap().to_owned()
        };
        assert_eq!(failed().await, "TASK-012");
        // A directory in which nobody meets the scheme: only a deregistered firm and one that is too young.
        city.add_subjects(0).await;
        let store = city.world.store().await;
        let mut tx = store.write().await.unwrap();
        tx.execute("UPDATE subject SET status = 'revoked', version = version + 1", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(failed().await, "TASK-011");
        let mut tx = store.write().await.unwrap();
        tx.execute("UPDATE subject SET status = 'existing', tags = $1, version = version + 1", store::values!["x\u{200b}"])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(failed().await, "TASK-013");
        store.close().await;
        let view = app::task::view(platform, &city.clerk(), task).await.unwrap();
        assert!(view.attempts.is_empty());
        assert_eq!(std::fs::read_dir(platform.incoming()).unwrap().count(), 0);
    }
}
