//! `mingcha serve`: the fronts, the job worker and the sealer in one process.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use app::Platform;
use app::job::{Worker, release_after_restart};
use axum::Router;
use axum::serve::ListenerExt as _;
use clap::{Args, ValueEnum};
use domain::address::{host_of, is_for_this_machine};
use office::Office;
use public::Public;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::watch;
use web::harden::ErrorPages;
use web::{Hardening, harden};

use crate::config::{Settings, is_loopback, parse_listen};
use crate::exit::{Failure, Outcome};
use crate::{installation, say, tls};

/// Which pages are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Front {
    /// 全部
    All,
    /// 仅内网：办公页面与见证页面
    Office,
    /// 仅外网：公告、名单、核验
    Public,
}

/// 启动服务：办公页面、见证页面、公众页面与后台作业
///
/// 只监听本机（127.0.0.1）时用 HTTP；监听其他地址时一律用 HTTPS：首次启动自建证书机构，或用配置文件中的单位证书。
#[derive(Args)]
pub struct Arguments {
    /// 监听的地址和端口，例如 0.0.0.0:8443
    #[arg(long, value_name = "IP:PORT")]
    listen: Option<String>,
    /// 写进二维码和链接的外部地址，例如 https://sjc.example.gov.cn:8443
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// 即使只监听本机也用 HTTPS
    #[arg(long)]
    tls: bool,
    /// 提供哪些页面
    #[arg(long, value_enum, default_value_t = Front::All)]
    front: Front,
}

impl Arguments {
    /// All fronts on this address, as the demo starts them.
    pub fn listening(listen: Option<String>) -> Self {
        Self { listen, public_url: None, tls: false, front: Front::All }
    }
}

/// Runs until SIGINT or SIGTERM.
pub async fn run(settings: &Settings, arguments: Arguments) -> Outcome {
    let listen = match &arguments.listen {
        Some(text) => parse_listen(text)?,
        None => settings.listen,
    };
    let with_tls = arguments.tls || needs_tls(settings, listen);
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        let why = text::protocol::io(&error);
        Failure::usage(format!("无法监听 {listen}：{why}"), "请换一个端口（--listen），或停止占用它的程序。")
    })?;
    let address = listener.local_addr()?;
    let named =
        arguments.public_url.or_else(|| settings.public_url.clone()).map(|url| url.trim_end_matches('/').to_owned());
    let base_url = named.unwrap_or_else(|| default_url(address, with_tls));
    let platform = installation::open(settings, &base_url).await?;
    release_after_restart(&platform).await?;
    let router = router(&platform, arguments.front, with_tls).await?;
    let router = router.into_make_service_with_connect_info::<SocketAddr>();

    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(Worker::new(platform.clone()).run(stopped.clone()));
    let sealer = tokio::spawn(app::audit::seal_forever(platform.clone(), stopped.clone()));
    say::line(format_args!("明查已启动：{base_url}/office（办公）  {base_url}/（公众）"));
    if arguments.front == Front::Office && settings.site_url.is_none() {
        say::line(format_args!(
            "本机不提供公众页面：请在配置文件中用 site_url 写明公众页面的地址，否则检查通知书和证明的二维码指向 {base_url}，外面打不开。"
        ));
    }
    if let Some(accounts) = demo_accounts(&platform).await? {
        say::line("演示环境，数据均为虚构。可用以下账号登录：");
        for account in &accounts {
            say::line(format_args!("  {}  {}  {}（{}）", account.login, account.password, account.name, account.post));
        }
    }
    if is_for_this_machine(&base_url) {
        let words = text::upkeep::address_local(&base_url);
        say::line(format_args!("提醒：{}", words.found));
        say::line(format_args!("办法：{}", words.mend));
    }
    say::line("按 Ctrl+C 停止。");
    let shutdown = async move {
        signal().await;
        stop.send(true).ok();
    };
    if with_tls {
        let (certificate, key) = match &settings.certificate {
            Some(files) => files.clone(),
            None => tls::own_certificate(&settings.home, &certificate_names(settings, &base_url, address))?,
        };
        let listener = tls::TlsListener::new(listener, tls::server_config(&certificate, &key)?)?;
        // Tapped, because only then the address of the other side is handed on for a listener of our own.
        axum::serve(listener.tap_io(|_| {}), router).with_graceful_shutdown(shutdown).await?;
    } else {
        axum::serve(listener, router).with_graceful_shutdown(shutdown).await?;
    }
    // The worker finishes the job in hand; what it cannot finish in time is begun anew at the next start.
    tokio::time::timeout(std::time::Duration::from_secs(20), worker).await.ok();
    sealer.await.ok();
    platform.close().await;
    Ok(ExitCode::SUCCESS)
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

/// The fronts as one router, hardened.
async fn router(platform: &Platform, front: Front, with_tls: bool) -> Result<Router, Failure> {
    let demo = platform.fact("kind").await?.as_deref() == Some("demo");
    let mut router = web::assets::router();
    if front != Front::Public {
        router = router.merge(office::router(Office { platform: platform.clone(), tls: with_tls, demo }));
    }
    if front != Front::Office {
        let bureau = app::public_site::bureau(platform).await?;
        router = router.merge(public::router(Public { platform: platform.clone(), bureau, demo }));
    }
    let pages = match front {
        Front::Public => ErrorPages { sign_in: None, home: "/", home_outside: None },
        Front::Office => ErrorPages { sign_in: Some("/office/sign-in"), home: "/office", home_outside: None },
        Front::All => ErrorPages { sign_in: Some("/office/sign-in"), home: "/office", home_outside: Some("/") },
    };
    Ok(harden(router, Hardening { pages, trusted_origins: &[], tls: with_tls }))
}

/// Whether an address is served by TLS without being asked to.
pub fn needs_tls(settings: &Settings, listen: SocketAddr) -> bool {
    settings.certificate.is_some() || !is_loopback(listen.ip())
}

/// What the outside calls this machine, if nothing says otherwise.
pub fn default_url(address: SocketAddr, with_tls: bool) -> String {
    let scheme = if with_tls { "https" } else { "http" };
    if address.ip().is_unspecified() {
        format!("{scheme}://{}:{}", Ipv4Addr::LOCALHOST, address.port())
    } else {
        format!("{scheme}://{address}")
    }
}

/// Names in the own certificate: the configured ones, the host of the public address, the listening address, the loopback.
fn certificate_names(settings: &Settings, base_url: &str, address: SocketAddr) -> Vec<String> {
    let mut names = settings.names.clone();
    if let Some(host) = host_of(base_url) {
        names.push(host.to_owned());
    }
    names.push(address.ip().to_string());
    names.extend(["localhost".to_owned(), "127.0.0.1".to_owned()]);
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| name != "0.0.0.0" && name != "::" && seen.insert(name.clone()));
    names
}

async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            tokio::signal::ctrl_c().await.ok();
        }
    }
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

    #[test]
    fn everywhere_is_shown_as_the_loopback() {
        assert_eq!(default_url("0.0.0.0:8443".parse().unwrap(), true), "https://127.0.0.1:8443");
        assert_eq!(default_url("127.0.0.1:80".parse().unwrap(), false), "http://127.0.0.1:80");
    }
}
