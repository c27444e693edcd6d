//! `mingcha doctor`: fourteen named checks of an installation, each with its mend. Eleven are `app`'s; fonts, certificate and
//! the address in QR codes are looked at here.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use app::Clock as _;
use app::check::{Check, Name, Verdict};
use app::upkeep::Patient;
use clap::Args;
use domain::address::{host_of, is_for_this_machine};
use paper::{CheckNotice, Day, Person, Printer};
use text::upkeep as words;
use x509_parser::extensions::GeneralName;
use x509_parser::pem::Pem;

use crate::clock::MachineClock;
use crate::command::serve::{default_url, needs_tls};
use crate::config::Settings;
use crate::exit::{Outcome, REFUSED};
use crate::printer::words_of;
use crate::{say, tls};

/// Days before its end from which a certificate is spoken of.
const CERTIFICATE_DAYS_MIN: i64 = 30;
/// What a form must be able to show: common and rare characters of names and places, and signs of the fixed texts.
const SPECIMEN: &str =
    "秦皇岛市场监督管理局双随机一公开抽查：囍堃垚喆犇璟滢㐂䶮镕朤燚瞐〇①②③■□√×—…《》〔〕㎡℃ABCabc0123456789";

/// 检查安装是否健康：十四项，每一项都说明如何处理
///
/// 退出码：0 全部正常（可有提醒）；1 有故障。
///
/// home 文件夹与磁盘 · database 数据库 · schema 结构 · guards 防改动的触发器与权限 · files 文件齐全 ·
/// orphans 无人引用的文件 · log 事件日志与时钟 · rows 数据与日志一致 · jobs 停滞的作业 · calendar 工作日历 · rules 规则参数 · fonts 文书字体 · certificate TLS 证书 · address 对外地址
#[derive(Args)]
pub struct Arguments {
    /// 可以安全处理的，当场处理（文件夹权限、缺失的触发器、无人引用的文件）
    #[arg(long)]
    mend: bool,
}

/// Prints a line a check.
pub async fn run(settings: &Settings, arguments: Arguments) -> Outcome {
    let clock = Arc::new(MachineClock);
    let now_seconds = clock.now().unix_ms() / 1_000;
    let (home, files) = (settings.home.clone(), settings.files.clone());
    let patient = Patient { home, files, store: settings.store.clone(), clock, mend: arguments.mend };
    let bar = say::bar("检查");
    let mut checks = app::upkeep::doctor(&patient, app::AREAS, &mut say::progress(&bar)).await;
    bar.finish_and_clear();
    checks.push(of(Name::Fonts, font_check(&settings.fonts)));
    checks.push(of(Name::Certificate, certificate_check(settings, now_seconds)));
    checks.push(of(Name::Address, address_check(settings)));
    let faults = checks.iter().filter(|check| check.verdict == Verdict::Fault).count();
    if settings.json {
        println!("{}", serde_json::json!({ "faults": faults, "checks": checks }));
    } else {
        for check in &checks {
            let (verdict, name) = (check.verdict.word(), check.name.word());
            println!("{}\t{}（{name}）：{}", words::verdict(verdict), words::check(name), check.found);
            if !check.mend.is_empty() {
                println!("\t办法：{}", check.mend);
            }
        }
    }
    if faults == 0 {
        say::line("没有故障。");
        Ok(ExitCode::SUCCESS)
    } else {
        say::line(format_args!("有 {faults} 项故障，见标为“故障”的各行。"));
        Ok(ExitCode::from(REFUSED))
    }
}

type Found = (Verdict, words::Finding);

fn of(name: Name, (verdict, finding): Found) -> Check {
    Check::new(name, verdict, finding)
}

/// Prints one notice: a face that is missing is an error of the printer, and a glyph that is missing is told by it.
fn font_check(folders: &[PathBuf]) -> Found {
    let system = paper::SYSTEM_FONT_DIRS.iter().map(PathBuf::from);
    let folders: Vec<PathBuf> = folders.iter().cloned().chain(system).collect();
    let printed = Printer::new(&folders).and_then(|printer| printer.notices(&[specimen()], &mut |_, _| {}));
    match printed {
        Ok(printed) if printed.unset.is_empty() => (Verdict::Ok, words::fonts_fine()),
        Ok(printed) => {
            let mut lacking: Vec<char> = printed.unset.iter().map(|unset| unset.character).collect();
            lacking.sort_unstable();
            lacking.dedup();
            (Verdict::Fault, words::fonts_lack(&lacking))
        }
        Err(error) => (Verdict::Fault, words::fonts_missing(&words_of(&error))),
    }
}

fn specimen() -> CheckNotice {
    let day = Day { year: 2021, month: 5, day: 8 };
    let person = || Person { name: SPECIMEN.to_owned(), certificate: "1".to_owned() };
    CheckNotice {
        number: "1".to_owned(),
        organ: SPECIMEN.to_owned(),
        organiser: SPECIMEN.to_owned(),
        subject_name: SPECIMEN.to_owned(),
        subject_code: "91130300MA0XXXXX0A".to_owned(),
        basis: SPECIMEN.to_owned(),
        task_name: SPECIMEN.to_owned(),
        task_number: "1".to_owned(),
        source: String::new(),
        frequency: String::new(),
        items: vec![SPECIMEN.to_owned()],
        from: day,
        to: day,
        method: SPECIMEN.to_owned(),
        inspectors: vec![person(), person()],
        assistants: 0,
        materials: vec![SPECIMEN.to_owned()],
        contact: SPECIMEN.to_owned(),
        phone: "12315".to_owned(),
        issued_on: day,
        url: "https://example.org/".to_owned(),
    }
}

