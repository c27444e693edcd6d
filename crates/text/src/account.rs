//! Signing in, in words.

use domain::Instant;

/// What a person reads after signing in, and an administrator about an account: tries that were refused since the last
/// sign-in. `None` where there were none.
#[must_use]
pub fn refused(count: i64, at: Option<Instant>, from: Option<&str>) -> Option<String> {
    if count <= 0 {
        return None;
    }
    let last = match (at, from) {
        (Some(at), Some(from)) => format!("，最近一次 {}，来自 {from}", crate::moment(at)),
        (Some(at), None) => format!("，最近一次 {}", crate::moment(at)),
        (None, _) => String::new(),
    };
    Some(format!("{count} 次{last}"))
}

/// The notice after signing in.
#[must_use]
pub fn refused_notice(count: i64, at: Option<Instant>, from: Option<&str>) -> Option<String> {
    let said = refused(count, at, from)?;
    Some(format!("上次登录以来，有人用您的账号登录未成功 {said}。不是您本人的，请告知系统管理员。"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_is_said_with_its_day_and_address() {
        let at: Instant = "2021-05-06T09:15:00+08:00".parse().unwrap();
        let said = refused_notice(3, Some(at), Some("10.1.2.3")).unwrap();
        assert_eq!(
            said,
            "上次登录以来，有人用您的账号登录未成功 3 次，最近一次 2021-05-06 09:15，来自 10.1.2.3。不是您本人的，请告知系统管理员。"
        );
        assert_eq!(refused(2, None, None).unwrap(), "2 次");
        assert_eq!(refused_notice(0, Some(at), None), None);
    }
}
