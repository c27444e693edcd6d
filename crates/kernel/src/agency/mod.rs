//! The organisation tree: adding agencies, changing their names and contacts, listing a scope.

use domain::agency::{Agency as Rules, AgencyKind, AgencyLevel, AgencyPath};
use domain::agency_code::AgencyCode;
use domain::ids::AgencyId;
use domain::reach::Touch;
use domain::registry::UseCase;
use store::StoreError;
use store::repo;
use store::repo::agency::Agency;

use crate::{Ctx, Error, Platform, Result};

/// Characters of an agency's name.
const NAME_CHARS_MAX: usize = 60;

/// Input of [`add`].
#[derive(Clone, Debug)]
pub struct NewAgency {
    /// Registrar key as typed; its grammar is [`AgencyCode`]'s.
    pub code: String,
    /// Full name.
    pub name: String,
    /// Name for tables.
    pub short_name: String,
    /// Level.
    pub level: AgencyLevel,
    /// Kind.
    pub kind: AgencyKind,
    /// Registrar key of the agency above; none for the root of the installation.
    pub parent_code: Option<String>,
    /// Division code, if it has one.
    pub division: Option<String>,
    /// Whom a firm may ask about a visit; may be empty.
    pub contact: String,
    /// That person's phone; may be empty.
    pub phone: String,
}

/// Adds an agency below one of the acting post's scope.
///
/// # Errors
/// `Invalid` on `code` (`AGCY-001` form, `AGCY-002` taken), `name`, `short_name` (`CORE-101`), `contact` (`AGCY-005`),
/// `phone` (`AGCY-006`), `parent` (`AGCY-003` unknown, `AGCY-004` missing: only the command line's owner makes the root,
/// `AGCY-007` it stands, `AGCY-008` too many levels); `NotFound` for a parent outside the scope.
pub async fn add(platform: &Platform, ctx: &Ctx, input: NewAgency) -> Result<AgencyId> {
    let mut command = platform.command(ctx, UseCase::AgencySave).await?;
    let name = named("name", &input.name)?;
    let short_name = named("short_name", &input.short_name)?;
    let (contact, phone) = reachable(&input.contact, &input.phone)?;
    let code: AgencyCode = input.code.parse().map_err(|_| Error::field("code", "AGCY-001"))?;
    let parent = match &input.parent_code {
        None => None,
        Some(typed) => {
            let known = match typed.parse() {
                Ok(code) => repo::agency::by_code_unscoped(command.tx(), &code).await?,
                Err(_) => None,
            };
            Some(known.ok_or_else(|| Error::field("parent", "AGCY-003").with("code", typed))?)
        }
    };
    let path = match &parent {
        Some(parent) => parent
            .path
            .child(&code)
            .map_err(|_| Error::field("parent", "AGCY-008").with("max", AgencyPath::DEPTH_MAX))?,
        None => AgencyPath::root(&code),
    };
    ctx.scope()?.reaches(&Touch::new_agency(parent.as_ref().map(|parent| &parent.path), &path))?;
    if parent.is_none()
        && let Some(root) = repo::agency::root(command.tx()).await?
    {
        return Err(Error::field("parent", "AGCY-007").with("name", root.name));
    }
    let agency = Agency {
        id: AgencyId::from_parts(ctx.ms(), ctx.ten()),
        code,
        name,
        short_name,
        level: input.level,
        kind: input.kind,
        parent_id: parent.map(|p| p.id),
        division: input.division,
        path,
        contact,
        phone,
        version: 1,
    };
    repo::agency::insert(command.tx(), &agency, ctx.now).await.map_err(|error| match error {
        StoreError::Duplicate(_) => Error::field("code", "AGCY-002").with("code", &agency.code),
        other => other.into(),
    })?;
    command.finish("agency", agency.id, serde_json::json!({ "code": agency.code, "name": agency.name })).await?;
    Ok(agency.id)
}

/// Input of [`change`]. Key and place in the tree never change: directories and paths rest on them.
#[derive(Clone, Debug)]
pub struct ChangeAgency {
    /// Which.
    pub id: AgencyId,
    /// The version that the form showed.
    pub version: i64,
    /// Full name.
    pub name: String,
    /// Name for tables.
    pub short_name: String,
    /// Whom a firm may ask about a visit; may be empty.
    pub contact: String,
    /// That person's phone; may be empty.
    pub phone: String,
}

/// Changes names and contact of an agency of the scope.
///
/// # Errors
/// `NotFound` outside the scope; `Invalid` on `name`, `short_name` (`CORE-101`), `contact` (`AGCY-005`), `phone`
/// (`AGCY-006`); `Conflict` (`CORE-409`).
pub async fn change(platform: &Platform, ctx: &Ctx, input: ChangeAgency) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::AgencySave).await?;
    let mut agency = repo::agency::get(command.tx(), &ctx.scope()?, input.id).await?;
    let before = std::mem::replace(&mut agency.name, named("name", &input.name)?);
    agency.short_name = named("short_name", &input.short_name)?;
    (agency.contact, agency.phone) = reachable(&input.contact, &input.phone)?;
    agency.version = input.version;
    repo::agency::update(command.tx(), &agency).await?;
    // The phone stays out of the event, as all phones do.
    let data =
        serde_json::json!({ "code": agency.code, "before": before, "name": agency.name, "contact": agency.contact });
    command.finish("agency", agency.id, data).await
}

/// One agency of the scope.
///
/// # Errors
/// `NotFound`, `Unauthenticated`.
pub async fn get(platform: &Platform, ctx: &Ctx, id: AgencyId) -> Result<Agency> {
    ctx.require(UseCase::AgencyList)?;
    let mut conn = platform.store().read().await?;
    Ok(repo::agency::get(&mut conn, &ctx.scope()?, id).await?)
}

/// The name of the agency at the top of the tree, by which the installation calls itself; none before it is made.
///
/// # Errors
/// `Internal`, `Unavailable`.
pub async fn root_name(platform: &Platform) -> Result<Option<String>> {
    let mut conn = platform.store().read().await?;
    Ok(repo::agency::root(&mut conn).await?.map(|root| root.name))
}

fn named(field: &'static str, name: &str) -> Result<String> {
    let name = name.trim();
    if (1..=NAME_CHARS_MAX).contains(&name.chars().count()) {
        Ok(name.to_owned())
    } else {
        Err(Error::field(field, "CORE-101").with("max", NAME_CHARS_MAX))
    }
}

/// Contact and phone as they are kept; both may be empty, and are asked for when a notice is printed.
fn reachable(contact: &str, phone: &str) -> Result<(String, String)> {
    let (contact, phone) = (contact.trim(), phone.trim());
    if contact.chars().count() > Rules::CONTACT_CHARS_MAX {
        return Err(Error::field("contact", "AGCY-005").with("max", Rules::CONTACT_CHARS_MAX));
    }
    if !phone.is_empty() && !Rules::is_phone(phone) {
        return Err(Error::field("phone", "AGCY-006"));
    }
    Ok((contact.to_owned(), phone.to_owned()))
}

/// The agencies of the acting post's scope, parents first.
///
/// # Errors
/// `Unauthenticated`.
pub async fn list(platform: &Platform, ctx: &Ctx) -> Result<Vec<Agency>> {
    let mut conn = platform.store().read().await?;
    Ok(repo::agency::list(&mut conn, &ctx.scope()?).await?)
}
