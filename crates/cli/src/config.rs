//! The configuration: one TOML file, then the environment (`MINGCHA_…`), then flags; read once.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use app::StoreConfig;
use clap::Args;
use serde::Deserialize;
use web::Proxies;

use crate::duty::Duty;
use crate::exit::Failure;
use crate::written;

/// Where a server listens unless told otherwise: the loopback, without TLS.
const LISTEN: &str = "127.0.0.1:8080";

/// Flags of every command.
#[derive(Args, Debug, Default)]
pub struct Global {
    /// 安装所在的文件夹（数据库、文件、证书）
    #[arg(long, global = true, env = "MINGCHA_HOME", value_name = "DIR")]
    home: Option<PathBuf>,
    /// 把状态放进 PostgreSQL：postgres://用户@主机:端口/数据库
    #[arg(long, global = true, env = "MINGCHA_DATABASE", value_name = "URL", hide_env_values = true)]
    database: Option<String>,
    /// 配置文件（TOML）；默认读取安装文件夹中的 mingcha.toml（如果有）
    #[arg(long, global = true, env = "MINGCHA_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// 以 JSON 输出结果，供程序读取
    #[arg(long, global = true)]
    json: bool,
}

/// The file's form. Every key may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    database: Option<String>,
    listen: Option<String>,
    public_url: Option<String>,
    site_url: Option<String>,
    certificate: Option<PathBuf>,
    certificate_key: Option<PathBuf>,
    names: Option<Vec<String>>,
    trusted_proxies: Option<Vec<String>>,
    fonts: Option<Vec<PathBuf>>,
    files: Option<PathBuf>,
    duties: Option<Vec<Duty>>,
    connections_max: Option<u64>,
    connections_per_address_max: Option<u64>,
    stop_seconds: Option<u64>,
}

/// The keys of [`File`], as a refusal names them.
const KEYS: &str = "database、listen、public_url、site_url、certificate、certificate_key、names、trusted_proxies、fonts、files、\
                    duties、connections_max、connections_per_address_max、stop_seconds";

/// Seconds that requests in hand may take once the server is to stop.
const STOP_SECONDS: u64 = 10;
/// A stop that takes longer is no stop.
const STOP_SECONDS_MAX: u64 = 600;

/// The configuration as the commands use it.
#[derive(Debug)]
pub struct Settings {
    /// The installation's folder.
    pub home: PathBuf,
    /// The database.
    pub store: StoreConfig,
    /// Output for programs.
    pub json: bool,
    /// Where `serve` listens.
    pub listen: SocketAddr,
    /// What the outside calls this installation; none: made from the address.
    pub public_url: Option<String>,
    /// What the outside calls the public front, where another machine serves it; none: as `public_url`.
    pub site_url: Option<String>,
    /// The bureau's own certificate and key (PEM); none: an own authority makes one.
    pub certificate: Option<(PathBuf, PathBuf)>,
    /// Names and addresses that the own certificate holds besides the listening address.
    pub names: Vec<String>,
    /// Proxies before us whose word about the asker's address counts.
    pub trusted_proxies: Proxies,
    /// Folders with fonts, searched before the system's.
    pub fonts: Vec<PathBuf>,
    /// Where the files lie: all processes of an installation must reach the same folder.
    pub files: PathBuf,
    /// What `serve` does; none: what its front does by itself.
    pub duties: Option<Vec<Duty>>,
    /// Connections at most; none: as many as the limit of open files allows.
    pub connections_max: Option<u64>,
    /// Connections from one address at most; none: a part of all.
    pub connections_per_address_max: Option<u64>,
    /// How long requests in hand may take once the server is to stop.
    pub stop_within: Duration,
}

