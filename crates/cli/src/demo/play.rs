//! The scenes: from four files to a drawn, dispatched and staffed task with printed forms, and a second task that is left
//! half-way. Each step is a use case that a page calls as well, done by the person whose business it is.

use std::path::PathBuf;
use std::sync::Arc;

use app::assigning::DispatchInput;
use app::assigning::matching;
use app::ceremony;
use app::directory::import::Upload;
use app::form::FormKind;
use app::job::Worker;
use app::party;
use app::scheme;
use app::task::{self, NewTask};
use app::{Actor, Ctx, Platform, Post};
use domain::ids::{JobId, MatchingId, ShareId, TaskId};
use domain::import::ImportKind;
use draw::{Digest, Suite};

use super::city::{self, STRATA, Scale, UNITS};
use super::clock::DemoClock;
use super::people::{People, accounts_fact};
use super::scheme::{current, seed_000};
use super::summary::{StratumLine, Summary, UnitLine};
use crate::exit::Failure;
use crate::say;

/// Forms printed in the demo: those of the first units until there are so many.
const FORMS: u64 = 200;
/// Notices printed besides, of the first unit.
const NOTICES: u64 = 20;
/// The witnesses of the draw.
const WITNESSES: [(&str, &str); 2] =
    [("派驻纪检监察组", "8 17 23 30 41"), ("企业代表（渤海之滨商贸）", "公平 公正 公开")];
/// Minutes for the reveals.
const REVEAL_MINUTES: i64 = 10;

/// What is to be played.
pub struct Plan {
    /// The open platform of an installation that was made as a demo.
    pub platform: Platform,
    /// Its clock.
    pub clock: Arc<DemoClock>,
    /// How large.
    pub scale: Scale,
    /// Fixed time and randomness.
    pub rehearsal: bool,
    /// Where the bureaus' files are written.
    pub files: PathBuf,
}

/// Plays everything and says how it went.
///
/// # Errors
/// The first refusal of a use case, or of the surroundings.
pub async fn play(plan: Plan) -> Result<Summary, Failure> {
    let mut stage = Stage::new(plan);
    let people = stage.directories().await?;
    let task = stage.seal(&people).await?;
    stage.draw(&people, task).await?;
    stage.staff(&people, task).await?;
    stage.leave_a_task(&people).await?;
    stage.tie_inspector(&people).await?;
    stage.finish(&people).await
}

struct Stage {
    plan: Plan,
    summary: Summary,
    begun: std::time::Instant,
    step: std::time::Instant,
}

impl Stage {
    #[allow(clippy::disallowed_methods, reason = "the steps are timed for the person who waits")]
    fn new(plan: Plan) -> Self {
        let now = std::time::Instant::now();
        let scale = if plan.scale == Scale::Full { "full" } else { "small" };
        let summary = Summary {
            scale,
            database: plan.platform.engine_name().to_owned(),
            rehearsal: plan.rehearsal,
            ..Summary::default()
        };
        Self { plan, summary, begun: now, step: now }
    }

    /// Ends a step: its seconds go into the summary and to the terminal.
    #[allow(clippy::disallowed_methods, reason = "the steps are timed for the person who waits")]
    fn done(&mut self, name: &str) {
        let seconds = self.step.elapsed().as_secs_f64();
        say::line(format_args!("{name}  {seconds:.1} 秒"));
        self.summary.steps.push((name.to_owned(), seconds));
        self.step = std::time::Instant::now();
    }

    fn as_post(&self, post: &Post) -> Ctx {
        self.plan.platform.ctx(Actor::Post(Box::new(post.clone())), "demo")
    }

    fn system(&self) -> Ctx {
        self.plan.platform.ctx(Actor::System, "demo")
    }

