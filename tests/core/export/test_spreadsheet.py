import csv
import io

import pytest

from core.export.spreadsheet import escape_formulas

FORMULAS = ("=cmd|' /C calc'!A0", "+1+cmd", "-2+3", "@SUM(A1)", "\t=1", "=", "-", "--x")
HARMLESS = ("-1", "+2.5", "-1e-05", "-inf", "nan", "a=b", "", "x-y", "' =1", "-.5")


def test_what_would_be_a_formula_begins_with_an_apostrophe():
    table = io.StringIO(newline="")
    csv.writer(table, lineterminator="\n").writerows([("file", "n"), *((f, "1") for f in FORMULAS)])
    read = list(csv.reader(io.StringIO(escape_formulas(table.getvalue()), newline="")))
    assert read == [["file", "n"], *([f"'{f}", "1"] for f in FORMULAS)]


@pytest.mark.parametrize("cell", HARMLESS)
def test_numbers_and_other_texts_stay_to_the_byte(cell):
    table = f'a,b\n"{cell}",2\n'
    assert escape_formulas(table) == table


def test_a_text_that_breaks_its_line_hides_no_formula():
    assert escape_formulas("a,b\nx\r=1,2\n") == "a,b\nx\n'=1,2\n"
    assert escape_formulas('a,b\n"=\n=1",2\n') == 'a,b\n"\'=\n=1",2\n'


def test_beside_a_formula_all_else_stays_the_same():
    table = 'name,value\n=1,"a, ""b"""\nx,-0.5\n'
    assert escape_formulas(table) == 'name,value\n\'=1,"a, ""b"""\nx,-0.5\n'