impl Settings {
    /// Reads file, environment and flags.
    ///
    /// # Errors
    /// A usage failure that names the key and its form.
    pub fn read(global: &Global) -> Result<Self, Failure> {
        let home = global.home.clone().unwrap_or_else(|| PathBuf::from("mingcha-data"));
        let file = read_file(global.config.as_deref(), &home)?;
        let database = global.database.clone().or(file.database);
        let store = match database {
            None => StoreConfig::SqliteFile(home.join("mingcha.db")),
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                StoreConfig::PostgresUrl(url)
            }
            Some(_) => {
                return Err(Failure::usage(
                    "数据库地址无法识别",
                    "请写成 postgres://用户@主机:端口/数据库；不写则使用安装文件夹中的 SQLite。",
                ));
            }
        };
        let listen = parse_listen(&env_or("MINGCHA_LISTEN", file.listen).unwrap_or_else(|| LISTEN.to_owned()))?;
        let certificate = match (file.certificate, file.certificate_key) {
            (None, None) => None,
            (Some(certificate), Some(key)) => Some((home.join(certificate), home.join(key))),
            _ => {
                return Err(Failure::usage(
                    "证书与私钥只配置了一个",
                    "请同时配置 certificate 与 certificate_key（PEM 文件）。",
                ));
            }
        };
        let stop_seconds = file.stop_seconds.unwrap_or(STOP_SECONDS);
        if stop_seconds > STOP_SECONDS_MAX {
            return Err(Failure::usage(
                format!("stop_seconds 是 {stop_seconds}，太长了"),
                format!("停止时等待请求的秒数最多 {STOP_SECONDS_MAX}，一般不用填（默认 {STOP_SECONDS}）。"),
            ));
        }
        if file.connections_max == Some(0) || file.connections_per_address_max == Some(0) {
            return Err(Failure::usage("连接数的上限是 0，谁也连不上", "请改成至少 1，或去掉这一项。"));
        }
        Ok(Self {
            // An absolute path stays what it is.
            files: home.join(file.files.unwrap_or_else(|| PathBuf::from("files"))),
            home,
            store,
            json: global.json,
            listen,
            public_url: env_or("MINGCHA_PUBLIC_URL", file.public_url).map(without_slash),
            site_url: env_or("MINGCHA_SITE_URL", file.site_url).map(without_slash),
            certificate,
            names: file.names.unwrap_or_default(),
            trusted_proxies: proxies(file.trusted_proxies.unwrap_or_default())?,
            fonts: file.fonts.unwrap_or_default(),
            duties: file.duties,
            connections_max: file.connections_max,
            connections_per_address_max: file.connections_per_address_max,
            stop_within: Duration::from_secs(stop_seconds),
        })
    }
}

/// Reads an address to listen on: `HOST:PORT`.
///
/// # Errors
/// A usage failure.
pub fn parse_listen(text: &str) -> Result<SocketAddr, Failure> {
    text.parse().map_err(|_| {
        Failure::usage(format!("监听地址“{text}”无法识别"), "请写成 IP:端口，例如 127.0.0.1:8080 或 0.0.0.0:8443。")
    })
}

fn proxies(named: Vec<String>) -> Result<Proxies, Failure> {
    let network = |text: String| {
        text.parse().map_err(|_| {
            Failure::usage(
                format!("trusted_proxies 中的“{text}”无法识别"),
                "请写代理的 IP 或网段，例如 [\"127.0.0.1\", \"10.1.0.0/16\"]。",
            )
        })
    };
    named.into_iter().map(network).collect()
}

/// Is this the machine itself? Only then plain HTTP is served.
pub fn is_loopback(ip: IpAddr) -> bool {
    ip.is_loopback()
}

fn without_slash(url: String) -> String {
    url.trim_end_matches('/').to_owned()
}

fn env_or(name: &str, otherwise: Option<String>) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).or(otherwise)
}

fn read_file(named: Option<&Path>, home: &Path) -> Result<File, Failure> {
    let path = named.map_or_else(|| home.join("mingcha.toml"), Path::to_owned);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => return Ok(File::default()),
        Err(error) => {
            return Err(Failure::usage(
                format!("配置文件 {} 读不出来：{}", path.display(), text::protocol::io(&error)),
                "请核对路径和权限。",
            ));
        }
    };
    written::fit_file(&path, &text)?;
    toml::from_str(&text).map_err(|error| {
        // The reader's own words are English; the line says enough beside the keys.
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let number = before.matches('\n').count();
        let line = text.lines().nth(number).unwrap_or_default().trim();
        Failure::usage(
            format!("配置文件 {} 第 {} 行有误：{line}", path.display(), number + 1),
            format_args!("请按“键 = 值”书写，键只能是 {KEYS}；各键的写法见手册“运维”一章。"),
        )
    })
}
