"""Turns the bare regex of a time stamp into the regexes of whole lines that many programs write around one.

A stamp stands in one of three places, each a pattern of its own:

start   first in the line, or behind opening brackets, a level, or a level and its bracket: "[INFO 2020-06-23 09:05:37]"
late    behind a short label that ends in a delimiter or holds digits: "shop-1 | 2020-06-23 09:05:37", "web1 Jun 23 ..."
end     last in the line behind "at", "on" and the like: "Backup finished at 2020-06-23 09:05:37"

Prose, settings and tables hold stamps as well; what keeps them out is that a label has no quotes, braces or equals
signs and does not end in a plain word.  The level is looked for in the head of the text only: a word further back
("option=DEBUG", "no ERROR was found") is part of what is said.
"""

from __future__ import annotations

from logforensics.parsing.layout import EPOCH, TimeLayout
from logforensics.parsing.model import Pattern

LEVELS = (
    "severity",
    "severity_before",
    "severity_word",
    "severity_letter",
    "severity_key",
    "severity_joined",
    "severity_open",
)
MESSAGES = ("message", "message_joined", "message_open")
"""The groups that may hold the level and the text: Rust allows a name once, and they may stand in several places."""

UPPER = (
    "TRACE|DEBUG|DBG|VERBOSE|FINE|FINER|FINEST|INFO|INFORMATION|INF|NOTICE|WARN|WARNING|WRN|ERROR|ERR|FATAL|FTL|"
    "CRITICAL|CRIT|SEVERE|ALERT|EMERG|EMERGENCY|PANIC|LOG"
)
WORD = (
    "[Tt]race|[Dd]ebug|[Dd]bg|[Vv]erbose|[Ii]nfo|[Ii]nformation|[Nn]otice|[Ww]arn|[Ww]arning|[Ee]rror|[Ee]rr|"
    "[Ff]atal|[Cc]ritical|[Cc]rit|[Ss]evere|[Aa]lert|[Ee]merg|[Ee]mergency|[Pp]anic"
)
LETTER = "[DIWEFTVCN]"

_BRACKET = r"\[[^\]]*\]|\([^)]*\)|<[^>]*>|\{[^}]*\}"
_IN_WORD = r'[^ \t\[\](){}<>|":;,]'
_BARE = (
    rf"(?:[a-z]*[^a-z \t\[\](){{}}<>|\":;,]{_IN_WORD}*(?:\[[^\]]*\])?[ \t|:;,]+(?:-+[ \t|]*)?"
    r"|[a-z]+(?:[ \t]*[|:;][ \t|:;,]*|\t+|  +|[ ]+-+[ ]+))"
)
"""A word that is none of prose: it holds more than small letters, or what stands behind it is no single space."""
_FEW = rf"(?:(?:{_BRACKET})[ \t|:;,-]*|{_BARE}){{0,4}}?"
"""What may stand between the stamp and a level in capitals: thread, host, logger, place in the source."""
_FEWER = rf"(?:(?:{_BRACKET})[ \t|:;,-]*|{_BARE}){{0,2}}?"
"""The same for a level in small letters, which is a word of prose as well."""

_TEXT = (
    r"(?P<message>(?:(?P<program>[A-Za-z_][A-Za-z0-9_.@/+-]{0,60})\[(?P<pid>[0-9]{1,10})(?::[0-9]+)?\]:?[ \t]*)?(?:"
    rf"{_FEW}[\[(<|]?[ \t]*(?P<severity>{UPPER})(?:[^A-Za-z0-9_=].*)?"
    rf"|(?:[\[(<|][ \t]*)?(?P<severity_letter>{LETTER})(?:[\]>)][ \t:].*| [|\[].*|! .*|/.*| [^ ]*[0-9_.:/][^ ]* .*)"
    rf"|(?:{_FEWER}[\[(<|]?[ \t]*|[^ \t]{{1,60}}\t)(?P<severity_word>{WORD})(?:[ \t]*[\]>):|/\t].*|[ \t]+\[.*)"
    rf"|(?:.*[ \t,;])?(?i:level|lvl|severity|loglevel)[=:][ ]?\"?(?P<severity_key>{UPPER}|{WORD})(?:[^A-Za-z].*)?"
    "|.*))"
)
"""What stands behind the stamp; of the ways to find a level the first one that fits counts."""

