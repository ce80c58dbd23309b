"""Tables in files: reading untidy Excel and CSV without guessing, and writing them whole."""

from jimin.foundation.tables.cells import (
    BadCellError,
    Parser,
    Raw,
    amount,
    choice,
    code,
    long_number_text,
    month,
    number,
    shown,
    text,
    tidy,
    whole,
    yes_no,
)
from jimin.foundation.tables.csvs import read_csv
from jimin.foundation.tables.marked import CopyFailedError, write_marked_copy
from jimin.foundation.tables.output import (
    OutColumn,
    SheetWriter,
    Value,
    WorkbookWriter,
    disarm,
    new_workbook,
    replacing,
    stream_csv,
    stream_xlsx,
)
from jimin.foundation.tables.rows import Column, Fault, Row, Table, UnusableError
from jimin.foundation.tables.xlsx import Workbook, read_table

__all__ = [
    "BadCellError",
    "Column",
    "CopyFailedError",
    "Fault",
    "OutColumn",
    "Parser",
    "Raw",
    "Row",
    "SheetWriter",
    "Table",
    "UnusableError",
    "Value",
    "Workbook",
    "WorkbookWriter",
    "amount",
    "choice",
    "code",
    "disarm",
    "long_number_text",
    "month",
    "new_workbook",
    "number",
    "read_csv",
    "read_table",
    "replacing",
    "shown",
    "stream_csv",
    "stream_xlsx",
    "text",
    "tidy",
    "whole",
    "write_marked_copy",
    "yes_no",
]
