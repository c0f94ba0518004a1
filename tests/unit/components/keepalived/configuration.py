"""Keepalived's configuration as data: words, each with what follows it on its line, and blocks."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mainstay.model.install import Install
from tests.vocabulary import lines_of

CONFIG = "/etc/keepalived/keepalived.conf"


@dataclass
class Block:
    """The lines of a block by their first word, and the blocks in it by theirs."""

    said: dict[str, str] = field(default_factory=dict)
    blocks: dict[str, "Block"] = field(default_factory=dict)

    def named(self, kind: str) -> dict[str, "Block"]:
        """The blocks of a kind, such as `vrrp_instance`, by their names."""
        return {words.partition(" ")[2]: block for words, block in self.blocks.items() if words.split()[0] == kind}


def configuration_of(keepalived: Install) -> Block:
    """What keepalived reads."""
    return _block(iter(lines_of(keepalived, CONFIG)))


def _block(lines: Iterator[str]) -> Block:
    block = Block()
    for line in lines:
        if line == "}":
            break
        if line.endswith(" {"):
            block.blocks[line.removesuffix(" {")] = _block(lines)
        else:
            word, _, rest = line.partition(" ")
            assert word not in block.said, line
            block.said[word] = rest
    return block
