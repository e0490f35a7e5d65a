"""The settings as people read them: `.env.example` and the README's table."""

from itertools import groupby
from textwrap import wrap

from bot.setting import Setting
from bot.settings_table import SETTINGS
from bot.texts import _

_WIDTH = 98


def env_example() -> str:
    """Return the text of `.env.example`: every setting, its meaning, its default."""
    lines = [
        "# " + line
        for line in wrap(
            _(
                "Copy this file to .env and fill in what you need. The environment wins over it; "
                "an empty value counts as not set. A wrong or unknown setting is refused at the "
                "start, by name. Keep .env to yourself: it holds the token."
            ),
            _WIDTH,
        )
    ]
    for group, settings in groupby(SETTINGS, key=lambda setting: setting.group):
        lines += ["", f"# ---- {group} ----"]
        for setting in settings:
            lines += ["", *("# " + line for line in wrap(setting.meaning, _WIDTH))]
            if not setting.secret:
                lines.append("# " + _fact(setting))
            lines.append(f"#{setting.name}={setting.default or setting.example}")
    return "\n".join(lines).replace("#DISCORD_TOKEN=MTIz…", "DISCORD_TOKEN=") + "\n"


def readme_table() -> str:
    """Return the settings as a Markdown table."""
    lines = [
        _("| setting | meaning | default |"),
        "|---|---|---|",
        *(
            f"| `{setting.name}` | {setting.meaning} | "
            f"{f'`{setting.default}`' if setting.default else ''} |"
            for setting in SETTINGS
        ),
    ]
    return "\n".join(lines) + "\n"


def _fact(setting: Setting) -> str:
    if setting.default:
        return _("Default: {default}").format(default=setting.default)
    return _("Not set by default. For example:")
