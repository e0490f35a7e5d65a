"""Settings: from environment, `.env` and secret files, refused by name, secrets never shown."""

import copy
import pickle
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue import CATALOGUE
from bot.settings import SETTINGS, Secret, Settings, SettingsError, load
from bot.settings_doc import env_example, readme_table
from bot.settings_sites import site_settings
from tests.discord_loopback import TOKEN

ROOT = Path(__file__).parents[2]


def problems(environ: dict[str, str], dotenv: Path | None = None) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        load(environ, dotenv)
    return {problem.name: str(problem) for problem in caught.value.problems}


def test_an_empty_environment_gives_the_stated_defaults() -> None:
    settings = load({})
    assert settings == Settings()
    for setting in SETTINGS:
        if setting.default:
            assert load({setting.name: setting.default}) == settings, setting.name


def test_every_example_is_accepted_and_changes_something() -> None:
    for setting in SETTINGS:
        if setting.name != "DISCORD_TOKEN" and not setting.name.endswith("_FILE"):
            assert load({setting.name: setting.example}) != Settings(), setting.name


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("MAILMARE_LOG_LEVEL=debug\nMAILMARE_LOG_FORMAT='json' # for programs\n")
    settings = load({"MAILMARE_LOG_LEVEL": "error"}, dotenv)
    assert (settings.log_level, settings.log_format) == ("error", "json")


def test_an_empty_value_counts_as_not_set(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("MAILMARE_LOG_LEVEL=debug\nMAILMARE_CONTACT=\n")
    assert load({"MAILMARE_LOG_LEVEL": " "}, dotenv).log_level == "debug"


def test_a_file_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_bytes(b"\xef\xbb\xbfMAILMARE_LOG_LEVEL=debug\r\n")
    assert load({}, dotenv).log_level == "debug"


def test_a_line_of_the_file_that_is_no_setting_is_refused_without_showing_it(
    tmp_path: Path,
) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(f"# fine\nMAILMARE_LOG_LEVEL=debug\n{TOKEN}\n")
    (text,) = problems({}, dotenv).values()
    assert "line 3" in text
    assert TOKEN not in text


def test_everything_wrong_is_named_at_once_with_an_example() -> None:
    found = problems(
        {
            "MAILMARE_LOG_LEVEL": "loud",
            "MAILMARE_LOG_FORMAT": "xml",
            "MAILMARE_TWIBOORU_FILTER": "0",
            "MAILMARE_PONYAPI_ENABLED": "maybe",
            "MAILMARE_DERPIBOORU_MEDIA_HOSTS": "cdn.example.org, 10.0.0.1",
        }
    )
    assert len(found) == 5
    assert "debug, info, warning, error" in found["MAILMARE_LOG_LEVEL"]
    assert "'10.0.0.1'" in found["MAILMARE_DERPIBOORU_MEDIA_HOSTS"]
    assert all("For example: " in text for text in found.values())


def test_an_unknown_setting_is_refused_with_the_nearest_name() -> None:
    found = problems({"MAILMARE_LOGLEVEL": "debug", "MAILMARE_ZZZZZZZZZZZZZZZZZZZ": "1"})
    assert "Did you mean MAILMARE_LOG_LEVEL?" in found["MAILMARE_LOGLEVEL"]
    assert "Did you mean" not in found["MAILMARE_ZZZZZZZZZZZZZZZZZZZ"]
    # What is alike in nothing but its beginning was not meant.
    assert "Did you mean" not in problems({"MAILMARE_FOO": "1"})["MAILMARE_FOO"]


@pytest.mark.parametrize("name", ["DISCORD_TOKE", "DISCORD_TOKN", "discord_token", "DISCORDTOKEN"])
def test_a_slip_in_the_tokens_name_is_refused_wherever_it_is(tmp_path: Path, name: str) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(f"{name}={TOKEN}\n")
    for found in (problems({name: TOKEN}), problems({}, dotenv)):
        assert "Did you mean DISCORD_TOKEN?" in found[name]
        assert TOKEN not in found[name]


def test_every_discord_name_of_the_file_is_ours_and_of_the_environment_it_is_not(
    tmp_path: Path,
) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("DISCORD_WEBHOOK=elsewhere\n")
    assert "no such setting" in problems({}, dotenv)["DISCORD_WEBHOOK"]
    assert load({"DISCORD_WEBHOOK": "elsewhere", "DISCORD_BOT_TOKEN": "another's"}) == Settings()


def test_names_that_are_not_ours_are_left_alone(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("COMPOSE_PROJECT_NAME=ponies\n")
    assert load({"DISCORD_WEBHOOK": "elsewhere", "PATH": "/bin"}, dotenv) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAILMARE_DERPIBOORU_URL", "http://derpibooru.org"),
        ("MAILMARE_DERPIBOORU_URL", "derpibooru.org"),
        ("MAILMARE_DERPIBOORU_URL", "https://derpibooru.org/mirror"),
        ("MAILMARE_DERPIBOORU_URL", "https://someone@derpibooru.org"),
        ("MAILMARE_DERPIBOORU_URL", "https://derpibooru.org?key=1"),
        ("MAILMARE_DERPIBOORU_URL", "https://[derpibooru"),
        ("MAILMARE_DERPIBOORU_URL", "https://10.0.0.1"),
        ("MAILMARE_DERPIBOORU_URL", "http://127.0.0.1:8080"),
        ("MAILMARE_DISCORD_API_URL", "http://discord.com/api/v10"),
        ("MAILMARE_DISCORD_GATEWAY_URL", "https://gateway.discord.gg"),
        ("MAILMARE_CONTACT", "me\nX-Injected: yes"),
        ("MAILMARE_CONTACT", "me (pony)"),
        ("MAILMARE_DERPIBOORU_MEDIA_HOSTS", ","),
    ],
)
def test_an_address_or_header_that_cannot_be_trusted_is_refused(name: str, value: str) -> None:
    assert list(problems({name: value})) == [name]


