import pytest

from serving.settings import Settings, SettingsError


def test_the_environment_is_read_by_name() -> None:
    settings = Settings.from_environment({"MINGCHA_HOME": "/srv/mc", "MINGCHA_WORKERS": "3"})

    assert settings.workers == 3
    assert settings.ledger == "sqlite:////srv/mc/ledger.sqlite"


@pytest.mark.parametrize(
    "environ",
    [
        {"MINGCHA_PORT": "many"},
        {"MINGCHA_PORT": "70000"},
        {"MINGCHA_DEGRADED_CLAIMS": "block"},
        {"MINGCHA_SCORING_SECONDS": "3"},
        {"MINGCHA_REQUEST_SECONDS": "nan"},
        {"MINGCHA_EXPLORATION_SHARE": "0"},
        {"MINGCHA_REVIEW_SAMPLE_SHARE": "0.001"},
    ],
)
def test_a_setting_that_cannot_be_used_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(environ))):
        Settings.from_environment(environ)


@pytest.mark.parametrize("field", Settings.model_fields)
def test_each_setting_documents_its_variable(field: str) -> None:
    from pathlib import Path

    import serving.settings

    source = Path(serving.settings.__file__).read_text("utf-8")
    assert f"``{Settings.variable(field)}``" in source
