//! Posts: person × agency × section × role × validity. What a session acts as.

use chrono::NaiveDate;
use domain::agency::AgencyPath;
use domain::ids::{AccountId, AgencyId, PostId};
use domain::role::Role;
use domain::time::Instant;

use crate::{Conn, Result, Row, StoreError, Tx, values};

/// A post with the names that are shown and cited with it.
#[derive(Clone, Debug)]
pub struct Post {
    /// Its id.
    pub id: PostId,
    /// Whose post.
    pub account_id: AccountId,
    /// The person's name.
    pub person: String,
    /// In which agency.
    pub agency_id: AgencyId,
    /// The agency's name today.
    pub agency_name: String,
    /// The agency's path, which is the post's scope.
    pub agency_path: AgencyPath,
    /// Section within the agency.
    pub section: String,
    /// Role.
    pub role: Role,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day, if it ended or will end.
    pub valid_to: Option<NaiveDate>,
}

const SELECT: &str =
    "SELECT post.id, post.account_id, account.name AS person, post.agency_id, agency.name AS agency_name,
     agency.path AS agency_path, post.section, post.role, post.valid_from, post.valid_to
     FROM post JOIN account ON account.id = post.account_id JOIN agency ON agency.id = post.agency_id";

pub(crate) fn read(row: &Row) -> Result<Post> {
    Ok(Post {
        id: row.parse("id")?,
        account_id: row.parse("account_id")?,
        person: row.text("person")?,
        agency_id: row.parse("agency_id")?,
        agency_name: row.text("agency_name")?,
        agency_path: row.parse("agency_path")?,
        section: row.text("section")?,
        role: row.parse("role")?,
        valid_from: row.parse("valid_from")?,
        valid_to: row.opt_parse("valid_to")?,
    })
}

/// Grants a post.
///
/// # Errors
/// See [`StoreError`].
pub async fn insert(tx: &mut Tx, post: &Post, now: Instant) -> Result<()> {
    tx.execute(
        "INSERT INTO post (id, account_id, agency_id, section, role, valid_from, valid_to, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        values![
            post.id.to_string(),
            post.account_id.to_string(),
            post.agency_id.to_string(),
            &post.section,
            post.role.to_string(),
            post.valid_from,
            post.valid_to,
            now
        ],
    )
    .await?;
    Ok(())
}

/// Ends a post on `day`, its last valid day.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn end(tx: &mut Tx, id: PostId, day: NaiveDate) -> Result<()> {
    let touched = tx.execute("UPDATE post SET valid_to = $1 WHERE id = $2", values![day, id.to_string()]).await?;
    if touched == 0 { Err(StoreError::NotFound) } else { Ok(()) }
}

/// One post.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn by_id_unscoped(conn: &mut Conn, id: PostId) -> Result<Post> {
    let row = conn
        .row(&format!("{SELECT} WHERE post.id = $1"), values![id.to_string()])
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// The posts of an account that are valid on `day`, oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn valid_of_account(conn: &mut Conn, account: AccountId, day: NaiveDate) -> Result<Vec<Post>> {
    conn.rows(
        &format!("{SELECT} WHERE post.account_id = $1 AND post.valid_from <= $2 AND (post.valid_to IS NULL OR post.valid_to >= $2) ORDER BY post.id LIMIT 100"),
        values![account.to_string(), day],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// All posts of an account, ended and future ones too, oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn all_of_account(conn: &mut Conn, account: AccountId) -> Result<Vec<Post>> {
    conn.rows(&format!("{SELECT} WHERE post.account_id = $1 ORDER BY post.id LIMIT 1000"), values![account.to_string()])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// How many accounts of an agency can act on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hands {
    /// As clerks.
    pub clerks: u64,
    /// As clerks or leaders.
    pub all: u64,
}

/// The accounts of each agency that can act on `day` as clerks or leaders, whatever the scope: whether units can sign and
/// match concerns whoever sends them work. Agencies without any are left out.
///
/// # Errors
/// See [`StoreError`].
pub async fn hands_unscoped(conn: &mut Conn, day: NaiveDate) -> Result<std::collections::BTreeMap<AgencyId, Hands>> {
    conn.rows(
        "SELECT post.agency_id, COUNT(DISTINCT CASE WHEN post.role = 'clerk' THEN post.account_id END) AS clerks,
             COUNT(DISTINCT post.account_id) AS hands
         FROM post JOIN account ON account.id = post.account_id
         WHERE post.role IN ('clerk', 'leader') AND account.disabled_at IS NULL
           AND post.valid_from <= $1 AND (post.valid_to IS NULL OR post.valid_to >= $1)
         GROUP BY post.agency_id",
        values![day],
    )
    .await?
    .iter()
    .map(|row| {
        let hands = Hands { clerks: super::unsigned(row.int("clerks")?), all: super::unsigned(row.int("hands")?) };
        Ok((row.parse("agency_id")?, hands))
    })
    .collect()
}
