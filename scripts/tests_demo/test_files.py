"""The bureaus' files, read by Python's csv and by openpyxl, are row by row what the directories hold."""

import csv
import hashlib
import json
import warnings
from datetime import datetime

import openpyxl

from .cities import OfCity, on_each_city
from .scenario import KINDS, subjects

LEVELS = {"city": "市", "county": "县", "station": "所"}
AGENCY_KINDS = {"bureau": "市场监督管理局", "zone_branch": "功能区分局", "station": "市场监督管理所"}
GRADES = {"general": "一般检查事项", "key": "重点检查事项"}
METHODS = {"on_site": "现场检查", "documents": "书面检查", "online": "网络检查", "sampling": "抽样检测"}
UPLOADS = {"subject": "检查对象名录.csv", "inspector": "执法检查人员名录.xlsx", "item": "抽查事项清单.xlsx", "agency": "机构.xlsx"}


def workbook(path):
    """The rows of a workbook's only sheet as dicts by heading; an empty cell is the empty text, a date is YYYY-MM-DD."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        book = openpyxl.load_workbook(path, read_only=True)
    sheet, = book.worksheets
    heading, *rows = sheet.iter_rows(values_only=True)

    def text(cell):
        if isinstance(cell, datetime):
            return cell.date().isoformat()
        if cell is not None and not isinstance(cell, str):
            raise AssertionError(f"{path.name}: {cell!r} is neither text nor date")
        return cell or ""

    return [dict(zip(heading, map(text, row), strict=True)) for row in rows]


def register(path):
    """The rows of the CSV register as dicts by heading."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def parts(cell):
    """The parts of a cell that holds several values."""
    return frozenset(part for part in cell.replace("、", "；").split("；") if part)


def words(codes, table):
    """The words of codes that are joined by commas."""
    return frozenset(table[code] for code in codes.split(","))


def dated(cell):
    """Parts of the form 名称:有效期至."""
    return frozenset(tuple(part.rsplit(":", 1)) for part in parts(cell))