def test_plain_http_on_this_machine_needs_an_explicit_setting() -> None:
    environ = {"MAILMARE_PONYAPI_URL": "http://127.0.0.1:8080/"}
    assert "MAILMARE_ALLOW_LOOPBACK_SITES=true" in problems(environ)["MAILMARE_PONYAPI_URL"]
    settings = load(environ | {"MAILMARE_ALLOW_LOOPBACK_SITES": "true"})
    assert settings.sites["ponyapi"].url == "http://127.0.0.1:8080"


def test_discord_can_be_reached_through_a_proxy_beside_the_bot() -> None:
    settings = load({"MAILMARE_DISCORD_API_URL": "http://discord-proxy:8080/api/v10/"})
    assert settings.discord_api_url == "http://discord-proxy:8080/api/v10"


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "9464/tcp", "94 64"])
def test_a_port_that_is_none_is_refused_by_name(port: str) -> None:
    (said,) = problems({"MAILMARE_METRICS_PORT": port}).values()
    assert said.startswith("MAILMARE_METRICS_PORT: must be a port's number, from 1 to 65535.")


@pytest.mark.parametrize("host", ["localhost", "0.0.0.0:9464", "example.org", "256.0.0.1", "[::1]"])
def test_an_address_to_listen_at_is_an_address_of_ip(host: str) -> None:
    (said,) = problems({"MAILMARE_METRICS_HOST": host}).values()
    assert said.startswith("MAILMARE_METRICS_HOST: must be an IP address of this machine")
    assert load({"MAILMARE_METRICS_HOST": "::"}).metrics_host == "::"


def test_the_data_directory_may_not_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.touch()
    assert list(problems({"MAILMARE_DATA_DIR": str(file)})) == ["MAILMARE_DATA_DIR"]


@pytest.mark.parametrize("path", ["a\0b", "~nobody-of-that-name/data", "/" + "a" * 5000])
def test_what_is_no_path_is_refused_by_name(path: str) -> None:
    assert list(problems({"MAILMARE_DATA_DIR": path})) == ["MAILMARE_DATA_DIR"]
    name = "MAILMARE_DERPIBOORU_KEY_FILE"
    assert list(problems({name: path})) == [name]


class TestToken:
    def test_comes_from_a_secret_file(self, tmp_path: Path) -> None:
        file = tmp_path / "token"
        file.write_text(TOKEN + "\n")
        token = load({"DISCORD_TOKEN_FILE": str(file)}).discord_token
        assert token is not None
        assert token.reveal() == TOKEN

    def test_set_in_two_ways_at_once_is_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "token"
        file.write_text(TOKEN)
        found = problems({"DISCORD_TOKEN_FILE": str(file), "DISCORD_TOKEN": TOKEN})
        assert "keep one" in found["DISCORD_TOKEN_FILE"]

    def test_of_the_environment_hides_the_secret_file_of_the_dotenv(self, tmp_path: Path) -> None:
        dotenv = tmp_path / ".env"
        dotenv.write_text("DISCORD_TOKEN_FILE=/nowhere\n")
        assert load({"DISCORD_TOKEN": TOKEN}, dotenv).discord_token == Secret(TOKEN)

    @pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe\x00", b"no token"])
    def test_in_an_unusable_file_is_refused_by_name(
        self, tmp_path: Path, content: bytes | None
    ) -> None:
        file = tmp_path / "token"
        if content is not None:
            file.write_bytes(content)
        assert list(problems({"DISCORD_TOKEN_FILE": str(file)})) == ["DISCORD_TOKEN_FILE"]

    @pytest.mark.parametrize(
        "wrong", [f"Bot {TOKEN}", TOKEN.replace(".", ""), f'"{TOKEN}"x', TOKEN[:30], TOKEN + " x"]
    )
    def test_of_a_wrong_form_is_refused_without_showing_it(self, wrong: str) -> None:
        (text,) = problems({"DISCORD_TOKEN": wrong}).values()
        assert "canary" not in text
        assert TOKEN[:20] not in text