/// The certificate that `serve` would use: readable, fits its key, valid for a month more, holds the public name.
fn certificate_check(settings: &Settings, now_seconds: i64) -> Found {
    let own = settings.home.join("tls");
    let (certificate, key) =
        settings.certificate.clone().unwrap_or_else(|| (own.join("server.pem"), own.join("server-key.pem")));
    if settings.certificate.is_none() && !certificate.exists() {
        return (Verdict::Ok, words::certificate_none());
    }
    if let Err(failure) = tls::server_config(&certificate, &key) {
        return (Verdict::Fault, words::certificate_bad(&failure.message()));
    }
    match read_certificate(&certificate) {
        Ok(read) => judge(&read, settings.public_url.as_deref(), now_seconds),
        Err(error) => (Verdict::Fault, words::certificate_bad(&error)),
    }
}

/// The address that `serve` would write into QR codes and links: a phone must be able to open it. An address that is given
/// at the start only (`--public-url`) is not known here.
fn address_check(settings: &Settings) -> Found {
    let own = default_url(settings.listen, needs_tls(settings, settings.listen));
    let base = settings.public_url.clone().unwrap_or(own);
    let site = settings.site_url.clone().unwrap_or_else(|| base.clone());
    match [base.clone(), site].into_iter().find(|url| is_for_this_machine(url)) {
        Some(local) => (Verdict::Warning, words::address_local(&local)),
        None => (Verdict::Ok, words::address_fine(&base)),
    }
}

/// What of a certificate is judged.
struct Certificate {
    from: i64,
    until: i64,
    names: Vec<String>,
}

fn read_certificate(path: &Path) -> Result<Certificate, Box<dyn std::error::Error>> {
    let bytes = std::fs::read(path)?;
    // The first of the file is the server's own; those of the authorities follow.
    let pem = Pem::iter_from_buffer(&bytes).next().ok_or("PEM")??;
    let certificate = pem.parse_x509()?;
    let mut names = Vec::new();
    if let Some(extension) = certificate.subject_alternative_name()? {
        for name in &extension.value.general_names {
            match name {
                GeneralName::DNSName(name) => names.push((*name).to_owned()),
                GeneralName::IPAddress(bytes) => names.extend(address(bytes)),
                _ => {}
            }
        }
    }
    let validity = certificate.validity();
    Ok(Certificate { from: validity.not_before.timestamp(), until: validity.not_after.timestamp(), names })
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(v4).to_string());
    }
    <[u8; 16]>::try_from(bytes).ok().map(|v6| std::net::Ipv6Addr::from(v6).to_string())
}

fn judge(certificate: &Certificate, public_url: Option<&str>, now_seconds: i64) -> Found {
    let (from, until) = (day(certificate.from), day(certificate.until));
    let names = certificate.names.join("、");
    if now_seconds < certificate.from || now_seconds > certificate.until {
        return (Verdict::Fault, words::certificate_dates(&from, &until));
    }
    if let Some(host) = public_url.and_then(host_of)
        && !certificate.names.iter().any(|name| holds(name, host))
    {
        return (Verdict::Fault, words::certificate_name(host, &names));
    }
    if certificate.until - now_seconds < CERTIFICATE_DAYS_MIN * 86_400 {
        return (Verdict::Warning, words::certificate_dates(&from, &until));
    }
    (Verdict::Ok, words::certificate_fine(&until, &names))
}

/// Whether a name of a certificate, perhaps `*.example.org`, holds a host.
fn holds(name: &str, host: &str) -> bool {
    let wild = name
        .strip_prefix('*')
        .is_some_and(|end| host.strip_suffix(end).is_some_and(|label| !label.is_empty() && !label.contains('.')));
    wild || name.eq_ignore_ascii_case(host)
}

fn day(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(seconds, 0).map_or_else(String::new, |at| at.format("%Y-%m-%d").to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_judged() {
        const DAY: i64 = 86_400;
        let certificate = Certificate {
            from: 100 * DAY,
            until: 200 * DAY,
            names: vec!["a.example".to_owned(), "*.b.example".to_owned()],
        };
        let check = |url: Option<&str>, today: i64, expect: Verdict| {
            assert_eq!(judge(&certificate, url, today * DAY).0, expect, "{url:?} on day {today}");
        };
        check(None, 99, Verdict::Fault);
        check(None, 100, Verdict::Ok);
        check(None, 170, Verdict::Ok);
        check(None, 171, Verdict::Warning);
        check(None, 200, Verdict::Warning);
        check(None, 201, Verdict::Fault);
        check(Some("https://a.example:8443"), 150, Verdict::Ok);
        check(Some("https://x.b.example"), 150, Verdict::Ok);
        check(Some("https://x.y.b.example"), 150, Verdict::Fault);
        check(Some("https://b.example"), 150, Verdict::Fault);
    }

    #[test]
    fn the_own_certificate_can_be_read() {
        let home = tempfile::tempdir().unwrap();
        let names = ["sjc.example".to_owned(), "10.0.0.7".to_owned(), "::1".to_owned()];
        let (certificate, _) = tls::own_certificate(home.path(), &names).unwrap();
        let read = read_certificate(&certificate).unwrap();
        assert_eq!(read.names, names);
        assert!(read.from < read.until);
    }
}