def digest(rows):
    """One digest over rows in any order."""
    lines = sorted(repr([sorted(cell) if isinstance(cell, frozenset) else cell for cell in row]) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@on_each_city(globals())
class Files(OfCity):
    """File against table."""

    def expect_same(self, of_file, of_table):
        of_file, of_table = list(of_file), list(of_table)
        self.assertEqual(len(of_file), len(of_table))
        self.assertEqual(len(set(of_file)), len(of_file), "a row comes twice")
        missing, added = set(of_file) - set(of_table), set(of_table) - set(of_file)
        self.assertEqual((sorted(map(repr, missing))[:3], sorted(map(repr, added))[:3]), ([], []))
        self.assertEqual(digest(of_file), digest(of_table))

    def test_check_objects(self):
        of_file = [(
            row["统一社会信用代码/注册号"], row["名称"], row["主体类别"], row["主体小类"], row["登记机关代码"],
            row["行政区划"], row["成立日期"], row["登记状态"], row["行业代码"], row["住所"], row["法定代表人"], parts(row["标签"]),
            tuple(tuple(licence.split(":")) for licence in row["许可证"].split("；") if licence),
            row["信用风险等级"], row["风险评定日期"]) for row in register(self.city.files / UPLOADS["subject"])]
        of_table = [(s.code, s.name, s.kind, s.sub_kind, s.unit, s.division, s.registered_on, s.state, s.industry, s.address,
                     s.person, s.tags, s.licences, s.risk, s.risk_on) for s in subjects(self.tables)]
        self.expect_same(of_file, of_table)

    def test_tags_stand_in_their_own_table_too(self):
        rows = self.tables.rows("SELECT s.code, s.tags FROM subject s WHERE s.tags <> ''")
        of_subject = {(code, tag) for code, tags in rows for tag in tags.split(",")}
        of_tag = self.tables.rows("SELECT s.code, t.tag FROM subject_tag t JOIN subject s ON s.id = t.subject_id")
        self.assertEqual(sorted(of_subject), sorted(of_tag))

    def test_the_registrars_are_named_by_their_full_names(self):
        names = dict(self.tables.rows("SELECT code, name FROM agency"))
        for row in register(self.city.files / UPLOADS["subject"]):
            self.assertEqual(row["登记机关"], names[row["登记机关代码"]])

    def test_inspectors(self):
        of_file = [(
            row["执法证号"], row["单位工号"], row["姓名"], row["所属机构"], row["机构代码"], row["科室（所）"], row["执法证有效期起"],
            row["执法证有效期至"], dated(row["资质"]), row["业务专长"]) for row in workbook(self.city.files / UPLOADS["inspector"])]
        held = {}
        for certificate, code, last in self.tables.rows("""
                SELECT i.certificate, q.code, q.valid_to
                FROM inspector_qualification q JOIN inspector i ON i.id = q.inspector_id"""):
            held.setdefault(certificate, set()).add((code, last or ""))
        rows = self.tables.rows("""
            SELECT i.certificate, i.staff_number, i.name, a.name, a.code, i.section, i.certificate_from, i.certificate_to,
                i.expertise
            FROM inspector i JOIN agency a ON a.id = i.agency_id WHERE i.left_on IS NULL""")
        self.expect_same(of_file, [(*row[:8], frozenset(held.get(row[0], ())), row[8]) for row in rows])

    def test_check_items(self):
        of_file = [(
            row["事项编码"], row["抽查类别"], row["抽查事项"], parts(row["检查对象"]), parts(row["适用标签"]), row["事项类型"],
            parts(row["检查方式"]), row["检查主体"], row["检查依据"], row["人员资质要求"], row["生效日期"], "\n".join(row["需准备的资料"].split("；")))
            for row in workbook(self.city.files / UPLOADS["item"])]
        rows = self.tables.rows("""
            SELECT code, category, name, subjects, tags, grade, methods, body, legal_basis, qualification, valid_from, materials
            FROM check_item WHERE valid_to IS NULL""")
        self.expect_same(of_file, [
            (code, category, name, words(kinds, KINDS), frozenset(filter(None, tags.split(","))), GRADES[grade],
             words(methods, METHODS), *rest) for code, category, name, kinds, tags, grade, methods, *rest in rows])
        self.assertEqual(len({row[1] for row in of_file}), 15, "the fifteen categories of the announcement")

    def test_agencies(self):
        of_file = [tuple(row[key] for key in ("机构代码", "机构名称", "机构简称", "上级机构代码", "层级", "机构类型", "行政区划", "联系人", "联系电话"))
                   for row in workbook(self.city.files / UPLOADS["agency"])]
        rows = self.tables.rows("""
            SELECT a.code, a.name, a.short_name, p.code, a.level, a.kind, a.division, a.contact, a.phone
            FROM agency a LEFT JOIN agency p ON p.id = a.parent_id""")
        self.expect_same(of_file, [(code, name, short, parent or "", LEVELS[level], AGENCY_KINDS[kind], division or "", *contact)
                                   for code, name, short, parent, level, kind, division, *contact in rows])

    def test_the_imports_kept_the_bytes_that_lie_in_the_folder(self):
        rows = self.tables.rows("SELECT kind, file_name, file_digest, file_size, report FROM import WHERE state = 'committed'")
        self.assertEqual({kind: name for kind, name, *_ in rows}, UPLOADS)
        for _, name, kept, size, report in rows:
            data = (self.city.files / name).read_bytes()
            self.assertEqual((hashlib.sha256(data).hexdigest(), str(len(data))), (kept, size), name)
            self.assertEqual(self.city.stored(kept).read_bytes(), data, name)
            counts = json.loads(report)
            told = [counts[key] for key in ("new", "changed", "unchanged", "problems")]
            self.assertEqual(told, [counts["rows"], 0, 0, 0], name)

    def test_every_stored_file_has_the_bytes_of_its_name_and_a_row(self):
        stored = {path.name: path for path in (self.city.home / "files").glob("??/*")}
        self.assertEqual(set(stored), {digest for (digest,) in self.tables.rows("SELECT digest FROM file")})
        for name, path in stored.items():
            self.assertEqual(hashlib.sha256(path.read_bytes()).hexdigest(), name)
