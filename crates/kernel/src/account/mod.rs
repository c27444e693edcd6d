//! Identity: accounts, posts, sessions. The command line's owner makes the first administrator; everything after that
//! is done by an administrator's post and leaves its event.

mod manage;
mod office;
mod password;
mod session;
mod sign_in;
mod throttle;

pub use manage::{NewAccount, NewPost, create, end_post, grant, list, posts, reset_password, set_disabled};
pub use office::{AccountView, OpenAccount, Opened, changes, get, open, page, reset_to_first};
pub use password::PASSWORD_CHARS;
pub(crate) use password::Pool;
pub use session::{Session, resume, switch_post};
pub use sign_in::{SignedIn, change_password, sign_in, sign_out};
pub use store::repo::account::Refused;
pub(crate) use throttle::Tally;
