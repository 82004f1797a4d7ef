"""Whether a script surely fails for somebody without access: few shapes, each of them plain.

What is not surely such a check is none. The scripts are those of `run:` and of actions/github-script.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.knowledge.actions.access_checks import LEVEL_CALL, MEMBER_CALLS, STRONG

MAX_TEXT = 20_000
"""Characters of a script that are read; one that checks an access is short."""

_LEVELS = "|".join(sorted(STRONG))

_TOKENS = re.compile(
    r"//[^\n]*|/\*.*?\*/|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|`(?:[^`\\]|\\.)*`|(/\*|['\"`])", re.DOTALL
)
"""A comment or a text; in the group, the beginning of one that never ends."""

_KEPT = re.compile(r"[\w.-]{0,40}|\$\{\{\s*[\w.]{1,100}\s*\}\}")

_BRANCHES = re.compile(
    r"\b(?:if|else|for|while|do|switch|case|function|return|catch|finally|break|continue)\b|=>|\?|&&|\|\|"
)
_JS_FAILS = re.compile(r"\bcore\.setFailed\s*\(|\bprocess\.exit\s*\(\s*[1-9]|\bthrow\b")
_CAUGHT = re.compile(r"\bcatch\b|\.then\s*\(|\ballSettled\b")

_JS_MEMBER = re.compile(rf"\bawait\s+(?:github|octokit)(?:\.rest)?\.{MEMBER_CALLS}\s*\(")
_JS_LEVEL = re.compile(rf"\bawait\s+(?:github|octokit)(?:\.rest)?\.{LEVEL_CALL}\s*\(")
_JS_USER = re.compile(r"\busername(?:\s*:\s*('\$\{\{[^'\n]{1,120}'|[^,}\s]{1,120})|\s*[,}])")
_JS_NAMED = re.compile(
    r"\b(?:const|let|var)\s+(\w{1,60})\s*=\s*('\$\{\{[^'\n]{1,120}'|[^\s;,]{1,120})[ \t]*(?:;|\n|$)"
)

_LIST = rf"\[\s*'(?:{_LEVELS})'(?:\s*,\s*'(?:{_LEVELS})'){{0,2}}\s*\]"
_LEVEL = r"(?!context\b|process\b)[\w.]{0,60}(?:[Pp]erm|[Rr]ole|[Ll]evel|[Aa]ccess)[\w.]{0,60}"
_INCLUDES = rf"{_LIST}\.includes\(\s*{_LEVEL}\s*\)"
_DIFFERS = rf"{_LEVEL}\s*!==?\s*'(?:{_LEVELS})'"
_JS_REFUSED = re.compile(rf"\bif\s*\(\s*(?:!\s*{_INCLUDES}|{_DIFFERS}(?:\s*&&\s*{_DIFFERS}){{0,2}})\s*\)")
_JS_ANSWER = re.compile(rf"\b(?:const|let|var)\s+(\w{{1,60}})\s*=\s*{_INCLUDES}\s*(?:;|\n)")

_JS_OUTPUT = re.compile(rf"\bcore\.setOutput\(\s*'([\w-]{{1,60}})'\s*,\s*(?:({_INCLUDES})|(\w{{1,60}}))\s*\)")

_SH_CONTROL = re.compile(
    r"(?m)^[ \t]*(?:if|for|while|until|case|function|exit|return|exec|trap|set\s+\+|shopt|alias)\b"
    r"|\bgh\s+alias\b"
    r"|\(\)\s*\{|&[ \t]*$|<<|^[ \t]*[{(]"
)
_SH_WHO = r"([^\s\"'/|;&)]{1,60}|\$\{\{\s*[\w.]{1,100}\s*\}\})"
_SH_ROUTE = r"repos/[^\s\"'|;&]{1,100}/collaborators/"
_SH_REPO = rf"[\"']?/?{_SH_ROUTE}"
_SH_TEAM = r"[\"']?/?orgs/[^\s\"'|;&]{1,100}/(?:members|memberships|teams/[^\s\"'|;&/]{1,60}/memberships)/"
_SH_END = r"[\"']?(?:\s+(?:--silent|--include|-i|[12&]?>\s*/dev/null|2>&1|&>\s*/dev/null))*\s*"
_SH_EXIT = r"\|\|\s*(?:exit\s+[1-9]|\{[^}|&\n]*;?\s*exit\s+[1-9])"
_SH_MEMBER = re.compile(
    rf"(?m)^[ \t]*(?:gh\s+api\s+(?:--silent\s+)?(?:{_SH_REPO}|{_SH_TEAM}){_SH_WHO}{_SH_END}(?:$|{_SH_EXIT})"
    rf"|if\s+!\s+gh\s+api\s+(?:--silent\s+)?(?:{_SH_REPO}|{_SH_TEAM}){_SH_WHO}{_SH_END};\s*then\b)"
)
_SH_LEVEL = re.compile(
    rf"(?m)^[ \t]*(\w{{1,60}})=[\"']?\$\(\s*(?:gh\s+api|curl)\b[^\n]{{0,300}}?{_SH_ROUTE}{_SH_WHO}"
    rf"/permission\b[^\n]{{0,300}}\)[\"']?[ \t]*$"
)
_SH_TEXT = rf"[\"']?(?:{_LEVELS})[\"']?"


_SH_ANSWER = r"[\"']?(\$\{?\w{1,60}\}?|\$\{\{[^}\n]{1,120}\}\})[\"']?\s+"
_SH_WORD = r"\s+[\"']?(\w{1,40})[\"']?\s+\]\]?"
_SH_COMPARISON = re.compile(
    rf"(?m)^[ \t]*(?:if\s+\[\[?\s+{_SH_ANSWER}(!=|==?){_SH_WORD}\s*;?\s*then\b"
    rf"|\[\[?\s+{_SH_ANSWER}==?{_SH_WORD}\s+{_SH_EXIT})"
)
_SH_LAST = re.compile(r"[ \t]*(?:echo\b[^;&|`$()\n]{0,500};[ \t]*)?exit[ \t]+[1-9][0-9]{0,2}[ \t]*")


@dataclass(frozen=True, slots=True)
class AccessComparison:
    """A comparison after which a script fails: of `value`, as written there, with a word.

    It fails where both are equal, if `fails_if_equal`, else where they differ.
    """

    value: str
    word: str
    fails_if_equal: bool


def access_comparison(text: str) -> AccessComparison | None:
    """The comparison in a shell script that decides first whether it fails."""
    text = _plain(text[:MAX_TEXT])
    found = _SH_COMPARISON.search(text)
    if found is None or _SH_CONTROL.search(text, 0, found.start()):
        return None
    if found[1] is None:
        return AccessComparison(found[4], found[5], fails_if_equal=False)
    return AccessComparison(found[1], found[3], found[2] != "!=") if _exits(text[found.end() :]) else None


def always_fails(text: str, *, is_shell: bool) -> bool:
    """Whether a script fails whenever it runs."""
    text = text[:MAX_TEXT]
    if is_shell:
        *lines, last = _plain(text).rstrip().rsplit("\n", 1)
        before = "".join(lines).rstrip()
        joined = before.endswith(("&&", "|", "\\"))
        return _SH_LAST.fullmatch(last) is not None and not joined and not _SH_CONTROL.search(before)
    if any(found[1] for found in _TOKENS.finditer(text)):
        return False
    text = _TOKENS.sub(_shortened, text)
    fails = _JS_FAILS.search(text)
    return fails is not None and not _BRANCHES.search(text, 0, fails.start()) and not _CAUGHT.search(text)


def who_is_refused(text: str, *, is_shell: bool) -> str | None:
    """Whose lack of access surely fails the script, as it is written there; None where none surely does."""
    text = text[:MAX_TEXT]
    return _in_shell(text) if is_shell else _in_javascript(text)


def access_output(text: str) -> tuple[str, str] | None:
    """An output of a JavaScript that is `false` for whoever lacks access, and whose access that is.

    Only one that is surely set, and set once.
    """
    text = text[:MAX_TEXT]
    if any(found[1] for found in _TOKENS.finditer(text)):
        return None
    text = _TOKENS.sub(_shortened, text)
    level = _JS_LEVEL.search(text)
    output = _JS_OUTPUT.search(text, level.end()) if level else None
    if level is None or output is None or _CAUGHT.search(text) or _BRANCHES.search(text, 0, output.start()):
        return None
    answer = _JS_ANSWER.search(text, level.end(), output.start())
    if output[3] and (answer is None or output[3] != answer[1]):
        return None
    user = _user(text)
    return (output[1], user) if user and text.count("core.setOutput") == 1 else None


def _in_javascript(text: str) -> str | None:
    if any(found[1] for found in _TOKENS.finditer(text)):
        return None
    text = _TOKENS.sub(_shortened, text)
    caught = list(_CAUGHT.finditer(text))
    # Whatever is caught must be refused where it is caught.
    if len(caught) > 1 or (caught and not _refuses(text, _after_parameter(text, caught[0].end()))):
        return None
    member = _JS_MEMBER.search(text)
    if member and not _BRANCHES.search(text, 0, member.start()):
        return _user(text)
    level = _JS_LEVEL.search(text)
    if level is None or _BRANCHES.search(text, 0, level.start()):
        return None
    return _user(text) if any(_refuses(text, at) for at in _comparisons(text, level.end())) else None


def _shortened(found: re.Match[str]) -> str:
    """A comment as a blank, and a text as itself where it is a word."""
    if found[0].startswith("/"):
        return " "
    return f"'{found[0][1:-1]}'" if _KEPT.fullmatch(found[0][1:-1]) else "''"


def _comparisons(text: str, start: int) -> Iterator[int]:
    """Where the branch for somebody without access begins, if nothing before it branches."""
    found = _JS_REFUSED.search(text, start)
    if found and not _BRANCHES.search(text, start, found.start()):
        yield found.end()
    answer = _JS_ANSWER.search(text, start)
    if answer is None or _BRANCHES.search(text, start, answer.start()):
        return
    test = re.compile(rf"\bif\s*\(\s*!\s*{answer[1]}\s*\)").search(text, answer.end())
    if test and not _BRANCHES.search(text, answer.end(), test.start()):
        yield test.end()


def _refuses(text: str, start: int) -> bool:
    """Whether the branch that begins there fails before it branches itself."""
    branch = text[start : start + MAX_TEXT].lstrip()
    if branch.startswith("{"):
        branch = branch[1 : _closing(branch)]
    else:
        branch = re.split(r"[;\n]", branch, maxsplit=1)[0]
    fails = _JS_FAILS.search(branch)
    return fails is not None and not _BRANCHES.search(branch, 0, fails.start())


def _after_parameter(text: str, start: int) -> int:
    found = re.compile(r"\s*\(\s*\w{1,60}\s*\)").match(text, start)
    return found.end() if found else start


def _closing(text: str) -> int:
    depth = 0
    for index, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if depth == 0:
            return index
    return len(text)


def _user(text: str) -> str | None:
    """Whose access all calls of the script test."""
    users = {found[1] or "username" for found in _JS_USER.finditer(text)}
    if len(users) != 1:
        return None
    (user,) = users
    named = [found[2] for found in _JS_NAMED.finditer(text) if found[1] == user]
    assigned = len(re.findall(rf"\b{re.escape(user)}\s*=(?!=)", text))
    return named[0] if len(named) == 1 and assigned == 1 else user if not named else None


def _in_shell(text: str) -> str | None:
    text = _plain(text)
    member = _SH_MEMBER.search(text)
    if member and not _SH_CONTROL.search(text, 0, member.start()):
        who = member[1] or member[2]
        if member[1] or _exits(text[member.end() :]):
            return who
    level = _SH_LEVEL.search(text)
    if level is None or _SH_CONTROL.search(text, 0, level.start()):
        return None
    rest = text[level.end() :]
    found = _refused_level(level[1]).search(rest)
    if found is None or _SH_CONTROL.search(rest, 0, found.start()):
        return None
    if len(re.findall(rf"(?m)\b{level[1]}=", text)) > 1:
        return None
    return level[2] if found["exits"] or _exits(rest[found.end() :]) else None


def _plain(text: str) -> str:
    """A shell script without comments, and with its long lines in one."""
    return re.sub(r"(?m)(?:^|(?<=\s))#.*$", "", text).replace("\\\n", " ")


def _exits(branch: str) -> bool:
    """Whether the branch of an `if` fails before it ends or branches itself."""
    fails = re.search(r"(?m)(?:^|;)[ \t]*exit\s+[1-9]", branch)
    ends = re.search(
        r"(?m)(?:^|;)[ \t]*(?:fi|if|else|elif|for|while|until|case|exit\s+0|return|exec)\b", branch
    )
    return fails is not None and (ends is None or fails.start() < ends.start())


def _refused_level(name: str) -> re.Pattern[str]:
    """A comparison of a level, true for whoever has none of the strong ones, or followed by an exit."""
    value = rf"[\"']?\$\{{?{name}\}}?[\"']?"
    differs = rf"\[?\[?\s*{value}\s+!=\s+{_SH_TEXT}\s*\]?\]?"
    equal = rf"{value}\s+={{1,2}}\s+{_SH_TEXT}\s+"
    equals = rf"\[\[?\s+{equal}(?:\|\|\s+{equal}){{0,2}}\]\]?"
    return re.compile(
        rf"(?m)^[ \t]*(?:if\s+{differs}(?:\s*&&\s*{differs}){{0,2}}\s*;\s*then\b"
        rf"|{equals}(?:\s+\|\|\s+{equals}){{0,2}}\s+(?P<exits>{_SH_EXIT}))"
    )