_WORDS = _TEXT.removesuffix("|.*))") + "|[0-9 \t.,:;+-]*[^0-9 \t.,:;+-].*))"

_OPEN = rf"(?P<message_open>[\[({{<](?:[^\"]{{0,60}}?[\[( |:])?(?:(?P<severity_open>{UPPER})[\]) |:].*|.*))"
"""The same where a bracket follows at once: "09:05:37,123[main]shop:7 [INFO] started"."""

_JOINED = rf"(?P<message_joined>(?:(?P<severity_joined>{UPPER})(?:[^A-Za-z0-9_=].*)?|[A-Za-z_/].*))"
"""What stands behind the stamp and a colon or comma without a space: "09:05:37,123:DEBUG:shop"."""

_SEPARATOR = r"""(?:[\])>"'|; \t-]|[.,:]+[\])>"'|; \t-])[\])>"'|,;:. \t-]*"""
"""Never a point, comma or colon with a digit behind it: that is a fraction which the stamp has not read."""

_LEVEL_BEFORE = rf"(?P<severity_before>{UPPER}|{WORD}|{LETTER})"
_START = (
    rf"^[ \t]{{0,4}}[\[(<|\"'#*]{{0,6}}(?:[ ]?{_LEVEL_BEFORE}"
    r"""(?:[\]>):|, -][^"'{}=\n]{0,60}?)?(?:[\]>)|:,]|[ \t]|- )?[ \t]*[\[(<|]?)?"""
)
_LATE = (
    r"^[ \t]{0,4}(?:"
    rf"""[^"'{{}}=<#*|\s-][^"'{{}}=]{{0,70}}?[|:\[( ]{_LEVEL_BEFORE}[^A-Za-z0-9"'{{}}=]"""
    r"""(?:[^"'{}=]{0,40}?[|:\])>, ])?"""
    r"""|[^"'{}=<#*|\s-][^"'{}=]{0,70}?(?:[|:\])>][ \t]*|[,(\[]|[ \t]\[| -+ +)"""
    r"""|(?:(?:[A-Za-z]*[0-9_.:@/]|[A-Za-z]+-)[^ \t"'{}=]*[ \t]+){1,3}"""
    r"""|\[[ A-Za-z_.:-]{1,40}\]?[ \t]*"""
    r"""|[A-Z]{3,12}[ \t]+"""
    r")[\[(<]?"
)
_LATE_NUMBER = _LATE.replace(r"|[,(\[]|", r"|,|")
"""The same for a number, which right behind a name and its bracket is a process: "sshd[1001430319]:"."""

_END = r"""^(?P<message>[^"'{}<>;]{0,70}[ \t](?:at|on|since|from|time|date|started|ended|finished)[: \t]+"""
_END_BEHIND = r"(?:[ \t]*[=*.)\]#-]*))$"


def line_patterns(name: str, stamp: str, time: TimeLayout, *, fallback: bool = False) -> tuple[Pattern, ...]:
    """The patterns of one stamp: NAME (at the start), NAME_late and NAME_end, which yield to it.

    A number is a stamp only in front of a text that is none itself.
    """
    text = rf"(?:{_SEPARATOR}{_TEXT}|[:,]+{_JOINED}|{_OPEN})?$"
    words = rf"(?:{_SEPARATOR}{_WORDS}|[:,]+{_JOINED}|{_OPEN})$"
    return (
        Pattern(name, f"{_START}{stamp}{words if time.layout == EPOCH else text}", time, fallback, stamp=stamp),
        Pattern(
            f"{name}_late",
            f"{_LATE_NUMBER if time.layout == EPOCH else _LATE}{stamp}{words}",
            time,
            fallback=True,
            stamp=stamp,
        ),
        Pattern(f"{name}_end", f"{_END}{stamp}{_END_BEHIND}", time, fallback=True, stamp=stamp),
    )
