"""What the demo says of itself is the same on both databases, but for the draw. Every field has its place below: a new one
fails until somebody decides whether it may differ."""

import re
import unittest

from .cities import OfCity, city, on_each_city

# Must be equal on both databases.
SAME = {"scale", "rehearsal", "task", "roll_rows", "strata", "drawn", "forms", "accounts"}
# Follow from the draw, which is another each time: checked against the tables instead.
# (The first unit of the list gets its notices; how many visits it has is the draw's.)
DRAW = {"commitment", "seed", "units", "events", "notices"}
# Tell of the place, the time and the machine.
HERE = {"database", "files", "steps", "seconds", "current_task"}
STRATUM = {"code", "label", "base", "base_expected", "drawn", "drawn_expected"}
UNIT_SAME, UNIT_DRAW = {"code", "name", "inspectors"}, {"visits", "load_min", "load_max"}
ACCOUNT = {"login", "password", "name", "post"}
STEPS = ["生成名录文件", "导入机构", "建立账号", "导入抽查事项清单", "导入执法检查人员", "导入检查对象", "拟定并审批方案", "冻结底册",
         "承诺、揭示与抽取", "派发", "签收与随机匹配", "打印文书", "封存并核验事件日志"]
FILES = ["检查对象名录", "执法检查人员名录", "抽查事项清单", "机构", "证明包"]


class BothDatabases(unittest.TestCase):
    """The summaries of the small city on SQLite and on PostgreSQL."""

    maxDiff = 4000

    def setUp(self):
        self.both = [city(database).summary for database in ("sqlite", "postgres")]

    def test_every_field_has_its_place(self):
        for summary in self.both:
            self.assertEqual(set(summary), SAME | DRAW | HERE)
            for key, fields in (("strata", STRATUM), ("units", UNIT_SAME | UNIT_DRAW), ("accounts", ACCOUNT)):
                for line in summary[key]:
                    self.assertEqual(set(line), fields, key)

    def test_what_does_not_hang_on_the_draw_is_equal(self):
        sqlite, other = self.both
        for key in sorted(SAME):
            self.assertEqual(sqlite[key], other[key], key)
        # A unit without a drawn object has no line.
        lines = [{unit["code"]: {key: unit[key] for key in UNIT_SAME} for unit in summary["units"]} for summary in self.both]
        for code in lines[0].keys() & lines[1].keys():
            self.assertEqual(lines[0][code], lines[1][code])

    def test_the_draws_are_different_ones(self):
        for key in ("commitment", "seed"):
            for summary in self.both:
                self.assertRegex(summary[key], "^[0-9a-f]{64}$")
            self.assertNotEqual(self.both[0][key], self.both[1][key], key)

    def test_names_of_steps_files_and_engines(self):
        self.assertEqual([summary["database"] for summary in self.both], ["SQLite", "PostgreSQL"])
        for summary in self.both:
            self.assertEqual([name for name, _ in summary["steps"]], STEPS)
            self.assertEqual([name for name, _ in summary["files"]], FILES)
            self.assertLessEqual(sum(seconds for _, seconds in summary["steps"]), summary["seconds"])
            self.assertTrue(re.fullmatch(r"130300\d{8}0001", summary["current_task"]), summary["current_task"])


@on_each_city(globals())
class Told(OfCity):
    """What the summary says is what the tables hold."""

    def test_the_tables_of_both_engines_are_the_same(self):
        self.assertEqual(self.tables.schema(), city("sqlite").tables.schema())

    def test_numbers_of_the_draw_and_the_log(self):
        draw = self.tables.rows("SELECT commitment_digest, seed, roll_rows, drawn_rows FROM draw")
        said = self.city.summary
        self.assertEqual(draw, [(said["commitment"], said["seed"], str(said["roll_rows"]), str(said["drawn"]))])
        for table in ("event", "log_leaf"):
            self.assertEqual(self.tables.rows(f"SELECT count(*) FROM {table}"), [(str(said["events"]),)])
        self.assertEqual(self.tables.rows("SELECT max(size) FROM tree_head"), [(str(said["events"]),)])

    def test_tasks_and_accounts(self):
        said = self.city.summary
        tasks = self.tables.rows("SELECT number, state, rehearsal FROM task ORDER BY created_at")
        self.assertEqual(tasks, [(said["task"], "drawn", "0"), (said["current_task"], "approved", "0")])
        logins = {(login, name) for login, name in self.tables.rows("SELECT login, name FROM account")}
        self.assertEqual({(account["login"], account["name"]) for account in said["accounts"]}, logins)