    /// Does what waits in the queue and refuses if the job did not end well.
    async fn finish_job(&self, id: JobId) -> Result<(), Failure> {
        Worker::new(self.plan.platform.clone()).drain().await?;
        let job = app::job::get(&self.plan.platform, &self.system(), id).await?;
        if job.state == "done" {
            return Ok(());
        }
        let words = |key: &str| {
            job.error.as_ref().and_then(|e| e.get(key)).and_then(|v| v.as_str()).unwrap_or_default().to_owned()
        };
        Err(Failure::refused(format!("{}：{} {}", job.title, job.state_label, words("message")), words("next")))
    }

    async fn import(&mut self, by: &Ctx, kind: ImportKind, path: &std::path::Path, step: &str) -> Result<(), Failure> {
        let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        // The importer takes its file over by moving it; the bureau's own copy stays where it is.
        let incoming = self.plan.platform.incoming().join(&name);
        std::fs::copy(path, &incoming)?;
        let upload = Upload { kind, path: incoming, file_name: name };
        let (import, job) = app::directory::import::import_now(&self.plan.platform, by, upload).await?;
        self.finish_job(job).await?;
        Worker::new(self.plan.platform.clone()).drain().await?;
        let view = app::directory::import::get(&self.plan.platform, by, import).await?;
        if view.import.state != domain::import::ImportState::Committed {
            return Err(Failure::refused(format!("{} 没有导入", view.import.file_name), "请查看该导入的问题清单。"));
        }
        self.done(step);
        Ok(())
    }

    /// Files, agencies, people, directories.
    async fn directories(&mut self) -> Result<People, Failure> {
        let (folder, scale) = (self.plan.files.clone(), self.plan.scale);
        std::fs::create_dir_all(&folder)?;
        let files = tokio::task::spawn_blocking(move || city::write(&folder, scale))
            .await
            .map_err(Failure::environment)?
            .map_err(Failure::environment)?;
        self.done("生成名录文件");
        self.plan.clock.set(at("2021-04-30T09:00:00+08:00"));
        let owner = self.system();
        self.import(&owner, ImportKind::Agency, &files.agencies, "导入机构").await?;
        let agencies = app::agency::list(&self.plan.platform, &owner).await?;
        let people = People::settle(&self.plan.platform, &owner, &agencies).await?;
        self.plan.platform.set_fact(accounts_fact(), &people.accounts().to_string()).await?;
        self.done("建立账号");
        let keeper = people.post("keeper")?.clone();
        let clerk = people.post("clerk")?.clone();
        self.import(&self.as_post(&keeper), ImportKind::Item, &files.items, "导入抽查事项清单").await?;
        self.import(&self.as_post(&keeper), ImportKind::Inspector, &files.inspectors, "导入执法检查人员").await?;
        self.import(&self.as_post(&clerk), ImportKind::Subject, &files.subjects, "导入检查对象").await?;
        for (name, path) in [
            ("检查对象名录", &files.subjects),
            ("执法检查人员名录", &files.inspectors),
            ("抽查事项清单", &files.items),
            ("机构", &files.agencies),
        ] {
            self.summary.files.push((name.to_owned(), path.display().to_string()));
        }
        Ok(people)
    }

    /// Scheme, task, freeze, seal.
    async fn seal(&mut self, people: &People) -> Result<TaskId, Failure> {
        let platform = self.plan.platform.clone();
        let (clerk, leader) = (people.post("clerk")?.clone(), people.post("leader")?.clone());
        self.plan.clock.set(at("2021-05-06T09:00:00+08:00"));
        let draft = seed_000();
        let (from, to) = (draft.window_from.unwrap_or_default(), draft.window_to.unwrap_or_default());
        let contact = draft.contact.clone();
        let scheme = scheme::draft(&platform, &self.as_post(&clerk), &draft).await?;
        self.approve_scheme(&clerk, &leader, scheme).await?;
        self.done("拟定并审批方案");
        let input = NewTask {
            scheme,
            title: draft.title,
            window_from: from,
            window_to: to,
            contact,
            rehearsal: self.plan.rehearsal,
        };
        let id = task::create(&platform, &self.as_post(&clerk), input).await?;
        task::approve(&platform, &self.as_post(&leader), id).await?;
        self.plan.clock.set(at("2021-05-08T08:30:00+08:00"));
        let job = task::freeze(&platform, &self.as_post(&clerk), id).await?;
        self.finish_job(job).await?;
        self.done("冻结底册");
        let seen = task::check_seal(&platform, &self.as_post(&clerk), id).await?.seen;
        task::request_seal(&platform, &self.as_post(&clerk), id, seen, "").await?;
        let seen = task::check_seal(&platform, &self.as_post(&leader), id).await?.seen;
        task::approve_seal(&platform, &self.as_post(&leader), id, seen).await?;
        Ok(id)
    }

