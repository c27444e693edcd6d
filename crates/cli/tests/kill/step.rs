//! The steps that are killed. [`drive`] does what people and a worker do for a step, beginning with whatever is there
//! already: so the undisturbed run, the run that is killed and the run after it are one function.

use app::assigning::matching::{self, PublishInput};
use app::assigning::{self, DispatchInput};
use app::directory::import::{self, Upload};
use app::form::{self, FormKind};
use app::job::Worker;
use app::{Actor, Ctx, Platform, Result};
use domain::ids::{MatchingId, ShareId, TaskId};
use domain::import::{ImportKind, ImportState};
use domain::state::{MatchingState, PartyState, TaskState};
use serde::{Deserialize, Serialize};
use testkit::play::Secret;

/// What is done and killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Upload of a register, dry run, commit.
    Import,
    /// The roll of an approved task.
    Freeze,
    /// The last reveal and the draw.
    Draw,
    /// The drawn go to their units.
    Dispatch,
    /// A matching is prepared, joined and published.
    Publish,
    /// The last reveal and the matching.
    Match,
    /// The forms of a matched share.
    Forms,
}

/// What a process needs to know to go on with a platform: sessions of the people and ids of the things.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Scene {
    pub clerk: String,
    pub leader: String,
    pub unit_clerk: String,
    pub unit_leader: String,
    pub register: std::path::PathBuf,
    pub task: Option<TaskId>,
    pub share: Option<ShareId>,
    pub witness: Option<Secret>,
}

/// An open platform and its scene.
pub struct Desk<'a> {
    pub platform: &'a Platform,
    pub scene: &'a Scene,
}

impl Desk<'_> {
    /// The context of whoever is signed in with a token.
    pub async fn person(&self, token: &str) -> Ctx {
        let session = app::account::resume(self.platform, token).await.unwrap().expect("a session");
        self.platform.ctx(Actor::Post(Box::new(session.post)), "kill")
    }

    pub async fn clerk(&self) -> Ctx {
        self.person(&self.scene.clerk).await
    }

    async fn unit_clerk(&self) -> Ctx {
        self.person(&self.scene.unit_clerk).await
    }

    /// Does all jobs that wait.
    pub async fn work(&self) -> Result<()> {
        Worker::new(self.platform.clone()).drain().await.map(drop)
    }

    fn task(&self) -> TaskId {
        self.scene.task.expect("a task")
    }

    fn share(&self) -> ShareId {
        self.scene.share.expect("a share")
    }

    fn witness(&self) -> &Secret {
        self.scene.witness.as_ref().expect("a witness")
    }
}

/// Goes on with a step until it is done.
pub async fn drive(step: Step, desk: &Desk<'_>) -> Result<()> {
    desk.work().await?;
    match step {
        Step::Import => import_register(desk).await,
        Step::Freeze => freeze(desk).await,
        Step::Draw => draw_by_lot(desk).await,
        Step::Dispatch => dispatch(desk).await,
        Step::Publish => publish(desk).await.map(drop),
        Step::Match => match_inspectors(desk).await,
        Step::Forms => print_forms(desk).await,
    }
}

async fn import_register(desk: &Desk<'_>) -> Result<()> {
    loop {
        let ctx = desk.clerk().await;
        let found = import::list(desk.platform, &ctx, app::Window::page(0, 50)).await?.rows;
        match found.iter().find(|import| import.kind == ImportKind::Subject) {
            None => {
                let path = desk.platform.incoming().join("register.csv");
                std::fs::copy(&desk.scene.register, &path).unwrap();
                let input = Upload { kind: ImportKind::Subject, path, file_name: "登记册.csv".to_owned() };
                import::upload(desk.platform, &ctx, input).await?;
            }
            Some(import) if matches!(import.state, ImportState::Uploaded | ImportState::Mapped) => {
                import::dry_run(desk.platform, &ctx, import.id).await?;
                desk.work().await?;
            }
            Some(import) if import.state == ImportState::Checked => {
                import::commit(desk.platform, &ctx, import.id).await?;
                desk.work().await?;
            }
            Some(_) => return Ok(()),
        }
    }
}

async fn freeze(desk: &Desk<'_>) -> Result<()> {
    let ctx = desk.clerk().await;
    if app::task::view(desk.platform, &ctx, desk.task()).await?.attempts.is_empty() {
        app::task::freeze(desk.platform, &ctx, desk.task()).await?;
    }
    desk.work().await
}

async fn draw_by_lot(desk: &Desk<'_>) -> Result<()> {
    let ctx = desk.clerk().await;
    if app::task::view(desk.platform, &ctx, desk.task()).await?.task.state == TaskState::Drawn {
        return Ok(());
    }
    if desk.witness().is_revealed(desk.platform).await? {
        // All have revealed and the job ended without a result.
        app::drawing::run(desk.platform, &ctx, desk.task()).await?;
    } else {
        desk.witness().reveal(desk.platform).await?;
    }
    desk.work().await
}

async fn dispatch(desk: &Desk<'_>) -> Result<()> {
    let ctx = desk.clerk().await;
    if app::assigning::progress(desk.platform, &ctx, desk.task()).await?.units.is_empty() {
        let input = DispatchInput { task: desk.task(), first_on: None };
        assigning::dispatch(desk.platform, &ctx, input).await?;
    }
    desk.work().await
}

/// Prepares, joins and publishes; the second person's secret if that person joined here.
pub async fn publish(desk: &Desk<'_>) -> Result<Option<Secret>> {
    let ctx = desk.unit_clerk().await;
    if matching::view(desk.platform, &ctx, desk.share()).await?.attempts.is_empty() {
        matching::prepare(desk.platform, &ctx, desk.share()).await?;
    }
    let view = matching::view(desk.platform, &ctx, desk.share()).await?;
    let attempt = &view.attempts[0];
    let id = attempt.matching.id;
    if attempt.matching.state != MatchingState::Prepared {
        return Ok(None);
    }
    let committed = attempt.parties.iter().any(|party| !party.platform && party.state == PartyState::Committed);
    let secret = if committed { None } else { Some(join(desk, id).await?) };
    matching::publish(desk.platform, &desk.unit_clerk().await, id, PublishInput { reveal_minutes: 600 }).await?;
    Ok(secret)
}

/// The unit's leader joins as second person and commits.
async fn join(desk: &Desk<'_>, id: MatchingId) -> Result<Secret> {
    let leader = desk.person(&desk.scene.unit_leader).await;
    let token = matching::join(desk.platform, &leader, id).await?.token;
    Secret::committed(desk.platform, token).await
}

async fn match_inspectors(desk: &Desk<'_>) -> Result<()> {
    let ctx = desk.unit_clerk().await;
    let view = matching::view(desk.platform, &ctx, desk.share()).await?;
    let attempt = &view.attempts[0];
    if attempt.matching.state == MatchingState::Matched {
        return Ok(());
    }
    if attempt.revealed {
        matching::run_again(desk.platform, &ctx, attempt.matching.id).await?;
    } else {
        desk.witness().reveal(desk.platform).await?;
    }
    desk.work().await
}

async fn print_forms(desk: &Desk<'_>) -> Result<()> {
    let ctx = desk.unit_clerk().await;
    if form::files(desk.platform, &ctx, desk.share()).await?.is_empty() {
        form::print_batch(desk.platform, &ctx, desk.share(), FormKind::Record, None).await?;
    }
    desk.work().await
}
