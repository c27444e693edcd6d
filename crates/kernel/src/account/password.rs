//! Passwords: argon2id with the crate's default cost (19 MiB, 2 passes), off the async threads.

use std::ops::RangeInclusive;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

use crate::{Error, Result};

/// Characters a password may have. Length is the only rule: composition rules make people write passwords down.
pub const PASSWORD_CHARS: RangeInclusive<usize> = 10..=128;

/// Refuses a password that is too short or too long.
///
/// # Errors
/// `Invalid` on field `password` (`ACCT-004`).
pub(super) fn check_length(password: &str) -> Result<()> {
    if PASSWORD_CHARS.contains(&password.chars().count()) {
        Ok(())
    } else {
        Err(Error::field("password", "ACCT-004").with("min", PASSWORD_CHARS.start()).with("max", PASSWORD_CHARS.end()))
    }
}

/// The PHC string of a password.
///
/// # Errors
/// `Internal`.
pub(super) async fn hash(password: String, salt: [u8; 16]) -> Result<String> {
    run(move || {
        Ok(Argon2::default()
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map_err(|e| Error::internal(e.to_string()))?
            .to_string())
    })
    .await
}

/// Whether a password fits a PHC string.
///
/// # Errors
/// `Internal` if the stored string is not one.
pub(super) async fn verify(password: String, stored: String) -> Result<bool> {
    run(move || {
        let stored = PasswordHash::new(&stored).map_err(|e| Error::internal(e.to_string()))?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &stored).is_ok())
    })
    .await
}

async fn run<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}
