"""Turns a module's source into mutants of it: the same source with one small mistake."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
    ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One mistake: the line it is in, what it is, and the whole source with it."""

    line: int
    what: str
    source: str


def mutants(source: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    found = []
    for number, node in enumerate(ast.walk(tree)):
        if isinstance(node, ast.stmt | ast.expr):
            found += [Mutant(node.lineno, what, _with(tree, number, new)) for what, new in _changes(node)]
    return sorted(found, key=lambda mutant: (mutant.line, mutant.what))


def _with(tree: ast.Module, number: int, new: ast.AST) -> str:
    """The source of a tree whose node with that number is another one."""
    changed = copy.deepcopy(tree)
    old = next(node for at, node in enumerate(ast.walk(changed)) if at == number)
    for parent in ast.walk(changed):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list) and any(item is old for item in value):
                setattr(parent, name, [new if item is old else item for item in value])
    return ast.unparse(ast.fix_missing_locations(changed))


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What may be wrong with a node: words for it, and the node as it then is."""
    told = ast.unparse(node)
    for kind, change in _BY_KIND:
        if isinstance(node, kind):
            for new in change(copy.deepcopy(node)):
                words = ast.unparse(ast.fix_missing_locations(copy.deepcopy(new))).split("\n")[0]
                yield f"{told.split(chr(10))[0][:70]} -> {words[:70]}", new


def _compared(node: ast.Compare) -> Iterator[ast.AST]:
    for at, operator in enumerate(node.ops):
        if other := _COMPARED.get(type(operator)):
            new = copy.deepcopy(node)
            new.ops[at] = other()
            yield new


def _calculated(node: ast.BinOp | ast.AugAssign) -> Iterator[ast.AST]:
    # texts and types are joined by the same signs
    if (other := _CALCULATED.get(type(node.op))) and not _is_type_or_text(node):
        node.op = other()
        yield node


def _either(node: ast.BoolOp) -> Iterator[ast.AST]:
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield node


def _unsigned(node: ast.UnaryOp) -> Iterator[ast.AST]:
    yield node.operand


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)


def _otherwise(node: ast.If | ast.While | ast.IfExp) -> Iterator[ast.AST]:
    node.test = ast.UnaryOp(ast.Not(), node.test)
    yield node


def _nothing(node: ast.Return) -> Iterator[ast.AST]:
    if node.value is not None and not _is_none(node.value):
        yield ast.Return(ast.Constant(None))


def _over(_node: ast.Continue) -> Iterator[ast.AST]:
    yield ast.Break()


def _undone(node: ast.Expr) -> Iterator[ast.AST]:
    if isinstance(node.value, ast.Call):
        yield ast.Pass()


_BY_KIND: tuple[tuple[Any, Callable[[Any], Iterator[ast.AST]]], ...] = (
    (ast.Compare, _compared),
    (ast.BinOp | ast.AugAssign, _calculated),
    (ast.BoolOp, _either),
    (ast.UnaryOp, _unsigned),
    (ast.Constant, _constant),
    (ast.If | ast.While | ast.IfExp, _otherwise),
    (ast.Return, _nothing),
    (ast.Continue, _over),
    (ast.Expr, _undone),
)


def _is_type_or_text(node: ast.BinOp | ast.AugAssign) -> bool:
    sides = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.value,)
    return any(
        isinstance(side, ast.JoinedStr)
        or _is_none(side)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str | bytes))
        or (isinstance(side, ast.Name) and side.id in {"str", "int", "float", "bytes", "bool", "datetime", "Zone"})
        for side in sides
    )


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
