"""The errors a user can cause or meet; each becomes one line on stderr and an exit code.

LogForensicsError
├── AlteredError      1   a report that is not as it was written
├── UsageError        2   an option, a path or a time that cannot be meant
├── DefinitionError   2   a parser or signature definition that breaks a rule
├── EvidenceError     3   the evidence holds nothing that can be read
└── OutputError       4   the result could not be written
"""

from __future__ import annotations


class LogForensicsError(Exception):
    """Base of every error this project raises on purpose; its text is shown to the user as it is."""

    exit_code = 2


class AlteredError(LogForensicsError):
    """A report is not, or no longer, what this program wrote; the text says where that shows."""

    exit_code = 1


class UsageError(LogForensicsError):
    """What was typed cannot be meant: a missing path, a bad threshold, an unknown zone."""


class DefinitionError(LogForensicsError):
    """A parser or signature definition is broken; the text names file, key, reason and remedy."""


class EvidenceError(LogForensicsError):
    """The paths exist, but nothing in them could be read as a log."""

    exit_code = 3


class OutputError(LogForensicsError):
    """The result could not be written where it was asked for."""

    exit_code = 4
