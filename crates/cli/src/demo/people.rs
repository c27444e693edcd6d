//! Who works in the demo city: one person for each post that the scenes need, all with the same password.

use app::account::{NewAccount, NewPost};
use app::{Agency, Ctx, Platform, Post};
use chrono::NaiveDate;
use domain::role::Role;
use text::Label as _;

use super::city::UNITS;
use crate::exit::Failure;

/// The password of every account of the demo. It is printed and shown: the city is invented.
pub const PASSWORD: &str = "mingcha-demo";
/// The city's own bureau.
pub const CITY: &str = "130300";
/// First day of all posts.
const SINCE: (i32, u32, u32) = (2020, 1, 1);

/// Everybody, and how to find them.
pub struct People {
    posts: Vec<(String, Post)>,
}

impl People {
    /// Makes the accounts and posts.
    ///
    /// # Errors
    /// Refused by a use case.
    pub async fn settle(platform: &Platform, ctx: &Ctx, agencies: &[Agency]) -> Result<Self, Failure> {
        let mut posts = Vec::new();
        for (login, name, section, agency, role) in wanted() {
            let agency = agencies
                .iter()
                .find(|a| a.code == agency)
                .ok_or_else(|| Failure::refused(format!("机构 {agency} 不存在"), "请检查机构文件。"))?;
            let account = NewAccount { login: login.clone(), name, password: PASSWORD.to_owned(), must_change: false };
            let account = app::account::create(platform, ctx, account).await?;
            let valid_from = NaiveDate::from_ymd_opt(SINCE.0, SINCE.1, SINCE.2).unwrap_or_default();
            let post = NewPost { account, agency: agency.id, section, role, valid_from, valid_to: None, seen: None };
            app::account::grant(platform, ctx, post).await?;
            let posts_of = app::account::posts(platform, ctx, account).await?;
            let post = posts_of.into_iter().next().ok_or_else(|| Failure::refused(format!("{login} 没有岗位"), ""))?;
            posts.push((login, post));
        }
        Ok(Self { posts })
    }

    /// The post of a login.
    ///
    /// # Errors
    /// Refused if nobody has it.
    pub fn post(&self, login: &str) -> Result<&Post, Failure> {
        let found = self.posts.iter().find(|(known, _)| known == login).map(|(_, post)| post);
        found.ok_or_else(|| Failure::refused(format!("演示账号 {login} 不存在"), ""))
    }

    /// The accounts as programs and the server's start read them.
    pub fn accounts(&self) -> serde_json::Value {
        let row = |(login, post): &(String, Post)| {
            serde_json::json!({
                "login": login, "password": PASSWORD, "name": post.person,
                "post": format!("{}·{}", post.agency_name, post.role.label()),
            })
        };
        self.posts.iter().map(row).collect()
    }
}

/// Name of the installation's fact that holds [`People::accounts`].
#[must_use]
pub const fn accounts_fact() -> &'static str {
    "demo_accounts"
}

/// Login, name, section, agency, role. The first is whom a newcomer signs in as.
fn wanted() -> Vec<(String, String, String, &'static str, Role)> {
    let mut all = Vec::new();
    let mut add = |login: &str, name: &str, section: &str, agency: &'static str, role: Role| {
        all.push((login.to_owned(), name.to_owned(), section.to_owned(), agency, role));
    };
    add("clerk", "秦立新", "信用监管科", CITY, Role::Clerk);
    add("leader", "冯建国", "局领导", CITY, Role::Leader);
    add("keeper", "罗文静", "信用监管科", CITY, Role::DirectoryKeeper);
    add("auditor", "孟清", "派驻纪检监察组", CITY, Role::Auditor);
    add("admin", "俞敏", "大数据与科技运用处", CITY, Role::Administrator);
    let clerks = ["陶海燕", "邱山林", "彭北川", "鲁宁", "白青松", "葛黎明", "卢晓峰", "康开元", "柳新月"];
    let leaders = ["顾长河", "范守关", "戴望舒海", "宁抚民", "龙远山", "昌盛平", "卢志刚", "邓开泰", "戴新河"];
    for ((unit, clerk), leader) in UNITS.iter().filter(|u| u.code != CITY).zip(clerks).zip(leaders) {
        let code = unit.code.to_ascii_lowercase();
        add(&format!("clerk-{code}"), clerk, "信用监管股", unit.code, Role::Clerk);
        add(&format!("leader-{code}"), leader, "局领导", unit.code, Role::Leader);
    }
    // The first inspector of the list of 130302: see `Stage::tie_inspector`.
    add("inspector-130302", "于敏", "综合执法大队", "130302", Role::Inspector);
    all
}
