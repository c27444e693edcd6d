//! The fronts that a process serves, as one router.

use app::Platform;
use axum::Router;
use clap::ValueEnum;
use office::Office;
use public::Public;
use web::harden::{BODY_BYTES_MAX, ErrorPages};
use web::typed::Bodies;
use web::{Hardening, Proxies, harden};

use crate::exit::Failure;

/// Which pages are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Front {
    /// 全部
    All,
    /// 仅内网：办公页面与见证页面
    Office,
    /// 仅外网：公告、名单、核验
    Public,
}

/// How much of a body is read where. Whoever is not signed in sends little, and the public pages take nothing.
const BODIES: Bodies = &[("/office/sign-in", 64 * 1024), ("/office/", BODY_BYTES_MAX), ("/witness/", 64 * 1024)];

/// The fronts as one router, hardened. `secure`: browsers reach it over HTTPS, ours or a proxy's.
pub async fn router(platform: &Platform, front: Front, secure: bool, proxies: &Proxies) -> Result<Router, Failure> {
    let demo = platform.fact("kind").await?.as_deref() == Some("demo");
    let mut router = web::assets::router();
    if front != Front::Public {
        router = router.merge(office::router(Office { platform: platform.clone(), secure, demo }));
    }
    if front != Front::Office {
        let bureau = app::public_site::bureau(platform).await?;
        router = router.merge(public::router(Public { platform: platform.clone(), bureau, demo }));
    }
    // The outside machine may have the files read-only.
    router = router.merge(public::health(platform.clone(), front != Front::Public));
    let pages = match front {
        Front::Public => ErrorPages { sign_in: None, home: "/", home_outside: None },
        Front::Office => ErrorPages { sign_in: Some("/office/sign-in"), home: "/office", home_outside: None },
        Front::All => ErrorPages { sign_in: Some("/office/sign-in"), home: "/office", home_outside: Some("/") },
    };
    Ok(harden(router, Hardening { pages, trusted_origins: &[], secure, proxies: proxies.clone(), bodies: BODIES }))
}