    async fn approve_scheme(&self, clerk: &Post, leader: &Post, id: domain::ids::RevisionId) -> Result<(), Failure> {
        let platform = &self.plan.platform;
        let seen = scheme::view(platform, &self.as_post(clerk), id).await?.revision.version;
        scheme::submit(platform, &self.as_post(clerk), id, seen).await?;
        let seen = scheme::view(platform, &self.as_post(leader), id).await?.revision.version;
        Ok(scheme::approve(platform, &self.as_post(leader), id, seen).await?)
    }

    /// Commitments, reveals, draw: the witnesses do on their side what the page does on a phone.
    async fn draw(&mut self, people: &People, id: TaskId) -> Result<(), Failure> {
        let platform = self.plan.platform.clone();
        let clerk = people.post("clerk")?.clone();
        let mut secrets = Vec::new();
        for (name, value) in WITNESSES {
            let invitation = ceremony::invite(&platform, &self.as_post(&clerk), id, name).await?;
            let state = party::state(&platform, &self.public(), &invitation.token).await?;
            let secret = Secret::new(&self.public(), state.suite, &state.who_hex, value)?;
            party::commit(&platform, &self.public(), &invitation.token, &secret.commitment).await?;
            secrets.push((invitation.token, secret));
        }
        let input = ceremony::PublishInput { reveal_minutes: REVEAL_MINUTES };
        self.summary.commitment = ceremony::publish(&platform, &self.as_post(&clerk), id, input).await?;
        for (token, secret) in &secrets {
            party::reveal(&platform, &self.public(), token, &secret.salt, &secret.value).await?;
        }
        Worker::new(platform.clone()).drain().await?;
        let result = app::drawing::result(&platform, &self.as_post(&clerk), id).await?;
        self.done("承诺、揭示与抽取");
        self.summary.task.clone_from(&result.view.task.number);
        if let Some(latest) = result.view.latest() {
            self.summary.seed = latest.attempt.seed.clone().unwrap_or_default();
            self.summary.roll_rows = latest.attempt.roll_rows.and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
        }
        for stratum in &result.strata {
            let Some(expected) = STRATA.iter().find(|s| s.code == stratum.code) else { continue };
            self.summary.strata.push(StratumLine {
                code: stratum.code.clone(),
                label: stratum.label.clone(),
                base: stratum.rows,
                base_expected: expected.base(self.plan.scale).into(),
                drawn: stratum.drawn,
                drawn_expected: expected.drawn(self.plan.scale).into(),
            });
        }
        self.summary.drawn = result.total;
        let bundle = app::drawing::bundle(&platform, &self.as_post(&clerk), id).await?;
        let copy = self.plan.files.join("证明包.zip");
        std::fs::copy(&bundle.path, &copy)?;
        self.summary.files.push(("证明包".to_owned(), copy.display().to_string()));
        Ok(())
    }

    fn public(&self) -> Ctx {
        self.plan.platform.ctx(Actor::Public, "demo")
    }

