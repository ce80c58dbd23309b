"""Closed lists that several national rules share."""

from typing import Final

DISABILITIES: Final = {
    "none": "无",
    "sight": "视力",
    "hearing": "听力",
    "speech": "言语",
    "physical": "肢体",
    "intellectual": "智力",
    "mental": "精神",
}
"""The kinds of GB/T 26341; of several disabilities the gravest is stated."""
