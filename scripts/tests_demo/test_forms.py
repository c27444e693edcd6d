"""The printed forms, read by poppler: whose they are, who goes there, how many pages, and that no page is blank."""

import re
import subprocess
from collections import defaultdict

from .cities import OfCity, on_each_city
from .scenario import FORMS_MAX

RECORD, NOTICE = "检查记录表", "检查通知书"
TITLES = {RECORD: "市场主体综合检查随机抽查记录表", NOTICE: NOTICE}
METHODS = {
    "on_site": "实地核查", "documents": "书面检查", "online": "网络检查", "sampling": "抽样检测", "commissioned": "委托专业机构检查",
}
ITEMS = """
    SELECT v.number, c.methods, c.materials FROM visit v JOIN task t ON t.id = v.task_id JOIN visit_item x ON x.visit_id = v.id
        JOIN check_item c ON c.revision_id = t.item_list_id AND c.code = x.item_code
    WHERE v.notice_on IS NOT NULL ORDER BY v.number, x.position
"""
FORMS = """
    SELECT f.name, f.digest, f.media_type, a.name, s.id, t.number FROM file f JOIN share s ON s.id = f.subject_id
        JOIN agency a ON a.id = s.agency_id JOIN task t ON t.id = s.task_id
    WHERE f.purpose = 'forms' ORDER BY f.id
"""
VISITS = """
    SELECT v.share_id, v.number, v.code, v.name, v.state, i.name, i.certificate,
        (SELECT count(*) FROM visit_item x WHERE x.visit_id = v.id)
    FROM visit v JOIN assignment s ON s.visit_id = v.id JOIN inspector i ON i.id = s.inspector_id ORDER BY v.number, s.seat
"""
FOOT = re.compile(r"(\d{18})(\w{15,18})第(\d+)页共(\d+)页")
# The strip below the tables, in points: poppler reads columns in an order of its own, so the foot is read by itself.
FOOT_STRIP = ["-x", "0", "-y", "795", "-W", "596", "-H", "47"]
PAGES = 2  # A record form with up to so many items stands on two pages.
ITEMS_ON_TWO_PAGES = 16
NOTICE_PAGES_MAX = 2
DPI = 20
INK_SHARE_MIN = 0.005
PICTURES_PER_FILE = 4


def bare(text):
    """A text without white space: where poppler breaks a line says nothing."""
    return re.sub(r"\s", "", text)


def day(text):
    """A day as paper writes it."""
    year, month, of_month = text.split("-")
    return f"{year}年{int(month)}月{int(of_month)}日"


def pages_of(pdf, strip=()):
    """The text of each page, or of a strip of each."""
    done = subprocess.run(["pdftotext", "-enc", "UTF-8", *strip, pdf, "-"], capture_output=True, encoding="utf-8", check=True)
    *pages, rest = done.stdout.split("\f")
    if rest.strip():
        raise AssertionError(f"{pdf}: text behind the last page")
    return [bare(page) for page in pages]


def picture(pdf, page):
    """A page as (width, height, grey bytes)."""
    command = ["pdftoppm", "-r", str(DPI), "-f", str(page), "-l", str(page), "-gray", pdf]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", data)
    if not head:
        raise AssertionError(f"{pdf}: page {page} gave no picture")
    return int(head[1]), int(head[2]), data[head.end():]


def ink(grey):
    """The share of pixels that are not white."""
    return sum(value < 250 for value in grey) / len(grey)