    /// Dispatch, receipt, matching in every unit, forms.
    async fn staff(&mut self, people: &People, task: TaskId) -> Result<(), Failure> {
        let platform = self.plan.platform.clone();
        let clerk = people.post("clerk")?.clone();
        self.plan.clock.set(at("2021-05-10T09:00:00+08:00"));
        let job =
            app::assigning::dispatch(&platform, &self.as_post(&clerk), DispatchInput { task, first_on: None }).await?;
        self.finish_job(job).await?;
        self.done("派发");
        self.plan.clock.set(at("2021-05-11T09:00:00+08:00"));
        let mut matched = Vec::new();
        for line in app::assigning::progress(&platform, &self.as_post(&clerk), task).await?.units {
            let share = line.share.id;
            let Some(unit) = UNITS.iter().find(|u| u.name == line.share.agency_name) else { continue };
            let suffix = if unit.code == super::people::CITY {
                String::new()
            } else {
                format!("-{}", unit.code.to_ascii_lowercase())
            };
            let (clerk, leader) =
                (people.post(&format!("clerk{suffix}"))?.clone(), people.post(&format!("leader{suffix}"))?.clone());
            let version = app::assigning::view(&platform, &self.as_post(&clerk), share).await?.share.version;
            app::assigning::accept(&platform, &self.as_post(&clerk), share, version).await?;
            let able = matching::feasibility(&platform, &self.as_post(&clerk), share).await?.certified;
            self.match_share(&clerk, &leader, share).await?;
            let mut loads: Vec<i64> = app::assigning::loads(&platform, &self.as_post(&clerk), Some(share))
                .await?
                .iter()
                .map(|l| l.visits)
                .collect();
            loads.sort_unstable_by(|a, b| b.cmp(a));
            loads.truncate(able);
            let number = |n: Option<&i64>| n.and_then(|n| u64::try_from(*n).ok()).unwrap_or(0);
            self.summary.units.push(UnitLine {
                code: unit.code.to_owned(),
                name: unit.short.to_owned(),
                visits: number(Some(&line.share.visits)),
                inspectors: able as u64,
                load_min: number(loads.last()),
                load_max: number(loads.first()),
            });
            matched.push((clerk, share, number(Some(&line.share.visits))));
        }
        self.done("签收与随机匹配");
        for (clerk, share, visits) in matched {
            let wanted = FORMS.saturating_sub(self.summary.forms).min(visits);
            if wanted == 0 {
                break;
            }
            let limit = usize::try_from(wanted).ok();
            let job = app::form::print_batch(&platform, &self.as_post(&clerk), share, FormKind::Record, limit).await?;
            self.finish_job(job).await?;
            if self.summary.forms == 0 {
                let notices = NOTICES.min(wanted);
                let limit = usize::try_from(notices).ok();
                let job =
                    app::form::print_batch(&platform, &self.as_post(&clerk), share, FormKind::Notice, limit).await?;
                self.finish_job(job).await?;
                self.summary.notices = notices;
            }
            self.summary.forms += wanted;
        }
        self.done("打印文书");
        Ok(())
    }

    async fn match_share(&self, clerk: &Post, leader: &Post, share: ShareId) -> Result<MatchingId, Failure> {
        let platform = &self.plan.platform;
        let id = matching::prepare(platform, &self.as_post(clerk), share).await?;
        let invitation = matching::join(platform, &self.as_post(leader), id).await?;
        let state = party::state(platform, &self.public(), &invitation.token).await?;
        let secret = Secret::new(&self.public(), state.suite, &state.who_hex, "随机匹配")?;
        party::commit(platform, &self.public(), &invitation.token, &secret.commitment).await?;
        matching::publish(platform, &self.as_post(clerk), id, matching::PublishInput::default()).await?;
        party::reveal(platform, &self.public(), &invitation.token, &secret.salt, &secret.value).await?;
        Worker::new(platform.clone()).drain().await?;
        let view = app::assigning::view(platform, &self.as_post(clerk), share).await?;
        if view.share.state == domain::state::ShareState::Matched {
            return Ok(id);
        }
        Err(Failure::refused(format!("{} 的匹配没有完成", view.share.agency_name), "请在作业页面查看原因。"))
    }

