"""A list of tags that a server can start from: safe by rating, and still not for everybody.

The boards rate how explicit a picture is. What frightens, disgusts or tempts can be rated safe;
these tags name such subjects. A server applies the list with one command and lifts what it
likes, tag by tag.
"""

from typing import Final, Literal, TypeAlias

from msgspec import Struct

from bot.texts import _

Why: TypeAlias = Literal[
    "violence", "death", "self-harm", "cruelty", "fetish", "body", "drugs", "hate", "startling"
]


class PresetTag(Struct, frozen=True):
    """A tag of the default block list, and why it is on it."""

    tag: str
    """Canonical name on the boards."""
    why: Why

    @property
    def reason(self) -> str:
        """Say for people why the tag is on the list."""
        texts: dict[Why, str] = {
            "violence": _("wounds and fighting to the death"),
            "death": _("dying and the dead"),
            "self-harm": _("hurting oneself; a danger to those who struggle with it"),
            "cruelty": _("abuse and torment"),
            "fetish": _("made to arouse, even where nothing explicit is seen"),
            "body": _("what bodies give off, and what disfigures them"),
            "drugs": _("drugs, shown to an audience with children"),
            "hate": _("symbols and words of hatred"),
            "startling": _("flashes and sudden frights; a danger to people with epilepsy"),
        }
        return texts[self.why]


_TAGS: Final[dict[Why, tuple[str, ...]]] = {
    "violence": ("blood", "gore", "bleeding", "gunshot wound", "stab wound", "decapitation",
                 "dismemberment", "murder", "execution"),
    "death": ("death", "dead", "corpse", "implied death", "skinned"),
    "self-harm": ("suicide", "implied suicide", "attempted suicide", "self harm",
                  "hanging (by neck)", "anorexia"),
    "cruelty": ("abuse", "animal abuse", "child abuse", "domestic abuse", "torture", "slavery",
                "implied rape", "rape", "cannibalism"),
    "fetish": ("fetish", "vore", "inflation", "bondage", "bdsm", "hypnosis", "diaper",
               "diaper fetish", "foot fetish", "stuck", "macro/micro", "obese", "farting",
               "watersports", "petplay",
               "incest", "implied incest", "implied sex", "innuendo"),
    "body": ("vomit", "urine", "feces", "body horror", "nightmare fuel", "parasite",
             "trypophobia"),
    "drugs": ("drugs", "drug use", "cocaine", "heroin", "marijuana", "syringe"),
    "hate": ("nazi", "nazism", "swastika", "racism", "racial slur", "homophobia", "transphobia",
             "terrorism"),
    "startling": ("jumpscare", "epilepsy warning", "seizure warning", "flashing lights"),
}  # fmt: skip

#: The default block list.
PRESET: Final[tuple[PresetTag, ...]] = tuple(
    PresetTag(tag, why) for why, tags in _TAGS.items() for tag in tags
)
