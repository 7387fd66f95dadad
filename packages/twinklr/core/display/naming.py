"""What people call their props: names split into words, and the words that tell a role."""

from __future__ import annotations

import re
from functools import lru_cache

from twinklr.core.display.display import Role

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[a-z]+", re.ASCII)
_UNUSED = re.compile(
    r"\b(do\s*n['’o]?t\s+use|do\s+not\s+use|not\s+used?|unused|deprecated|obsolete|spare)\b", re.IGNORECASE
)

WORDS: dict[Role, tuple[str, ...]] = {
    Role.MEGA_TREE: ("mega tree", "megatree", "giga tree", "gigatree", "mt", "pixel tree", "main tree"),
    Role.TREE: ("tree", "minitree", "spiral", "baum", "arbol", "conifer", "pine", "spruce"),
    Role.MATRIX: ("matrix", "panel", "grid", "p5", "p10", "screen", "video wall", "tune to sign", "sign", "virtual"),
    Role.ARCH: ("arch", "leaping arch", "hoop", "rainbow", "arco", "bogen"),
    Role.CANE: ("cane", "candycane", "candy cane", "candy stick", "zuckerstange"),
    Role.ROOF_LINE: (
        "roof",
        "roofline",
        "gutter",
        "eave",
        "eve",
        "ridge",
        "gable",
        "peak",
        "fascia",
        "awning",
        "soffit",
        "dormer",
        "dach",
        "techo",
    ),
    Role.OUTLINE: (
        "outline",
        "house",
        "edge",
        "border",
        "vertical",
        "horizontal",
        "fence",
        "rail",
        "railing",
        "column",
        "pillar",
        "post",
        "trellis",
        "pergola",
        "porch",
        "driveway",
        "path",
        "pathway",
        "walk",
        "walkway",
        "tunnel",
        "wall",
        "corner",
        "perimeter",
        "ground",
        "line",
        "strip",
        "bush line",
        "trim",
        "deck",
        "balcony",
        "stair",
        "step",
        "garage",
    ),
    Role.WINDOW: ("window", "win", "fenster", "ventana", "shutter"),
    Role.DOOR: ("door", "doorway", "garage door", "entrance", "puerta"),
    Role.STAR: ("star", "corostar", "coro star", "topper", "tree topper", "estrella", "stern"),
    Role.SNOWFLAKE: ("snowflake", "flake", "snow flake", "snow", "copo", "schneeflocke"),
    Role.SPINNER: (
        "spinner",
        "rosa grande",
        "rosa",
        "wheel",
        "poinsettia",
        "mandala",
        "flower",
        "fan",
        "showstopper",
        "king rosa",
        "boscoyo",
        "pinwheel",
        "daisy",
        "ppd",
        "gilbert",
        "firework",
    ),
    Role.WREATH: ("wreath", "kranz", "corona"),
    Role.ICICLE: ("icicle", "pixicle", "eiszapfen", "snowfall", "drip"),
    Role.FACE: (
        "face",
        "singing",
        "singer",
        "singing face",
        "chromabulb",
        "singing bulb",
        "talking",
        "caroler",
        "mouth",
    ),
    Role.MOVING_HEAD: ("moving head", "mh", "movinghead", "mover", "beam head"),
    Role.FLOOD: ("flood", "floodlight", "spot", "spotlight", "wash", "wall wash", "par", "parcan", "uplight", "strobe"),
    Role.PROP: (
        "deer",
        "reindeer",
        "sleigh",
        "santa",
        "snowman",
        "snow man",
        "gift",
        "present",
        "gift box",
        "box",
        "bush",
        "ribbon",
        "bow",
        "candle",
        "ornament",
        "bauble",
        "ball",
        "bell",
        "angel",
        "nativity",
        "manger",
        "train",
        "penguin",
        "elf",
        "soldier",
        "nutcracker",
        "pumpkin",
        "ghost",
        "bat",
        "skull",
        "spider",
        "tomb",
        "tombstone",
        "forest",
        "pixel forest",
        "stick",
        "star field",
        "dragonfly",
        "flag",
        "eagle",
        "mailbox",
        "indoor",
        "special",
        "cross",
        "heart",
        "lamp",
        "lantern",
        "light post",
        "streetlight",
        "mirror",
        "handle",
        "tail",
        "fog",
        "letter",
        "globe",
    ),
}
"""Role -> words and word groups that name it, in the singular."""

_PHRASES = {phrase: role for role, phrases in WORDS.items() for phrase in phrases}
_LONGEST = max(phrase.count(" ") + 1 for phrase in _PHRASES)


def words_of(name: str) -> list[str]:
    """Words of a name in lower case, plurals cut, numbers and punctuation dropped.

    Example:
        >>> words_of("02.16.0Grp MiniTreesLT"), words_of("MH-1"), words_of("Arches_Left")
        (['grp', 'mini', 'tree', 'lt'], ['mh'], ['arch', 'left'])
    """
    return [_singular(word.lower()) for word in _WORD.findall(name)]


def _singular(word: str) -> str:
    if word.endswith(("ches", "shes", "xes")) and len(word) > 4:
        return word[:-2]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us")) and len(word) > 3 else word


def named_roles(name: str) -> list[tuple[Role, str]]:
    """Roles that a name speaks of with the words that do, in the order of the name.

    Word groups win over the words in them; the last one is what the thing *is* in English ("Mega Tree Star").

    Example:
        >>> [(role.value, word) for role, word in named_roles("MegaTreeLTStar")]
        [('mega_tree', 'mega tree'), ('star', 'star')]
    """
    return list(_named_roles(name))


@lru_cache(maxsize=8192)
def _named_roles(name: str) -> tuple[tuple[Role, str], ...]:
    words = words_of(name)
    found = []
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST, len(words) - at), 0, -1):
            phrase = " ".join(words[at : at + length])
            if phrase in _PHRASES:
                found.append((_PHRASES[phrase], phrase))
                at += length
                break
        else:
            at += 1
    return tuple(found)


def says_unused(name: str) -> bool:
    """Whether a name says that the thing is not to be used ("OLD tree DON'T USE").

    Example:
        >>> says_unused("Arch 3 - DON'T USE"), says_unused("Spare tyre arch"), says_unused("Sparrow")
        (True, True, False)
    """
    return bool(_UNUSED.search(name))
