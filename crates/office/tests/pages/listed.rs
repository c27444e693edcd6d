//! Every list: the file holds exactly what the page shows, and each heading that offers an order gives it.

use std::collections::BTreeSet;

use testkit::on_both;

use crate::front::{City, Front};

/// A table as text: headings with the key that each sorts by (empty: none), and cells.
#[derive(Debug)]
struct Shown {
    heads: Vec<(String, String)>,
    rows: Vec<Vec<String>>,
}

/// The words between tags, without blanks, separators and what only a page has.
fn words(html: &str) -> String {
    let mut words = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if inside || c.is_whitespace() => {}
            c => words.push(c),
        }
    }
    plain(&words.replace("同一对象", "").replace("原始记录", ""))
}

fn plain(text: &str) -> String {
    let text = text.replace("&#34;", "\"").replace("&#38;", "&").replace("&amp;", "&").replace("&quot;", "\"");
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '；' | ',' | '"')).collect()
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    text.split(from).skip(1).filter_map(|rest| rest.split(to).next()).collect()
}

fn table(body: &str, name: &str) -> Shown {
    let region = body
        .split(&format!("role=\"region\" aria-label=\"{name}\""))
        .nth(1)
        .unwrap_or_else(|| panic!("no {name}:\n{body}"));
    let region = region.split("</table>").next().unwrap();
    let (head, rest) = region.split_once("</thead>").unwrap();
    let key = |cell: &str| {
        let asked = cell.split("sort=").nth(1).map(|rest| rest.split(['"', '&']).next().unwrap());
        asked.unwrap_or_default().trim_start_matches('-').to_owned()
    };
    let heads = between(head, "<th scope=\"col\"", "</th>");
    let heads = heads.iter().map(|cell| (words(&format!("<{cell}")), key(cell))).collect();
    let row = |row: &&str| {
        between(&row.replace("<th scope=\"row\"", "<td"), "<td", "</t")
            .iter()
            .map(|cell| words(&format!("<{cell}")))
            .collect()
    };
    Shown { heads, rows: between(rest, "<tr>", "</tr>").iter().map(row).collect() }
}

/// The rows of a CSV file, its heading first.
fn csv(body: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    for c in body.trim_start_matches('\u{FEFF}').chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(plain(&std::mem::take(&mut cell))),
            '\n' if !quoted => {
                row.push(plain(&std::mem::take(&mut cell)));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    rows
}

/// A list's address, its name, who looks at it, and the columns that only its file has.
struct List<'a> {
    address: String,
    name: &'static str,
    who: &'a str,
    only_in_file: &'static [&'static str],
}

impl List<'_> {
    fn with(&self, query: &str) -> String {
        let join = if self.address.contains('?') { '&' } else { '?' };
        format!("{}{join}{query}", self.address)
    }

    async fn exports_what_it_shows(&self, front: &Front) {
        let shown = table(&front.get(self.who, &self.with("per_page=200")).await.body, self.name);
        let answer = front.get(self.who, &self.with("format=csv")).await;
        assert_eq!(answer.status.as_u16(), 200, "{}: {}", self.address, answer.body);
        let file = csv(&answer.body);
        let place = |title: &str| file[0].iter().position(|head| *head == plain(title));
        let places: Vec<_> = shown
            .heads
            .iter()
            .map(|(title, _)| place(title).unwrap_or_else(|| panic!("{}: {title}", self.name)))
            .collect();
        let more: Vec<_> =
            file[0].iter().enumerate().filter(|(at, _)| !places.contains(at)).map(|(_, head)| head.as_str()).collect();
        assert_eq!(more, self.only_in_file, "{}", self.address);
        let of_file: Vec<Vec<_>> =
            file[1..].iter().map(|row| places.iter().map(|at| row[*at].clone()).collect()).collect();
        assert!(!shown.rows.is_empty(), "{} has rows to compare", self.address);
        let none = ["未登记", "未评", "无", "—"];
        for (page, file) in shown.rows.iter().zip(&of_file) {
            for (page, file) in page.iter().zip(file) {
                // The register's file leaves a cell empty where the page says why it is.
                assert!(
                    page == file || (file.is_empty() && none.contains(&page.as_str())),
                    "{}: {page} {file}",
                    self.name
                );
            }
        }
        assert_eq!(shown.rows.len(), of_file.len(), "{}", self.address);
        let workbook = front.get(self.who, &self.with("format=xlsx")).await;
        assert!(workbook.body.starts_with("PK"), "{}", self.address);
        let disposition = workbook.headers["content-disposition"].to_str().unwrap();
        assert!(disposition.starts_with("attachment") && disposition.ends_with("-2021-05-06.xlsx"), "{disposition}");
    }

    async fn sorts_by_its_headings(&self, front: &Front) {
        let own = table(&front.get(self.who, &self.with("per_page=200")).await.body, self.name);
        let all: BTreeSet<_> = own.rows.iter().cloned().collect();
        for (at, (title, key)) in own.heads.iter().enumerate().filter(|(_, (_, key))| !key.is_empty()) {
            let mut orders = Vec::new();
            for sign in ["", "-"] {
                let address = self.with(&format!("per_page=200&sort={sign}{key}"));
                let body = front.get(self.who, &address).await.body;
                let wanted = if sign.is_empty() { "aria-sort=\"ascending\"" } else { "aria-sort=\"descending\"" };
                assert!(body.contains(wanted), "{address} says how it is sorted");
                let sorted = table(&body, self.name);
                assert_eq!(sorted.rows.iter().cloned().collect::<BTreeSet<_>>(), all, "{address}");
                let values: Vec<_> = sorted.rows.iter().map(|row| row[at].clone()).collect();
                // Whatever the order of the values, equal ones stand together.
                let mut seen = values.clone();
                seen.dedup();
                assert_eq!(seen.len(), values.iter().collect::<BTreeSet<_>>().len(), "{address}: {values:?}");
                orders.push(values);
            }
            let (up, mut down) = (orders[0].clone(), orders[1].clone());
            down.reverse();
            assert_eq!(up, down, "{} by {title}: down is up turned round", self.address);
            let numbers: Option<Vec<u64>> = up.iter().map(|value| value.parse().ok()).collect();
            if let Some(numbers) = numbers {
                assert!(numbers.is_sorted(), "{} by {title}: {numbers:?}", self.address);
            } else if matches!(
                key.as_str(),
                "at" | "created_at"
                    | "changed"
                    | "registered_on"
                    | "valid_to"
                    | "planned_on"
                    | "name"
                    | "login"
                    | "code"
                    | "number"
            ) {
                let known: Vec<_> = up.iter().filter(|value| !matches!(value.as_str(), "—" | "未登记")).collect();
                assert!(known.is_sorted(), "{} by {title}: {up:?}", self.address);
            }
        }
    }
}

