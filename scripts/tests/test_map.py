"""The map is read from the sources, a test that is named exists, and what is written is what the sources say."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import map as mapping  # noqa: E402

REGISTRY = """
macro_rules! registry { ($x:tt) => {} }

registry! {
    HomeView "home.view" read ANY, Some("/");
    // Whoever may upload.
    ItemImport "item.import" write Allowed::Roles(&[Clerk, Leader]), Some("/items/import");

    JobSweep "job.sweep" noted ANY, None;
}
"""

RUST = """
#[test]
fn marked() {}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn awaited() {}

proptest! {
    #![proptest_config(config())]
    #[test]
    // Why it is one.
    fn any_input(text in ".*") {}
}

fn helper(world: World) {}

on_both! {
    async fn on_engines(world) {
        async fn inner(world) {}
    }
}

testkit::on_both! {
    fn at_the_command_line(engine) {}
}

macro_rules! made { () => { #[test] fn sqlite() {}
} }
"""


def written(folder, files):
    for path, text in files.items():
        Path(folder, path).parent.mkdir(parents=True, exist_ok=True)
        Path(folder, path).write_text(text, encoding="utf-8")
    return folder


def judgement(changed=None, articles=24, more=()):
    """A whole requirements.toml: everything open but what is changed."""
    blocks = []
    for number in range(1, 143):
        body = 'title = "某项要求"\nstate = "open"\nissue = 9' if not changed or number != changed[0] else changed[1]
        blocks.append(f'[[requirement]]\nid = "R{number}"\n{body}\n')
    blocks += [f'[[article]]\nnumber = {n}\ntitle = "某条"\nrequirements = ["R{n}"]\n' for n in range(1, articles + 1)]
    return "\n".join([*blocks, *more])


class Sources(unittest.TestCase):
    def test_rows_of_the_registry(self):
        self.assertEqual(mapping.use_cases(REGISTRY), {
            "HomeView": ("home.view", "/"), "ItemImport": ("item.import", "/items/import"), "JobSweep": ("job.sweep", None)})

    def test_a_row_that_is_not_understood_is_never_left_out(self):
        for bad in [REGISTRY.replace("read ANY", "reads ANY"), REGISTRY.replace('Some("/");', 'Some("/")'), "no table"]:
            with self.assertRaises(mapping.MapError):
                mapping.use_cases(bad)

    def test_tests_of_each_language(self):
        self.assertEqual(
            mapping.rust_tests(RUST), ["marked", "awaited", "any_input", "on_engines", "at_the_command_line"])
        titles = 'test("a draw", async () => {});\ntest(\n  `what ${login} can reach`,\n  f);\nretest("no", f);\n'
        self.assertEqual(mapping.script_tests(titles), ["a draw", "what ${login} can reach"])

    def test_addresses_tables_and_areas(self):
        with tempfile.TemporaryDirectory() as folder:
            root = written(folder, {
                "crates/office/src/page/item.rs": 'const LIST: &str = "/office/items";\n'
                    'Routes::new().get(LIST, UseCase::ItemList, list).post(\n  "/office/items/import", UseCase::ItemImport, x)',
                "crates/store/src/migration/1.sql": "CREATE TABLE item (\n id TEXT\n);\nCREATE TABLE part (id TEXT);\n",
                "crates/store/src/repo/item.rs": '"SELECT 1 FROM item"; bulk::insert(tx, "part", rows)',
                "crates/drawing/Cargo.toml": "[dependencies]\nkernel = 1\nplanning = 1\nstore = 1\n",
                "crates/planning/Cargo.toml": "[dependencies]\nkernel = 1\nstore = 1\n", "crates/planning/src/a.rs": "repo::{item, other};",
                "crates/kernel/Cargo.toml": "[dependencies]\nstore.workspace = true\n", "crates/kernel/src/a.rs": "",
                "crates/web/Cargo.toml": "[dependencies]\nkernel = 1\n[dev-dependencies]\nstore = 1\n",
            })
            where = "crates/office/src/page/item.rs"
            self.assertEqual(mapping.routes(root), {
                "ItemList": [("/office/items", where)], "ItemImport": [("/office/items/import", where)]})
            self.assertEqual(list(mapping.tables(root)), ["item", "part"])
            modules = mapping.repositories(root, mapping.tables(root))
            self.assertEqual(modules, {"item": {"item", "part"}})
            self.assertEqual(mapping.areas(root), ["kernel", "planning", "drawing"])
            self.assertEqual(mapping.reached(root, "planning", modules), {"item"})
            Path(root, where).write_text("Routes::new().get(ELSEWHERE, UseCase::ItemList, list)")
            with self.assertRaises(mapping.MapError):
                mapping.routes(root)


    def test_a_test_opens_an_address_whatever_stands_for_its_parts(self):
        seal = ["/office/tasks/{task}/seal"]
        for text in ['get("/office/tasks/{task}/seal")', 'format!("/office/tasks/{}/seal?a={}")', "goto(`/office/tasks/${id}/seal`)"]:
            self.assertTrue(mapping.opens(text, seal), text)
        for text in ['"/office/tasks/1/seal/approve"', '"/office/tasks//seal"', '"/office/tasks"', '"/tasks/1/seal"']:
            self.assertFalse(mapping.opens(text, seal), text)


class Requirements(unittest.TestCase):
    FOUND = {"a/one.rs": ["whole", "double"], "b/two.rs": ["double"]}

    def refused(self, text):
        with self.assertRaises(mapping.MapError) as error:
            mapping.requirements(text, self.FOUND)
        return str(error.exception)

    def test_tests_are_found_by_name_or_by_the_end_of_their_path(self):
        self.assertEqual(mapping.place("whole", self.FOUND), ("a/one.rs", "whole"))
        self.assertEqual(mapping.place("two.rs::double", self.FOUND), ("b/two.rs", "double"))
        for bad in ["missing", "double", "wo.rs::double", "two.rs::whole"]:
            with self.assertRaises(mapping.MapError, msg=bad):
                mapping.place(bad, self.FOUND)

    def test_each_state_says_what_it_must(self):
        for body in ['state = "done"\ntests = ["whole"]', 'state = "part"\ntests = ["whole"]\nmissing = "x"\nissue = 9',
                     'state = "open"\nissue = 9']:
            entries, _ = mapping.requirements(judgement((7, 'title = "甲"\n' + body)), self.FOUND)
            self.assertEqual(len(entries), 142)
        for body in ['state = "done"', 'state = "done"\ntests = ["whole"]\nissue = 9', 'state = "part"\ntests = ["whole"]\nissue = 9',
                     'state = "part"\nmissing = "x"\nissue = 9', 'state = "open"', 'state = "open"\nissue = 9\ntests = ["whole"]',
                     'state = "perhaps"', 'state = "done"\ntests = ["nowhere"]']:
            self.assertIn("R7", self.refused(judgement((7, 'title = "甲"\n' + body))), body)

    def test_none_is_missing_and_none_stands_twice(self):
        whole = judgement()
        self.assertIn("R142", self.refused(whole.replace('id = "R142"', 'id = "R143"')))
        self.assertIn("twice", self.refused(whole.replace('id = "R142"', 'id = "R141"')))
        self.assertIn("articles", self.refused(judgement(articles=23)))
        self.assertIn("R143", self.refused(whole.replace('requirements = ["R5"]', 'requirements = ["R143"]')))
        self.assertIn("article 5", self.refused(whole.replace('requirements = ["R5"]', "requirements = []")))

    def test_an_article_is_as_far_as_its_requirements(self):
        entries = {"R1": {"state": "done"}, "R2": {"state": "open"}}
        for named, expect in [(["R1"], "done"), (["R2"], "open"), (["R1", "R2"], "in part"), ([], "nothing asked")]:
            self.assertEqual(mapping.article_state({"requirements": named}, entries), expect)


class Written(unittest.TestCase):
    def test_the_map_is_what_the_sources_say(self):
        for path, text in mapping.pages(mapping.ROOT).items():
            here = Path(mapping.ROOT, path).read_text(encoding="utf-8")
            self.assertTrue(here == text, f"{path} is out of date: run `python3 scripts/map.py`")
            self.assertNotRegex(text, r"\.rs:\d+", "line numbers change with every commit")

    def test_every_use_case_stands_in_it_once(self):
        text = mapping.pages(mapping.ROOT)[f"{mapping.MAP}/README.md"]
        for name, _ in mapping.use_cases(mapping.read(mapping.ROOT, "crates/domain/src/registry.rs")).values():
            self.assertEqual(text.count(f"\n| `{name}` |"), 1, name)


if __name__ == "__main__":
    unittest.main()
