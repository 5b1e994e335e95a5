"""Adding a mapping to the text of `strata.yml`, everything else in it left as it stands."""

from typing import Any

import yaml

from orchestration.errors import InputError

HEAD = "# The settings of Strata; what is not set has its default.\n"


def add_mapping(text: str, item: str, salt: str, others: dict[str, str]) -> str:
    """Return the text of the settings with one more mapping.

    Lines are only ever added: comments, order and spelling of what is there stay. What was added
    is read again and compared, so that a text laid out in an unexpected way is refused and not
    damaged.

    Parameters
    ----------
    item : the mapping as it shall stand there, with its comments.
    salt : written if there is none yet.
    others : settings of one line that are not there yet.

    Raises
    ------
    InputError
        With the lines to paste by hand.
    """
    before = yaml.safe_load(text) or {}
    lines = text.splitlines() or HEAD.splitlines()
    _insert(lines, yaml.compose(text, Loader=yaml.SafeLoader), item, salt)
    lines += [f"{name}: {value}" for name, value in others.items()]
    after = "\n".join(lines) + "\n"
    if _parsed(after) != _expected(before, item, salt, others):
        pasted = "\n".join(["landing:", f"  salt: {salt}", "  mapping:", *_item_lines(item, 4)])
        raise InputError(
            "strata.yml is laid out in a way that lines cannot be added to safely, and was left as "
            "it is. Add this by hand, below your own `landing:` if there is one:\n" + pasted
        )
    return after


def _insert(lines: list[str], node: Any, item: str, salt: str) -> None:
    """Add the lines at the one place where they belong."""
    landing = _child(node, "landing")
    if landing is None:
        lines += ["landing:", f"  salt: {salt}", "  mapping:", *_item_lines(item, 4)]
        return
    key, section = landing
    below = key.start_mark.line + 1
    is_section = isinstance(section, yaml.MappingNode) and section.value
    indent = section.value[0][0].start_mark.column if is_section else 2
    mapping = _child(section, "mapping")
    added: list[str] = []
    if _child(section, "salt") is None:
        added.append(f"{' ' * indent}salt: {salt}")
    if mapping is None:
        added += [f"{' ' * indent}mapping:", *_item_lines(item, indent + 2)]
    elif isinstance(mapping[1], yaml.SequenceNode):
        # From below, or the first lines would move the place of the others.
        end = _last_line(mapping[1]) + 1
        lines[end:end] = _item_lines(item, mapping[1].start_mark.column)
    lines[below:below] = added


def _item_lines(item: str, indent: int) -> list[str]:
    """Return a mapping as an entry of a list, its leading comments above it."""
    lines, margin, is_begun = [], " " * indent, False
    for line in item.rstrip().splitlines():
        if not is_begun and line.startswith("#"):
            lines.append(f"{margin}{line}")
        else:
            lines.append(f"{margin}{'  ' if is_begun else '- '}{line}".rstrip())
            is_begun = True
    return lines


def _child(node: Any, name: str) -> tuple[Any, Any] | None:
    """Return key and value of a setting."""
    if not isinstance(node, yaml.MappingNode):
        return None
    return next(((key, value) for key, value in node.value if key.value == name), None)


def _last_line(node: Any) -> int:
    """Return the line on which a node ends; that of a block ends where the next thing begins."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    end = node.end_mark
    return int(end.line if end.column else end.line - 1)


def _parsed(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def _expected(before: dict[str, Any], item: str, salt: str, others: dict[str, str]) -> Any:
    landing = before.get("landing") or {}
    mapping = [*(landing.get("mapping") or []), yaml.safe_load(item)]
    return {**before, **others, "landing": {"salt": salt, **landing, "mapping": mapping}}
