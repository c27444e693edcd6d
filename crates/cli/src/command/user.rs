//! `mingcha user`: accounts and posts from the command line, for the first administrator and for emergencies.

use std::process::ExitCode;

use app::Platform;
use app::account::{NewAccount, NewPost};
use clap::{Args, Subcommand};
use domain::role::Role;

use crate::config::Settings;
use crate::exit::{Failure, Outcome};
use crate::{installation, say};

/// 账号与岗位：建立首个管理员、重置密码、停用账号
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// Reads a role by its code.
fn role(code: &str) -> Result<Role, String> {
    code.parse().map_err(|_| "没有这个角色；各角色的代码见 --help".to_owned())
}

#[derive(Subcommand)]
enum Command {
    /// 新建账号并授予一个岗位；初始密码从标准输入读取一行
    Add {
        /// 登录名
        login: String,
        /// 姓名
        #[arg(long)]
        name: String,
        /// 登记机关代码，例如 130300
        #[arg(long, value_name = "CODE")]
        agency: String,
        /// 角色：administrator、clerk、leader、directory_keeper、inspector、auditor
        #[arg(long, value_parser = role)]
        role: Role,
        /// 科室
        #[arg(long, default_value = "")]
        section: String,
    },
    /// 列出账号与岗位
    List,
    /// 重置密码：从标准输入读取一行，下次登录须修改
    ResetPassword {
        /// 登录名
        login: String,
    },
    /// 停用账号，其登录立即结束
    Disable {
        /// 登录名
        login: String,
    },
    /// 恢复已停用的账号
    Enable {
        /// 登录名
        login: String,
    },
}

/// Runs one of the subcommands.
pub async fn run(settings: &Settings, arguments: Arguments) -> Outcome {
    let platform = installation::open(settings, "").await?;
    let ctx = installation::owner(&platform);
    match arguments.command {
        Command::Add { login, name, agency, role, section } => {
            let agencies = app::agency::list(&platform, &ctx).await?;
            let agency = agencies.iter().find(|a| a.code == agency).ok_or_else(|| {
                Failure::refused(
                    format!("没有代码为 {agency} 的机构"),
                    "请先导入机构（mingcha import agencies 机构.xlsx），再建账号。",
                )
            })?;
            let account = NewAccount { login: login.clone(), name, password: password_line()?, must_change: true };
            let id = app::account::create(&platform, &ctx, account).await?;
            let post = NewPost {
                account: id,
                agency: agency.id,
                section,
                role,
                valid_from: ctx.today(),
                valid_to: None,
                seen: None,
            };
            app::account::grant(&platform, &ctx, post).await?;
            say::line(format_args!("已建立账号 {login}；首次登录须修改密码。"));
        }
        Command::List => list(&platform, settings.json).await?,
        Command::ResetPassword { login } => {
            app::account::reset_password(&platform, &ctx, &login, &password_line()?).await?;
            say::line(format_args!("{login} 的密码已重置；下次登录须修改。"));
        }
        Command::Disable { login } => app::account::set_disabled(&platform, &ctx, &login, true, None).await?,
        Command::Enable { login } => app::account::set_disabled(&platform, &ctx, &login, false, None).await?,
    }
    platform.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn list(platform: &Platform, json: bool) -> Result<(), Failure> {
    use text::Label as _;
    let ctx = installation::owner(platform);
    let accounts = app::account::list(platform, &ctx).await?;
    if json {
        let rows: Vec<_> = accounts
            .iter()
            .map(|(account, posts)| {
                let posts: Vec<_> = posts.iter().map(|p| serde_json::json!({ "agency": p.agency_name, "role": p.role })).collect();
                serde_json::json!({ "login": account.login, "name": account.name, "disabled": account.disabled_at.is_some(), "posts": posts })
            })
            .collect();
        println!("{}", serde_json::Value::from(rows));
        return Ok(());
    }
    for (account, posts) in &accounts {
        let posts: Vec<String> = posts.iter().map(|p| format!("{}·{}", p.agency_name, p.role.label())).collect();
        let state = if account.disabled_at.is_some() { "（已停用）" } else { "" };
        println!("{}\t{}{state}\t{}", account.login, account.name, posts.join("；"));
    }
    Ok(())
}

/// One line from standard input, without its end.
fn password_line() -> Result<String, Failure> {
    say::line("请输入初始密码（一行）：");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
