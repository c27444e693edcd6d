//! `mingcha serve`: the fronts, the job worker and the sealer in one process, or some of them.

mod address;
mod fronts;
mod start;
mod stop;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use app::Platform;
use app::job::Worker;
use clap::Args;
use domain::address::is_https;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tracing::{error, warn};

use self::address::certificate_names;
pub use self::address::{default_url, needs_tls};
use self::fronts::Front;
use self::stop::Signals;
use crate::config::{Settings, parse_listen};
use crate::duty::{Duties, Duty};
use crate::exit::{Failure, Outcome};
use crate::listener::{Listener, Patience, Room};
use crate::{installation, say, tls};

/// How long a job in hand may take to end once the server is to stop. What does not end in time is begun anew at the next
/// start.
const JOB_STOP_MAX: Duration = Duration::from_secs(20);
/// How long the sealer and the database may take to end.
const CLOSE_MAX: Duration = Duration::from_secs(3);

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
    /// 这个进程做什么，默认全部
    #[arg(long, value_enum, value_delimiter = ',', env = "MINGCHA_DUTIES", value_name = "DUTY,…")]
    duties: Option<Vec<Duty>>,
}

impl Arguments {
    /// All fronts on this address, as the demo starts them.
    pub fn listening(listen: Option<String>) -> Self {
        Self { listen, public_url: None, tls: false, front: Front::All, duties: None }
    }
}

/// Runs until SIGINT or SIGTERM. The first one lets requests and the job in hand end, within limits whatever clients do; the
/// second one ends at once.
pub async fn run(settings: &Settings, arguments: Arguments) -> Outcome {
    let mut signals = Signals::listen()?;
    let front = arguments.front;
    let duties = Duties::of(front == Front::Public, arguments.duties.as_deref().or(settings.duties.as_deref()))?;
    let listen = match &arguments.listen {
        Some(text) => parse_listen(text)?,
        None => settings.listen,
    };
    let with_tls = arguments.tls || needs_tls(settings, listen);
    let tcp = if duties.web { Some(bind(listen).await?) } else { None };
    let address = tcp.as_ref().map_or(Ok(listen), TcpListener::local_addr)?;
    let named =
        arguments.public_url.or_else(|| settings.public_url.clone()).map(|url| url.trim_end_matches('/').to_owned());
    let base_url = named.unwrap_or_else(|| default_url(address, with_tls));
    let platform = installation::open(settings, &base_url).await?;
    installation::with_its_files(&platform, settings, front == Front::Public).await?;
    let _held = installation::take_up(settings, &platform, duties.jobs).await?;
    let secure = with_tls || is_https(&base_url);
    let (stop, stopped) = watch::channel(false);
    let listener = match tcp {
        None => None,
        Some(tcp) => Some(Listener {
            tcp,
            tls: if with_tls { Some(acceptor(settings, &base_url, address)?) } else { None },
            router: fronts::router(&platform, front, secure, &settings.trusted_proxies).await?,
            proxies: settings.trusted_proxies.clone(),
            room: Room::of_this_process(settings.connections_max, settings.connections_per_address_max),
            patience: Patience::default(),
            stop_within: settings.stop_within,
            stop: stopped.clone(),
        }),
    };
    start::tell(&platform, settings, front, duties, &base_url, secure && !with_tls).await?;
    let mut working = std::pin::pin!(work(&platform, duties, listener, stopped));
    tokio::select! {
        () = &mut working => error!("all duties ended without being told to"),
        () = signals.next() => {
            stop.send_replace(true);
            say::line("正在停止：等手上的请求和作业做完。再按一次 Ctrl+C（或再发一次信号）立即停止。");
            tokio::select! {
                () = &mut working => {}
                () = signals.next() => {
                    say::line("立即停止：没做完的作业下次启动时从头再来。");
                    return Ok(ExitCode::SUCCESS);
                }
            }
        }
    }
    if tokio::time::timeout(CLOSE_MAX, platform.close()).await.is_err() {
        warn!("the database did not close in time");
    }
    Ok(ExitCode::SUCCESS)
}

/// Does the duties until `stopped`, and then what is in hand.
async fn work(platform: &Platform, duties: Duties, listener: Option<Listener>, stopped: watch::Receiver<bool>) {
    let web = async {
        if let Some(listener) = listener {
            listener.run().await;
        }
    };
    let jobs = async {
        if duties.jobs {
            let work = Worker::new(platform.clone()).run(stopped.clone());
            ended(work, stopped.clone(), JOB_STOP_MAX, "the job in hand").await;
        }
    };
    let sealer = async {
        if duties.sealer {
            let work = app::audit::seal_forever(platform.clone(), stopped.clone());
            ended(work, stopped.clone(), CLOSE_MAX, "the sealer").await;
        }
    };
    tokio::join!(web, jobs, sealer);
}

/// Runs `work`, which ends by itself after `stopped`, and leaves it if it takes longer than `within` to do so.
async fn ended(
    work: impl Future<Output = ()> + Send + 'static,
    mut stopped: watch::Receiver<bool>,
    within: Duration,
    what: &'static str,
) {
    let mut task = tokio::spawn(work);
    // Whoever could tell it to stop is gone: then it is time as well.
    stopped.wait_for(|stop| *stop).await.ok();
    match tokio::time::timeout(within, &mut task).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => error!(%error, what, "a duty broke off"),
        Err(_) => {
            warn!(what, "left undone: it did not end within the time for stopping");
            task.abort();
        }
    }
}

async fn bind(listen: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(listen).await.map_err(|error| {
        let why = text::protocol::io(&error);
        Failure::usage(format!("无法监听 {listen}：{why}"), "请换一个端口（--listen），或停止占用它的程序。")
    })
}

/// With the bureau's certificate, or one of our own.
fn acceptor(settings: &Settings, base_url: &str, address: SocketAddr) -> Result<TlsAcceptor, Failure> {
    let (certificate, key) = match &settings.certificate {
        Some(files) => files.clone(),
        None => tls::own_certificate(&settings.home, &certificate_names(settings, base_url, address))?,
    };
    Ok(TlsAcceptor::from(Arc::new(tls::server_config(&certificate, &key)?)))
}
