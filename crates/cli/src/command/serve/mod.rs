//! `mingcha serve`: the fronts, the job worker and the sealer in one process.

mod address;
mod fronts;
mod start;
mod stop;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use app::job::{Worker, release_after_restart};
use axum::serve::ListenerExt as _;
use clap::Args;
use domain::address::is_https;
use tokio::net::TcpListener;
use tokio::sync::watch;

use self::address::certificate_names;
pub use self::address::{default_url, needs_tls};
use self::fronts::Front;
use crate::config::{Settings, parse_listen};
use crate::exit::{Failure, Outcome};
use crate::{installation, tls};

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
    let secure = with_tls || is_https(&base_url);
    let router = fronts::router(&platform, arguments.front, secure, &settings.trusted_proxies).await?;
    let router = router.into_make_service_with_connect_info::<SocketAddr>();

    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(Worker::new(platform.clone()).run(stopped.clone()));
    let sealer = tokio::spawn(app::audit::seal_forever(platform.clone(), stopped.clone()));
    start::tell(&platform, settings, arguments.front, &base_url, secure && !with_tls).await?;
    let shutdown = async move {
        stop::signal().await;
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
    tokio::time::timeout(Duration::from_secs(20), worker).await.ok();
    sealer.await.ok();
    platform.close().await;
    Ok(ExitCode::SUCCESS)
}