    /// A task of this year, approved and waiting for its freeze.
    async fn leave_a_task(&mut self, people: &People) -> Result<(), Failure> {
        use chrono::Datelike as _;
        let platform = self.plan.platform.clone();
        let (clerk, leader) = (people.post("clerk")?.clone(), people.post("leader")?.clone());
        self.plan.clock.release();
        let year = domain::china_day(platform.now()).year();
        let draft = current(year);
        let (from, to) = (draft.window_from.unwrap_or_default(), draft.window_to.unwrap_or_default());
        let contact = draft.contact.clone();
        let scheme = scheme::draft(&platform, &self.as_post(&clerk), &draft).await?;
        self.approve_scheme(&clerk, &leader, scheme).await?;
        let input = NewTask { scheme, title: draft.title, window_from: from, window_to: to, contact, rehearsal: false };
        let id = task::create(&platform, &self.as_post(&clerk), input).await?;
        task::approve(&platform, &self.as_post(&leader), id).await?;
        self.summary.current_task = task::view(&platform, &self.as_post(&clerk), id).await?.task.number;
        Ok(())
    }

    /// The first inspector of a county is named as the owner of an account, and says so.
    async fn tie_inspector(&mut self, people: &People) -> Result<(), Failure> {
        use app::directory::inspector::{self, InspectorQuery};
        let platform = self.plan.platform.clone();
        let (keeper, own) = (people.post("keeper")?.clone(), people.post("inspector-130302")?.clone());
        let query = InspectorQuery { q: own.person.clone(), ..InspectorQuery::default() };
        let found = inspector::list(&platform, &self.as_post(&keeper), &query, app::Window::page(0, 50)).await?;
        let person = found.rows.iter().map(|line| &line.record.inspector).find(|i| i.agency == own.agency_id);
        let person = person.ok_or_else(|| Failure::refused(format!("名录中没有{}", own.person), ""))?;
        inspector::name_account(&platform, &self.as_post(&keeper), person.id, "inspector-130302").await?;
        inspector::confirm_account(&platform, &self.as_post(&own), true).await?;
        Ok(())
    }

    async fn finish(mut self, people: &People) -> Result<Summary, Failure> {
        app::audit::seal_once(&self.plan.platform, true).await?;
        let report = app::audit::verify(&self.plan.platform, &self.system(), None).await?;
        if let Some(fault) = report.faults.first() {
            return Err(Failure::refused(fault.words(), "事件日志不完整，请重新生成演示。"));
        }
        self.summary.events = report.events;
        self.done("封存并核验事件日志");
        self.summary.accounts = people.accounts();
        self.summary.seconds = self.begun.elapsed().as_secs_f64();
        Ok(self.summary)
    }
}

fn at(text: &str) -> domain::Instant {
    // The texts are constants of this file; a wrong one would play the scene in 1970, which the summary's dates show.
    text.parse().unwrap_or(domain::Instant::from_unix_ms(0))
}

/// What a witness keeps to itself until the reveal.
struct Secret {
    salt: String,
    value: String,
    commitment: String,
}

impl Secret {
    fn new(ctx: &Ctx, suite: &str, who_hex: &str, value: &str) -> Result<Self, Failure> {
        let refused = |error: draw::Refused| Failure::refused(error, "");
        let suite = Suite::from_protocol(suite).ok_or_else(|| Failure::refused(format!("未知的算法 {suite}"), ""))?;
        let who = Digest::parse(who_hex).map_err(refused)?;
        let salt = Digest(ctx.entropy.bytes::<32>());
        let commitment = draw::reveal_commitment(suite, &who, &salt, value).to_string();
        Ok(Self { salt: salt.to_string(), value: value.to_owned(), commitment })
    }
}
