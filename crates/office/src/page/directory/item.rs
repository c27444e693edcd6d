//! Check items: the list that holds, and one item.

use app::directory::item::{self, ItemListing, ItemQuery};
use askama::Template;
use axum::response::{IntoResponse, Response};
use domain::ids::CheckItemId;
use domain::item::{CheckItem, ItemWeight};
use domain::registry::UseCase;
use text::Label as _;
use web::{Area, Cell, Choice, Column, Crumb, Html, ListQuery, Page, Path, Result, Table, Tone};

use super::subject::choices;
use crate::page::percent;
use crate::{Desk, Routes, listed};

pub(crate) fn routes() -> Routes {
    Routes::new().get("/office/items", UseCase::ItemList, list).get("/office/items/{item}", UseCase::ItemView, view)
}

#[derive(Template)]
#[template(path = "directory/item/list.html")]
struct ListPage {
    page: Page,
    query: ListQuery,
    listing: ItemListing,
    table: Table,
    state: &'static str,
    lists: Vec<Choice>,
    categories: Vec<Choice>,
    weights: Vec<Choice>,
    tags: Vec<Choice>,
    may_import: bool,
}

const COLUMNS: &[Column] = &[
    Column::code("code", "编码"),
    Column::text("category", "抽查类别"),
    Column::text("name", "抽查事项").head().wide(40.0),
    Column::text("weight", "类型"),
    Column::text("tags", "适用标签"),
    Column::text("basis", "检查依据").wide(60.0),
];

fn cells(item: &CheckItem) -> Vec<Cell> {
    let tone = if item.weight == ItemWeight::Key { Tone::Warn } else { Tone::Plain };
    vec![
        Cell::text(&item.code),
        Cell::text(&item.category),
        Cell::link(&item.name, format!("/office/items/{}", item.id)),
        Cell::chip(tone, item.weight.label()),
        Cell::or(tags_of(item), "按方案"),
        Cell::text(&item.legal_basis),
    ]
}

/// Tags that call the item, or the words for none.
fn tags_of(item: &CheckItem) -> String {
    item.applies.tags.iter().map(ToString::to_string).collect::<Vec<_>>().join("、")
}

async fn list(desk: Desk, query: ListQuery) -> Result<Response> {
    let asked = ItemQuery {
        list: query.filter("list").to_owned(),
        q: query.filter("q").to_owned(),
        category: query.filter("category").to_owned(),
        weight: query.filter("weight").to_owned(),
        tag: query.filter("tag").to_owned(),
    };
    let listing = item::list(&desk.platform, &desk.ctx, &asked).await?;
    let rows = listing.rows.iter().map(|record| cells(&record.item));
    let table = Table::whole(("抽查事项", "项"), COLUMNS, &query, rows);
    if let Some(format) = query.file {
        return listed::file(&desk, UseCase::ItemList, table, format).await;
    }
    let name = |list: &item::ListName| {
        let label = format!("{}（第 {} 版，{}）", list.title, list.revision, list.state.label());
        Choice::new(list.id.to_string(), label)
    };
    Ok(Html(ListPage {
        page: desk.page_under(Area::Directory, [Crumb::to("名录库", "/office/directory"), Crumb::here("抽查事项")]),
        state: listing.list.as_ref().map_or("", |list| list.state.label()),
        lists: listing.lists.iter().map(name).collect(),
        categories: listing
            .categories
            .iter()
            .map(|(name, count)| Choice::new(name, format!("{name}（{count}）")))
            .collect(),
        weights: choices::<ItemWeight>(),
        tags: listing.tags.iter().map(|tag| Choice::new(tag, tag)).collect(),
        may_import: desk.may(UseCase::ItemImport),
        query,
        table,
        listing,
    })
    .into_response())
}

#[derive(Template)]
#[template(path = "directory/item/view.html")]
struct ViewPage {
    page: Page,
    item: CheckItem,
    body: String,
    materials: String,
    category: String,
    list: String,
    list_id: String,
    kinds: String,
    methods: String,
    tags: String,
    qualifications: String,
    validity: String,
    executable: bool,
}

async fn view(desk: Desk, Path(name): Path<String>) -> Result<Html<ViewPage>> {
    let id: CheckItemId = name.parse().map_err(|_| app::Error::not_found())?;
    let (record, list) = item::view(&desk.platform, &desk.ctx, id).await?;
    let item = record.item;
    let crumbs = [
        Crumb::to("名录库", "/office/directory"),
        Crumb::to("抽查事项", "/office/items"),
        Crumb::here(item.name.clone()),
    ];
    let joined = |labels: Vec<&str>| labels.join("、");
    Ok(Html(ViewPage {
        page: desk.page_under(Area::Directory, crumbs),
        body: record.body,
        materials: record.materials.lines().collect::<Vec<_>>().join("；"),
        category: percent(&item.category),
        list: format!("{}（第 {} 版，{}）", list.title, list.revision, list.state.label()),
        list_id: list.id.to_string(),
        kinds: joined(item.applies.kinds.iter().map(|kind| kind.label()).collect()),
        methods: joined(item.methods.iter().map(|method| method.label()).collect()),
        tags: tags_of(&item),
        qualifications: joined(item.qualifications.iter().map(String::as_str).collect()),
        validity: text::directory::validity(Some(item.valid_from), item.valid_to),
        executable: item.executable_on(desk.ctx.today()),
        item,
    }))
}
