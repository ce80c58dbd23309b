"""Dividing a target among counties so that the parts make the whole."""

import ast
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction

from .words import Number, exact

OPERATIONS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
LONGEST = 200


class ShareError(ValueError):
    """The shares cannot be worked out; the message says why and what to do."""


def divide(
    total: Number, weights: Mapping[str, Number], *, step: Number = 1
) -> dict[str, Fraction]:
    """Shares in proportion to the weights, in whole steps, whose sum is exactly the total.

    What rounding down leaves over goes, step by step, to those who lost most by it; of equals
    the first in order of code.
    """
    amounts = {code: exact(weight) for code, weight in weights.items()}
    whole, unit = exact(total), exact(step)
    base = sum(amounts.values(), Fraction(0))
    if not amounts or base <= 0 or min(amounts.values()) < 0:
        raise ShareError("各地区的基数不能为负，合计必须大于零。请核对基数。")
    if unit <= 0 or whole < 0 or (whole / unit).denominator != 1:
        raise ShareError("目标值不是最小单位的整数倍，不能分摊。请改用逐地区下达。")
    ideal = {code: whole * amount / base / unit for code, amount in amounts.items()}
    steps = {code: share.numerator // share.denominator for code, share in ideal.items()}
    left = int(whole / unit) - sum(steps.values())
    for code in sorted(ideal, key=lambda code: (steps[code] - ideal[code], code))[:left]:
        steps[code] += 1
    return {code: count * unit for code, count in steps.items()}


def residual(total: Number, shares: Mapping[str, Number]) -> Fraction:
    """What the shares lack of the total; negative where they exceed it."""
    return exact(total) - sum((exact(share) for share in shares.values()), Fraction(0))


def calculated(formula: str, values: Mapping[str, Number]) -> Fraction:
    """A formula of + − × ÷ over named numbers: `基数 * 0.05 + 20`. Exact, nothing else allowed."""
    text = formula.translate(str.maketrans("×÷＋－（）", "*/+-()"))
    if len(text) > LONGEST:
        raise ShareError(f"公式超过 {LONGEST} 字。请写短一些。")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as error:
        raise ShareError(
            f"公式“{formula}”写法不对。可用：{'、'.join(values)}、数字和 + − × ÷ ( )。"
        ) from error
    return _value(tree, text, values)


def _value(node: ast.expr, text: str, values: Mapping[str, Number]) -> Fraction:
    match node:
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            written = ast.get_source_segment(text.strip(), node) or ""
            return Fraction(written)
        case ast.Name(id=name):
            if name not in values:
                raise ShareError(f"公式里的“{name}”没有数。可用：{'、'.join(values)}。")
            return exact(values[name])
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner, text, values)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATIONS:
            first, second = _value(left, text, values), _value(right, text, values)
            if isinstance(op, ast.Div) and second == 0:
                raise ShareError("公式里除数为零。请核对基数。")
            return OPERATIONS[type(op)](first, second)
    raise ShareError(f"公式只能用 {'、'.join(values)}、数字和 + − × ÷ ( )。")