on_both! {
    async fn every_list_exports_what_it_shows_and_sorts_by_its_headings(world) {
        let city = City::with_lists(world).await;
        let (front, cast) = (&city.front, &city.cast);
        let (clerk, auditor, unit) = (city.clerk.as_str(), city.auditor.as_str(), city.unit_clerk.as_str());
        let task = cast.drawn(&front.world).await;
        let share = cast.dispatch(&front.world, task).await;
        let list = |address: &str, name, who| List { address: address.to_owned(), name, who, only_in_file: &[] };
        let lists = [
            List {
                only_in_file: &["主体小类", "登记机关代码", "行政区划", "行业代码", "法定代表人（负责人）", "住所（经营场所）", "导出日期"],
                ..list("/office/subjects", "检查对象", clerk)
            },
            list("/office/inspectors", "执法检查人员", clerk),
            list("/office/items", "抽查事项", clerk),
            list("/office/imports", "导入记录", clerk),
            list("/office/accounts", "账号", auditor),
            list("/office/agencies", "机构", clerk),
            list("/office/rules", "规则列表", clerk),
            list("/office/jobs", "作业", clerk),
            list("/office/schemes", "抽查方案", clerk),
            list("/office/tasks", "抽查任务", clerk),
            list(&format!("/office/tasks/{task}/result"), "抽中名单", clerk),
            list("/office/dispatch", "派发列表", clerk),
            List {
                only_in_file: &["法定代表人（负责人）", "住所"],
                ..list(&format!("/office/shares/{share}"), "入户检查列表", unit)
            },
            list("/office/loads", "检查人员任务量", unit),
            list("/office/subjects?q=%E8%AF%95%E9%AA%8C", "检查对象", clerk),
        ];
        for list in &lists[..lists.len() - 1] {
            list.exports_what_it_shows(front).await;
            list.sorts_by_its_headings(front).await;
        }
        // The log grows with each file that leaves, so it is asked by itself.
        let events = list("/office/events?kind=task.dispatch", "事件", auditor);
        events.exports_what_it_shows(front).await;
        events.sorts_by_its_headings(front).await;
        let noted = front.get(auditor, "/office/events?kind=list.export").await;
        noted.says(200, &["导出列表", "列表 查询执法检查人员", "格式 xlsx", "格式 csv"], &[]);
        front.get(auditor, "/office/events?kind=subject.export").await.says(200, &["导出检查对象"], &[]);

        // A file keeps the order and the filters of the page; a filter keeps the order.
        let sorted = front.get(clerk, "/office/inspectors?sort=-name&q=1").await;
        sorted.says(200, &["name=\"sort\" value=\"-name\"", "/office/inspectors?q=1&#38;sort=-name&#38;format=xlsx"], &[]);
        let up = csv(&front.get(clerk, "/office/inspectors?sort=name&format=csv").await.body);
        let down = csv(&front.get(clerk, "/office/inspectors?sort=-name&format=csv").await.body);
        assert_eq!(up[1..].iter().map(|row| &row[0]).collect::<Vec<_>>(), down[1..].iter().rev().map(|row| &row[0]).collect::<Vec<_>>());
        assert_ne!(up[1][0], down[1][0]);
        // Nothing found is a file with its heading; an order that the list does not know is its own.
        assert_eq!(csv(&front.get(clerk, "/office/inspectors?q=%E6%B2%A1%E6%9C%89&format=csv").await.body).len(), 1);
        front.get(clerk, "/office/inspectors?sort=nonsense").await.says(200, &["执法证号"], &["aria-sort=\"ascending\""]);
        front.get(clerk, "/office/inspectors?sort=id%3B%20DROP%20TABLE%20inspector").await.says(200, &["执法证号"], &["aria-sort=\"asc"]);
        // The file has the page's doors.
        front.get(&city.other, &format!("/office/tasks/{task}/result?format=csv")).await.says(404, &[], &[]);
        front.get(&city.other, &format!("/office/shares/{share}?format=csv")).await.says(404, &[], &[]);
        front.get(clerk, "/office/accounts?format=csv").await.says(403, &["CORE-403"], &[]);
    }
}
