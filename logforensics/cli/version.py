"""Turns the installed package's metadata into the version every face names."""

from __future__ import annotations


def version() -> str:
    """The installed version, or the one in the package itself where it runs from a plain checkout."""
    import logforensics

    known = getattr(logforensics, "__version__", None)
    if known is not None:
        return str(known)
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("logforensics")
    except PackageNotFoundError:
        return "unknown"
