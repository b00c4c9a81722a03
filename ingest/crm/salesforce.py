"""Salesforce: what changed, by SystemModstamp, through `simple-salesforce`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from ingest.crm.patience import Patience, PatientSession
from ingest.crm.source import Kind, Page, Row, Source
from ingest.entities import RecordType
from ingest.errors import BadRequest, CrmUnavailable

_STAMP = "SystemModstamp"
# A long transaction may be stamped minutes before it can be seen, so each sync looks back a little.
_OVERLAP = timedelta(minutes=10)
_COMPOUND = {"address", "location", "base64", "complexvalue", "anyType"}
_TRIES = 3  # of a query whose fields or pages are gone when they are asked for
_NAME = "Salesforce"


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesforceLogin:
    """One of: an instance with an access token; a user with password and token; a connected app."""

    instance_url: str | None = None
    access_token: str | None = None
    username: str | None = None
    password: str | None = None
    security_token: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    domain: str | None = None


class Salesforce:
    """A signed-in Salesforce."""

    source = Source(
        name="salesforce",
        id_column="Id",
        kinds=(
            Kind(name="User"),
            Kind(name="Account", gone_as=(RecordType.ACCOUNT,)),
            Kind(name="Contact", gone_as=(RecordType.CONTACT,)),
            Kind(name="Lead", gone_as=(RecordType.LEAD,)),
            Kind(name="Opportunity", gone_as=(RecordType.OPPORTUNITY,)),
            Kind(name="Task", gone_as=(RecordType.ACTIVITY,)),
            Kind(name="Event", gone_as=(RecordType.ACTIVITY,)),
        ),
    )

    def __init__(self, login: SalesforceLogin, patience: Patience) -> None:
        self._client = _signed_in(login, patience)

    def pages(self, kind: Kind, since: str | None) -> Iterator[Page]:
        """See `Crm`."""
        from simple_salesforce.exceptions import SalesforceError

        mark = since
        for attempt in range(_TRIES):
            fields = self._fields(kind)
            if fields is None:
                return
            try:
                for page in self._query(kind, fields, mark if attempt else _earlier(mark)):
                    mark = page.mark or mark
                    yield page
            except SalesforceError as error:
                # The columns or the pages changed under the query: look again and go on where it was.
                if attempt + 1 < _TRIES and _codes(error) & {"INVALID_FIELD", "INVALID_QUERY_LOCATOR"}:
                    continue
                raise _explained(error) from error
            else:
                return

    def _fields(self, kind: Kind) -> list[str] | None:
        """The columns of a kind of today; None where this Salesforce does not have or show it."""
        from simple_salesforce.exceptions import SalesforceError, SalesforceResourceNotFound

        try:
            described = self._client.restful(f"sobjects/{kind.name}/describe")
        except SalesforceResourceNotFound:
            return None
        except SalesforceError as error:
            raise _explained(error) from error
        names = [one["name"] for one in described["fields"] if one["type"] not in _COMPOUND]
        if not {"Id", _STAMP} <= set(names):
            raise CrmUnavailable(
                f"Salesforce shows no {_STAMP} of {kind.name}; let the user read that field."
            )
        return names

    def _query(self, kind: Kind, fields: list[str], since: str | None) -> Iterator[Page]:
        where = f" where {_STAMP} >= {since}" if since else ""
        asked = f"select {', '.join(fields)} from {kind.name}{where} order by {_STAMP}, Id"
        answer = self._client.query(asked, include_deleted=True)
        while True:
            yield _page(answer["records"])
            if answer["done"]:
                return
            locator = answer["nextRecordsUrl"].rpartition("/")[2]
            answer = self._client.query_more(locator, identifier_is_url=False)


def _page(records: list[Mapping[str, Any]]) -> Page:
    rows: list[Row] = []
    gone = []
    for record in records:
        if record.get("IsDeleted"):
            gone.append(str(record["Id"]))
        else:
            rows.append({name: value for name, value in record.items() if name != "attributes"})
    mark = _utc(records[-1][_STAMP]) if records else None
    return Page(rows=rows, gone=gone, mark=mark)


def _utc(stamp: str) -> str:
    """A moment as SOQL takes it ("+" would have to be escaped)."""
    return datetime.fromisoformat(stamp).strftime("%Y-%m-%dT%H:%M:%S.") + f"{stamp[20:23] or '000'}Z"


def _earlier(mark: str | None) -> str | None:
    return (
        _utc((datetime.fromisoformat(mark) - _OVERLAP).isoformat(timespec="milliseconds")) if mark else None
    )


def _signed_in(login: SalesforceLogin, patience: Patience) -> Any:
    try:
        from simple_salesforce.api import Salesforce as Client
        from simple_salesforce.exceptions import SalesforceError
    except ImportError as error:
        raise BadRequest(
            "Syncing needs the CRM's client library; install it with 'pip install hotlist[sync]'."
        ) from error

    session = PatientSession(patience, _NAME)
    try:
        if login.instance_url and login.access_token:
            client = Client(instance_url=login.instance_url, session_id=login.access_token, session=session)
            if _is_plain(login.instance_url):
                client.base_url = client.base_url.replace("https://", "http://", 1)
            return client
        if login.username and login.password:
            return Client(
                username=login.username,
                password=login.password,
                security_token=login.security_token or "",
                domain=login.domain,
                session=session,
            )
        if login.client_id and login.client_secret and login.domain:
            return Client(
                consumer_key=login.client_id,
                consumer_secret=login.client_secret,
                domain=login.domain,
                session=session,
            )
    except SalesforceError as error:
        raise _explained(error) from error
    raise BadRequest(
        "To sync from Salesforce set SALESFORCE_INSTANCE_URL and SALESFORCE_ACCESS_TOKEN; or "
        "SALESFORCE_USERNAME, SALESFORCE_PASSWORD and SALESFORCE_SECURITY_TOKEN; or SALESFORCE_CLIENT_ID, "
        "SALESFORCE_CLIENT_SECRET and SALESFORCE_DOMAIN."
    )


def _is_plain(url: str) -> bool:
    """Whether a server on this machine is spoken to without TLS; no other is."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")


def _codes(error: Any) -> set[str]:
    content = error.content if isinstance(error.content, list) else []
    return {str(one.get("errorCode")) for one in content if isinstance(one, dict)}


def _explained(error: Any) -> CrmUnavailable:
    codes = _codes(error)
    if "REQUEST_LIMIT_EXCEEDED" in codes:
        return CrmUnavailable(
            "Salesforce's limit of requests for today is used up; what came so far is kept, run this again "
            "tomorrow."
        )
    status = getattr(error, "status", None) or getattr(error, "code", "")
    if status in (401, 403) or "INVALID_SESSION_ID" in codes or type(error).__name__.endswith("Failed"):
        return CrmUnavailable(
            "Salesforce refuses the credentials; check the SALESFORCE_ settings and the user's API access."
        )
    told = ", ".join(sorted(codes)) or f"status {status}"
    return CrmUnavailable(
        f"Salesforce refuses the query ({told}); check the user's rights and run this again."
    )
