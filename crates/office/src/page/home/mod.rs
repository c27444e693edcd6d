//! Where a person arrives: signing in, the account, the to-do list.

pub(crate) mod account;
pub(crate) mod todo;

use crate::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new().merge(account::routes()).merge(todo::routes())
}
