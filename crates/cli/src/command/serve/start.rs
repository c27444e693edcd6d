//! What `serve` says when it has begun: where it is reached, what is to be mended, and the accounts of a demo.

use app::Platform;
use domain::address::is_for_this_machine;
use serde::Deserialize;

use super::fronts::Front;
use crate::config::Settings;
use crate::duty::Duties;
use crate::exit::Failure;
use crate::say;

/// Tells whoever started it. `behind`: the HTTPS of the public address is a proxy's.
///
/// # Errors
/// Environment, if the database does not answer.
pub async fn tell(
    platform: &Platform,
    settings: &Settings,
    front: Front,
    duties: Duties,
    base_url: &str,
    behind: bool,
) -> Result<(), Failure> {
    if duties.web {
        let office = (front != Front::Public).then(|| format!("{base_url}/office（办公）"));
        let public = (front != Front::Office).then(|| format!("{base_url}/（公众）"));
        let addresses: Vec<_> = office.into_iter().chain(public).collect();
        say::line(format_args!("明查已启动：{}", addresses.join("  ")));
    } else {
        say::line("明查已启动，不提供页面。");
    }
    say::line(format_args!("本进程负责：{}。", duties.words()));
    if !(duties.jobs && duties.sealer) {
        say::line("其余的由连同一数据库的另一个进程负责；没有这样的进程，作业会一直排队，日志不会封存。");
    }
    if duties.web && front == Front::Office && settings.site_url.is_none() {
        say::line(format_args!(
            "本机不提供公众页面：请在配置文件中用 site_url 写明公众页面的地址，否则检查通知书和证明的二维码指向 {base_url}，外面打不开。"
        ));
    }
    if duties.web
        && front != Front::Public
        && let Some(accounts) = demo_accounts(platform).await?
    {
        say::line("演示环境，数据均为虚构。可用以下账号登录：");
        for account in &accounts {
            say::line(format_args!("  {}  {}  {}（{}）", account.login, account.password, account.name, account.post));
        }
    }
    if duties.web && behind && settings.trusted_proxies.is_empty() {
        say::line("提醒：对外地址是 HTTPS，本机用 HTTP，可见前面有反向代理，但配置文件没有用 trusted_proxies 写明它。");
        say::line(
            "办法：写上代理的 IP，例如 trusted_proxies = [\"127.0.0.1\"]；否则所有人算作同一个地址，登录和查询合在一起计次。",
        );
    }
    if duties.web && is_for_this_machine(base_url) {
        let words = text::upkeep::address_local(base_url);
        say::line(format_args!("提醒：{}", words.found));
        say::line(format_args!("办法：{}", words.mend));
    }
    say::line("按 Ctrl+C 停止。");
    Ok(())
}

/// An account of the demo, as the command that made it wrote it down.
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct DemoAccount {
    login: String,
    password: String,
    name: String,
    post: String,
}

/// The accounts of a demo; none for any other installation, whatever its facts say: a bureau's passwords are never shown.
async fn demo_accounts(platform: &Platform) -> Result<Option<Vec<DemoAccount>>, Failure> {
    if platform.fact("kind").await?.as_deref() != Some("demo") {
        return Ok(None);
    }
    let Some(json) = platform.fact("demo_accounts").await? else { return Ok(None) };
    // A list that cannot be read is no reason not to serve: the accounts are known to whoever made the demo.
    Ok(serde_json::from_str(&json).ok())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_s_accounts_are_read() {
        let json = r#"[{"login":"clerk","password":"p","name":"王经办","post":"经办人"}]"#;
        let accounts: Vec<DemoAccount> = serde_json::from_str(json).unwrap();
        assert_eq!(accounts.first().unwrap().name, "王经办");
    }
}
