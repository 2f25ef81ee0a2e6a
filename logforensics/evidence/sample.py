"""Turns a log file into the few lines by which its format is recognised: its head and a slice of its middle."""

from __future__ import annotations

from logforensics.evidence.files import Block, BlockReader
from logforensics.evidence.held import opened
from logforensics.evidence.lines import lines_of
from logforensics.evidence.model import LogFile

HEAD_BYTES = 64 << 10
MIDDLE_BYTES = 16 << 10


def sample_lines(file: LogFile, head_lines: int = 200, middle_lines: int = 100) -> tuple[str, ...]:
    """Up to `head_lines` lines from the start and, of a plain file, `middle_lines` from its middle.

    Lines are as lines_of gives them, blank ones left out.  Raises OSError for a file that cannot be opened.
    """
    head: list[str] = []
    reader = BlockReader(file, HEAD_BYTES, longest_line=4 * HEAD_BYTES, digest=False)
    length = 0
    for block in reader:
        head += _texts(block)
        length += len(block.data)
        if len(head) >= head_lines or length >= 4 * HEAD_BYTES:
            break
    if reader.error is not None:
        raise reader.error
    return (*head[:head_lines], *_middle(file)[:middle_lines])


def _middle(file: LogFile) -> list[str]:
    if file.compression != "plain":
        return []
    try:
        with opened(file) as disk:
            if disk.size < 4 * HEAD_BYTES:
                return []
            data = disk.reread(disk.size // 2, MIDDLE_BYTES)
    except OSError:
        return []
    begin, end = data.find(b"\n") + 1, data.rfind(b"\n") + 1
    return _texts(Block(file.name, 0, 0, 1, data[begin:end])) if begin < end else []


def _texts(block: Block) -> list[str]:
    frame, _ = lines_of(block)
    return [text for text in frame["text"].to_list() if text.strip()]
