//! What a page's template must look like, so that a person can read it and a change shows as the lines that changed: no line
//! wider than a screen, one block-level element begun on a line, and no template longer than can be held in the head.

use crate::{Tracked, none, tracked};

/// The widest line, in columns; a Chinese character takes two.
const COLUMNS_MAX: usize = 140;

/// A page beyond this is split into partials; most have 20 to 150 lines.
const LINES_MAX: usize = 220;

/// The library of components, each a macro of its own.
const LIBRARY: &str = "crates/web/templates/components/ui.html";

/// Elements that stand on lines of their own in a browser; options, too, since lists of them are long.
const BLOCK_LEVEL: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "colgroup",
    "datalist",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "nav",
    "noscript",
    "ol",
    "optgroup",
    "option",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];

fn is_template(file: &Tracked) -> bool {
    file.path.starts_with("crates/") && file.path.contains("/templates/") && file.path.ends_with(".html")
}

/// Columns of a line as editors show it.
fn columns(line: &str) -> usize {
    let wide = |c: char| {
        matches!(u32::from(c), 0x1100..=0x115f | 0x2e80..=0x303e | 0x3041..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff
            | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x20000..=0x3fffd)
    };
    line.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

/// The block-level elements whose opening tag begins on the line.
fn blocks(line: &str) -> usize {
    line.split('<')
        .skip(1)
        .filter(|rest| {
            let name = rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
            BLOCK_LEVEL.contains(&name)
        })
        .count()
}

fn complaints(files: &[Tracked]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| is_template(file)) {
        let text = file.text.as_deref().unwrap_or_default();
        for (number, line) in text.lines().enumerate().map(|(position, line)| (position + 1, line)) {
            if columns(line) > COLUMNS_MAX {
                complaints.push(format!("{}:{number} has {} columns", file.path, columns(line)));
            }
            if blocks(line) > 1 {
                complaints.push(format!("{}:{number} begins {} block-level elements", file.path, blocks(line)));
            }
        }
        let lines = text.lines().count();
        if lines > LINES_MAX && file.path != LIBRARY {
            complaints.push(format!("{} has {lines} lines: move a part into a partial", file.path));
        }
    }
    complaints
}

#[test]
fn templates_say_one_thing_a_line() {
    none("templates", &complaints(&tracked()));
}

#[test]
fn bad_templates_are_refused() {
    let file = |text: &str| Tracked { path: "crates/office/templates/a.html".to_owned(), text: Some(text.to_owned()) };
    let count = |text: &str| complaints(&[file(text)]).len();
    assert_eq!(count(&"a".repeat(COLUMNS_MAX)), 0);
    assert_eq!(count(&"a".repeat(COLUMNS_MAX + 1)), 1);
    assert_eq!(count(&"抽".repeat(COLUMNS_MAX / 2)), 0);
    assert_eq!(count(&"抽".repeat(COLUMNS_MAX / 2 + 1)), 1);
    assert_eq!(count("<p>一 <strong>二</strong> <a href=\"/\">三</a></p>"), 0);
    assert_eq!(count("<div><p>一</p></div>"), 1);
    assert_eq!(count("{% for row in rows %}<tr><td>{{ row }}</td></tr>{% endfor %}"), 1);
    assert_eq!(count(&"<p>\n".repeat(LINES_MAX)), 0);
    assert_eq!(count(&"<p>\n".repeat(LINES_MAX + 1)), 1);
    assert_eq!(
        complaints(&[Tracked { path: "verifiers/verify.html".to_owned(), text: Some("<p><p>".to_owned()) }]).len(),
        0
    );
}
