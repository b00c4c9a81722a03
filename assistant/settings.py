"""The settings of one workspace: read once, in the doors, and passed on."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingest.errors import BadRequest

OFFLINE = "offline"


class Settings(BaseSettings):
    """What the environment, or a file `.env` in the current folder, says.

    `database_url` and `chroma_url` are None for what is kept inside the workspace's folder.
    """

    model_config = SettingsConfigDict(
        env_prefix="HOTLIST_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    home: Path = Path("~/.hotlist")
    database_url: str | None = None
    chroma_url: str | None = None
    model: str = OFFLINE
    embedder: str | None = None
    timezone: ZoneInfo = ZoneInfo("UTC")
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")
    salesforce_instance_url: str | None = Field(default=None, validation_alias="SALESFORCE_INSTANCE_URL")
    salesforce_access_token: SecretStr | None = Field(
        default=None, validation_alias="SALESFORCE_ACCESS_TOKEN"
    )
    salesforce_username: str | None = Field(default=None, validation_alias="SALESFORCE_USERNAME")
    salesforce_password: SecretStr | None = Field(default=None, validation_alias="SALESFORCE_PASSWORD")
    salesforce_security_token: SecretStr | None = Field(
        default=None, validation_alias="SALESFORCE_SECURITY_TOKEN"
    )
    salesforce_client_id: str | None = Field(default=None, validation_alias="SALESFORCE_CLIENT_ID")
    salesforce_client_secret: SecretStr | None = Field(
        default=None, validation_alias="SALESFORCE_CLIENT_SECRET"
    )
    salesforce_domain: str | None = Field(default=None, validation_alias="SALESFORCE_DOMAIN")
    hubspot_access_token: SecretStr | None = Field(default=None, validation_alias="HUBSPOT_ACCESS_TOKEN")
    hubspot_base_url: str = Field(default="https://api.hubapi.com", validation_alias="HUBSPOT_BASE_URL")

    @field_validator("home", mode="after")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @field_validator("timezone", mode="before")
    @classmethod
    def _zone(cls, value: object) -> ZoneInfo:
        if isinstance(value, ZoneInfo):
            return value
        try:
            return ZoneInfo(str(value))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"there is no time zone {value!r}; write one like Europe/Berlin") from None

    @field_validator("model", mode="after")
    @classmethod
    def _known_model(cls, value: str) -> str:
        if value != OFFLINE and not (value.startswith("openai:") and value.removeprefix("openai:").strip()):
            raise ValueError(f"{value!r} is no chat model; write 'offline' or 'openai:NAME'")
        return value


def read_settings(**given: Any) -> Settings:
    """The settings of the environment; what is `given` (and not None) comes first.

    Raises:
        BadRequest: a setting makes no sense; says which and what would.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        problem = error.errors()[0]
        name = str(problem["loc"][0]) if problem["loc"] else "settings"
        own = not name.lower().startswith(("openai", "salesforce", "hubspot"))
        variable = f"HOTLIST_{name.upper()}" if own else name.upper()
        raise BadRequest(
            f"The setting {variable} does not work: {problem['msg'].removeprefix('Value error, ')}."
        ) from None