@on_each_city(globals())
class Forms(OfCity):
    """Every PDF of the file store that belongs to a share."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pdfs = [(*row, cls.city.stored(row[1])) for row in cls.tables.rows(FORMS)]
        cls.texts = {row[1]: pages_of(row[-1]) for row in cls.pdfs}
        cls.feet = {row[1]: pages_of(row[-1], FOOT_STRIP) for row in cls.pdfs}
        cls.visits = defaultdict(dict)
        for share, number, code, name, state, inspector, certificate, items in cls.tables.rows(VISITS):
            visit = cls.visits[share].setdefault(number, (code, name, state, int(items), []))
            visit[-1].append((inspector, certificate))

    def forms(self):
        """Each form as (kind, agency, task, share, its pages, the task and code in the foot of each page)."""
        for name, digest, _, agency, share, task, _ in self.pdfs:
            pages, marks = [], []
            for page, foot in zip(self.texts[digest], self.feet[digest], strict=True):
                found = FOOT.fullmatch(foot)
                self.assertTrue(found, f"{name}: the foot of a page is {foot!r}")
                pages.append(page)
                marks.append(found.group(1, 2))
                self.assertEqual(int(found[3]), len(pages), name)
                if found[3] == found[4]:
                    yield name.split("-")[0], agency, task, share, pages, marks
                    pages, marks = [], []
            self.assertEqual(pages, [], f"{name} ends in the middle of a form")

    def test_each_file_is_a_pdf_and_named_after_kind_task_and_unit(self):
        self.assertTrue(self.pdfs)
        for name, _, media, agency, _, task, path in self.pdfs:
            self.assertEqual(media, "application/pdf")
            self.assertTrue(path.read_bytes().startswith(b"%PDF-"))
            self.assertRegex(name, rf"^({RECORD}|{NOTICE})-{task}-{agency}(-\d+)?\.pdf$")

    def test_there_are_as_many_forms_as_the_summary_says(self):
        kinds = [kind for kind, *_ in self.forms()]
        count = kinds.count(RECORD)
        self.assertEqual(count, min(FORMS_MAX, self.city.summary["drawn"]))
        self.assertEqual(count, self.city.summary["forms"])
        self.assertEqual(kinds.count(NOTICE), self.city.summary["notices"])
        self.assertGreater(kinds.count(NOTICE), 0)
        prepared = [number for visits in self.visits.values() for number, visit in visits.items() if visit[2] == "prepared"]
        self.assertEqual(len(prepared), count)

    def test_each_form_names_firm_code_number_and_both_inspectors(self):
        seen = {RECORD: set(), NOTICE: set()}
        for kind, agency, task, share, pages, marks in self.forms():
            text = "".join(pages)
            numbers = [number for number in self.visits[share] if number in text]
            self.assertEqual(len(numbers), 1, f"{agency}: {numbers}")
            code, name, state, _, team = self.visits[share][numbers[0]]
            self.assertEqual(state, "prepared")
            self.assertNotIn(numbers[0], seen[kind], "a visit was printed twice")
            seen[kind].add(numbers[0])
            self.assertEqual(len(team), 2)
            (first, first_certificate), (second, second_certificate) = team
            leader = "（组长）" if kind == RECORD else ""
            line = f"{first}（执法证号{first_certificate}）{leader}、{second}（执法证号{second_certificate}）"
            for wanted in (TITLES[kind], task, agency, bare(name), code, line):
                self.assertIn(wanted, text, f"{numbers[0]} {name}")
            self.assertEqual(marks, [(task, code)] * len(pages))
        self.assertEqual(len(seen[RECORD]), self.city.summary["forms"])
        self.assertLessEqual(seen[NOTICE], seen[RECORD])

    def test_a_notice_says_how_with_what_and_whom_to_ask(self):
        agencies = {name: (contact, phone) for name, contact, phone in
                    self.tables.rows("SELECT name, contact, phone FROM agency")}
        organisers = {number: (organiser, str(start), str(end)) for number, organiser, start, end in self.tables.rows(
            "SELECT t.number, a.name, t.window_from, t.window_to FROM task t JOIN agency a ON a.id = t.agency_id")}
        issued = {number: str(day) for number, day in self.tables.rows("SELECT number, notice_on FROM visit")}
        items = defaultdict(list)
        for number, methods, materials in self.tables.rows(ITEMS):
            items[number].append((methods.split(","), materials.split("\n")))
        seen = 0
        for kind, agency, task, share, pages, _ in self.forms():
            if kind != NOTICE:
                continue
            seen += 1
            text = "".join(pages)
            number = next(number for number in self.visits[share] if number in text)
            contact, phone = agencies[agency]
            organiser, start, end = organisers[task]
            used = {method for methods, _ in items[number] for method in methods}
            method = "、".join(word for code, word in METHODS.items() if code in used)
            wanted = [f"检查方式：{method}。", f"联系人：{contact}联系电话：{phone}", f"自{day(start)}至{day(end)}。",
                      f"（印章）{day(issued[number])}"]
            wanted += [f"{organiser}组织开展", "由我局实施检查"] if organiser != agency else ["我局组织开展"]
            things = list(dict.fromkeys(thing for _, materials in items[number] for thing in materials))
            wanted += [f"{n}．{thing}" for n, thing in enumerate(things, 1)]
            for words in wanted:
                self.assertIn(bare(words), text, f"{number} {agency}")
            for hole in ("““", "””", "：。", "：；", "““", "联系电话：一", "未印出"):
                self.assertNotIn(hole, text, f"{number} {agency}")
        self.assertEqual(seen, self.city.summary["notices"])

    def test_numbers_of_pages(self):
        for kind, _, _, share, pages, _ in self.forms():
            if kind == NOTICE:
                self.assertLessEqual(len(pages), NOTICE_PAGES_MAX)
                continue
            number = next(number for number in self.visits[share] if number in "".join(pages))
            items = self.visits[share][number][3]
            expected = {PAGES} if items <= ITEMS_ON_TWO_PAGES else {PAGES, PAGES + 1}
            self.assertIn(len(pages), expected, f"{number} with {items} items")
        for name, digest, *_, path in self.pdfs:
            told = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
            self.assertEqual(re.search(r"^Pages:\s+(\d+)$", told, re.M)[1], str(len(self.texts[digest])), name)
            self.assertRegex(told, r"Page size:\s+59\d\.\d+ x 84\d\.\d+ pts \(A4\)")

    def test_pictures_of_pages_are_not_blank(self):
        for name, digest, *_, path in self.pdfs:
            count = len(self.texts[digest])
            for page in {1, 2, count - 1, count} if count > PICTURES_PER_FILE else range(1, count + 1):
                width, height, grey = picture(path, page)
                self.assertEqual(len(grey), width * height, name)
                self.assertGreater(ink(grey), INK_SHARE_MIN, f"{name} page {page}")
                self.assertLess(ink(grey), 0.6, f"{name} page {page}")