class TestSecret:
    @given(st.text(min_size=8))
    def test_is_shown_by_nothing_but_reveal(self, value: str) -> None:
        secret = Secret(value)
        shown = [repr(secret), str(secret), f"{secret}", f"{secret!r:>40}", f"{secret:>40}"]
        assert value not in "".join(shown).replace("Secret(…)", "")
        assert secret.reveal() == value

    def test_is_not_shown_by_the_settings_that_hold_it(self) -> None:
        settings = load({"DISCORD_TOKEN": TOKEN})
        assert TOKEN not in repr(settings)
        assert TOKEN not in f"{settings!s} {msgspec.structs.asdict(settings)}"
        with pytest.raises(TypeError):
            msgspec.json.encode(settings)

    def test_cannot_be_pickled_but_may_be_copied(self) -> None:
        secret = Secret(TOKEN)
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(TypeError):
                pickle.dumps(secret, protocol)
        assert copy.deepcopy(secret) == copy.copy(secret) == secret
        assert len({secret, Secret(TOKEN), Secret("another")}) == 2
        assert not hasattr(secret, "__dict__")


def test_there_are_settings_for_exactly_the_sites_of_the_catalogue() -> None:
    groups = {setting.group for setting in SETTINGS}
    assert groups == {"Discord", "The bot", "For tests and proxies"} | {
        site.title for site in CATALOGUE.values()
    }
    assert set(Settings().sites) == set(CATALOGUE)


def test_a_new_row_of_the_catalogue_brings_its_own_settings() -> None:
    """Design, decision 2: adding a board is adding a row."""
    board = msgspec.structs.replace(CATALOGUE["derpibooru"], name="furbooru", title="Furbooru")
    names = [setting.name for setting in site_settings(board)]
    assert names == [
        setting.name.replace("DERPIBOORU", "FURBOORU")
        for setting in SETTINGS
        if setting.group == "Derpibooru"
    ]
    assert "MAILMARE_FURBOORU_FILTER" in names


def test_a_site_has_only_the_settings_that_mean_something_there() -> None:
    kinds = {
        site.name: {
            setting.key.partition(".")[2] for setting in SETTINGS if setting.group == site.title
        }
        for site in CATALOGUE.values()
    }
    assert "filter" in kinds["twibooru"]
    assert not {"filter", "key", "upload_hosts"} & kinds["ponyapi"]
    assert {"key", "upload_hosts"} <= kinds["ponyaggregate"]


def test_the_example_file_holds_every_setting_and_loads_as_it_is() -> None:
    file = ROOT / ".env.example"
    assert file.read_text("utf-8") == env_example()
    for setting in SETTINGS:
        assert f"{setting.name}=" in env_example()
        assert f"`{setting.name}`" in readme_table()
    assert load({}, file) == Settings()


def test_a_sites_key_is_a_secret_from_the_environment_or_a_file(tmp_path: Path) -> None:
    """Rule D9; reference: safety, 6."""
    file = tmp_path / "key"
    file.write_text("another-key-1\n")
    settings = load(
        {"MAILMARE_PONYAGGREGATE_KEY": "a-key-of-ours", "MAILMARE_DERPIBOORU_KEY_FILE": str(file)}
    )
    assert settings.site_keys() == {
        "ponyaggregate": "a-key-of-ours",
        "derpibooru": "another-key-1",
    }
    assert set(settings.secrets()) == {"a-key-of-ours", "another-key-1"}
    assert "a-key-of-ours" not in repr(settings)
    found = problems({"MAILMARE_TWIBOORU_KEY": "a key with spaces"})
    assert "a key with spaces" not in str(found)
    assert list(problems({"MAILMARE_PONYAPI_KEY": "12345678"})) == ["MAILMARE_PONYAPI_KEY"]


def test_the_hosts_of_uploads_are_named_by_the_operator() -> None:
    settings = load({"MAILMARE_PONYAGGREGATE_UPLOAD_HOSTS": "a.example.org, b.example.org"})
    assert settings.sites["ponyaggregate"].upload_hosts == frozenset(
        {"a.example.org", "b.example.org"}
    )
    assert settings.sites["derpibooru"].upload_hosts is None
