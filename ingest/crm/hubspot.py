"""HubSpot: what changed, by its date of modification, through `hubspot-api-client`.

Rows bear the column names of HubSpot's own exports, so that they are recognised as these are.
"""

import email.utils
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.crm.patience import Patience, PatientSession
from ingest.crm.source import Kind, Page, Row, Source
from ingest.entities import RecordType
from ingest.errors import BadRequest, CrmUnavailable

_PAGE = 100
_MOST_FOUND = 10_000  # a search gives no more: it is asked anew from the last change on
_OVERLAP = timedelta(minutes=10)
_NAME = "HubSpot"
_DATE = "Date"
_ASSOCIATED = {"contacts": "Associated Contact IDs", "companies": "Associated Company IDs",
               "deals": "Associated Deal IDs"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Object:
    """One kind of HubSpot's objects: what it is linked to, and how exports call its activities' columns."""

    modified: str = "hs_lastmodifieddate"
    linked: tuple[str, ...] = ()
    activity: str | None = None
    columns: tuple[tuple[str, str], ...] = ()


_ACTIVITY = (
    ("hs_timestamp", "Activity date"),
    ("hubspot_owner_id", "Activity assigned to"),
    ("hs_createdate", "Create Date"),
)
_LINKED = ("contacts", "companies", "deals")
_OBJECTS = {
    "companies": _Object(),
    "contacts": _Object(modified="lastmodifieddate", linked=("companies",)),
    "deals": _Object(linked=("companies", "contacts")),
    "calls": _Object(
        linked=_LINKED,
        activity="Call",
        columns=(("hs_call_title", "Call and meeting title"), ("hs_call_body", "Call notes"),
                 ("hs_call_direction", "Direction")),
    ),
    "emails": _Object(
        linked=_LINKED,
        activity="Email",
        columns=(("hs_email_subject", "Email subject"), ("hs_email_text", "Email body"),
                 ("hs_email_direction", "Email direction")),
    ),
    "meetings": _Object(
        linked=_LINKED,
        activity="Meeting",
        columns=(("hs_meeting_title", "Call and meeting title"), ("hs_meeting_body", "Meeting description")),
    ),
    "notes": _Object(linked=_LINKED, activity="Note", columns=(("hs_note_body", "Note body"),)),
    "tasks": _Object(
        linked=_LINKED,
        activity="Task",
        columns=(("hs_task_subject", "Task title"), ("hs_task_body", "Task notes")),
    ),
}  # fmt: skip
_GONE_AS = {
    "companies": (RecordType.ACCOUNT,),
    "contacts": (RecordType.CONTACT, RecordType.LEAD),  # a contact is a lead until it has come far enough
    "deals": (RecordType.OPPORTUNITY,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSpotLogin:
    """The token of a private app; `base_url` is HubSpot's own unless another server stands in for it."""

    access_token: str | None = None
    base_url: str = "https://api.hubapi.com"


class HubSpot:
    """A signed-in HubSpot."""

    source = Source(
        name="hubspot",
        id_column="Record ID",
        kinds=(
            Kind(name="owners"),
            *(Kind(name=name, gone_as=_GONE_AS.get(name, (RecordType.ACTIVITY,))) for name in _OBJECTS),
        ),
    )

    def __init__(self, login: HubSpotLogin, patience: Patience) -> None:
        if not login.access_token:
            raise BadRequest("Set HUBSPOT_ACCESS_TOKEN (of a private app) to sync from HubSpot.")
        self._config = {"access_token": login.access_token, "base_url": login.base_url}
        self._session = PatientSession(patience, _NAME)

    def pages(self, kind: Kind, since: str | None) -> Iterator[Page]:
        """See `Crm`."""
        if kind.name == "owners":
            yield from self._owners()
            return
        of = _OBJECTS[kind.name]
        columns = self._columns(kind.name, of)
        stages = self._stages() if kind.name == "deals" else {}
        started = None if since else self._clock()
        found = self._changed(kind.name, of, columns, since) if since else self._all(kind.name, of, columns)
        for results, links in found:
            rows = [_row(one, of, columns, links.get(str(one["id"]), {}), stages) for one in results]
            mark = max((str(one["updatedAt"]) for one in results), default=None)
            yield Page(rows=rows, mark=mark if since else None)
        if since:
            yield from self._archived(kind.name, since)
        if started:  # what was read without an order is complete only now, as of when it began
            yield Page(mark=_stamp(started))

    def _owners(self) -> Iterator[Page]:
        for results in self._paged("/crm/v3/owners/", {"limit": _PAGE}):
            yield Page(
                rows=[
                    {"Record ID": one["id"], "User ID": one["id"], "First Name": one.get("firstName"),
                     "Last Name": one.get("lastName"), "Email": one.get("email"),
                     "Teams": "; ".join(team["name"] for team in one.get("teams") or ())}
                    for one in results
                ]
            )  # fmt: skip

    def _clock(self) -> datetime:
        """What time it is where changes are dated."""
        told = self._asked("GET", "/crm/v3/owners/", qs={"limit": 1})[_DATE]
        return email.utils.parsedate_to_datetime(told).astimezone(UTC)

    def _columns(self, name: str, of: _Object) -> dict[str, str]:
        """The properties of today, each with the name of its column in an export."""
        if of.activity:
            return dict((*_ACTIVITY, *of.columns))
        columns: dict[str, str] = {}
        for one in self._asked("GET", f"/crm/v3/properties/{name}")["results"]:
            taken = one["label"] in columns.values() or one["name"] == "hs_object_id"
            columns[one["name"]] = f"{one['label']} ({one['name']})" if taken else one["label"]
        return columns

    def _stages(self) -> dict[str, str]:
        """What the stages of deals are called; won and lost go by HubSpot's own words for them."""
        found = {}
        for pipeline in self._asked("GET", "/crm/v3/pipelines/deals")["results"]:
            for stage in pipeline["stages"]:
                told = stage.get("metadata") or {}
                closed = str(told.get("isClosed", "")).lower() == "true"
                won = closed and float(told.get("probability") or 0) == 1
                found[stage["id"]] = ("closedwon" if won else "closedlost") if closed else stage["label"]
        return found

    def _all(self, name: str, of: _Object, columns: Mapping[str, str]) -> Iterator[tuple[list[Any], Any]]:
        asked = {"limit": _PAGE, "properties": ",".join(columns)}
        if of.linked:
            asked["associations"] = ",".join(of.linked)
        for results in self._paged(f"/crm/v3/objects/{name}", asked):
            yield results, {str(one["id"]): _links(one.get("associations") or {}) for one in results}

    def _changed(
        self, name: str, of: _Object, columns: Mapping[str, str], since: str
    ) -> Iterator[tuple[list[Any], Any]]:
        start = datetime.fromisoformat(since) - _OVERLAP
        while True:
            last, count = start, 0
            for results in self._found(name, of, columns, start):
                count += len(results)
                last = max(datetime.fromisoformat(one["updatedAt"]) for one in results)
                yield results, self._linked(name, of, [str(one["id"]) for one in results])
            if count < _MOST_FOUND or last == start:
                return
            start = last

    def _found(
        self, name: str, of: _Object, columns: Mapping[str, str], start: datetime
    ) -> Iterator[list[Any]]:
        after = 0
        while after < _MOST_FOUND:
            answer = self._asked(
                "POST",
                f"/crm/v3/objects/{name}/search",
                body={
                    "filterGroups": [{"filters": [{"propertyName": of.modified, "operator": "GTE",
                                                   "value": str(int(start.timestamp() * 1000))}]}],
                    "sorts": [{"propertyName": of.modified, "direction": "ASCENDING"}],
                    "properties": list(columns),
                    "limit": _PAGE,
                    "after": str(after),
                },
            )  # fmt: skip
            if answer["results"]:
                yield answer["results"]
            following = answer.get("paging", {}).get("next")
            if not following:
                return
            after = int(following["after"])

    def _linked(self, name: str, of: _Object, ids: Sequence[str]) -> dict[str, dict[str, list[str]]]:
        links: dict[str, dict[str, list[str]]] = {}
        for target in of.linked:
            answer = self._asked(
                "POST",
                f"/crm/v4/associations/{name}/{target}/batch/read",
                body={"inputs": [{"id": one} for one in ids]},
            )
            for one in answer["results"]:
                ends = [str(end["toObjectId"]) for end in one["to"]]
                links.setdefault(str(one["from"]["id"]), {})[target] = ends
        return links

    def _archived(self, name: str, since: str) -> Iterator[Page]:
        start = datetime.fromisoformat(since) - _OVERLAP
        for results in self._paged(f"/crm/v3/objects/{name}", {"limit": _PAGE, "archived": "true"}):
            gone = [str(one["id"]) for one in results if datetime.fromisoformat(one["archivedAt"]) >= start]
            yield Page(gone=gone)

    def _paged(self, path: str, asked: Mapping[str, Any]) -> Iterator[list[Any]]:
        after: str | None = None
        while True:
            answer = self._asked("GET", path, qs={**asked, **({"after": after} if after else {})})
            if answer["results"]:
                yield answer["results"]
            following = (answer.get("paging") or {}).get("next")
            if not following:
                return
            after = following["after"]

    def _asked(self, method: str, path: str, **more: Any) -> Any:
        request = _request(self._config, {"method": method, "path": path, **more})
        answer = self._session.request(
            request.get_method(), request.get_url(), **request.get_options_for_sending()
        )
        if answer.ok:
            return answer.json() | {_DATE: answer.headers[_DATE]}
        if answer.status_code in (401, 403):
            raise CrmUnavailable(
                "HubSpot refuses the token, or it may not read " + path.rstrip("/").rpartition("/")[2]
                + "; check HUBSPOT_ACCESS_TOKEN and the private app's scopes."
            )  # fmt: skip
        raise CrmUnavailable(
            f"HubSpot refuses what was asked (status {answer.status_code}); "
            "what came so far is kept, run this again."
        )


def _request(config: Mapping[str, Any], asked: Mapping[str, Any]) -> Any:
    """A signed request of HubSpot's library, which would send it without a time limit."""
    try:
        from hubspot.utils.requests.http_request_builder import Request
    except ImportError as error:
        raise BadRequest(
            "Syncing needs the CRM's client library; install it with 'pip install hotlist[sync]'."
        ) from error
    return Request(config, asked)


def _row(
    one: Mapping[str, Any],
    of: _Object,
    columns: Mapping[str, str],
    links: Mapping[str, Sequence[str]],
    stages: Mapping[str, str],
) -> Row:
    told = one["properties"]
    row = {"Record ID": str(one["id"])} | {column: told.get(name) for name, column in columns.items()}
    if of.activity:
        row |= {"Activity type": of.activity}
    if "dealstage" in told and "dealstage" in columns:
        row[columns["dealstage"]] = stages.get(told["dealstage"], told["dealstage"])
    for target in of.linked:
        row[_ASSOCIATED[target]] = ";".join(dict.fromkeys(links.get(target, ())))
    return row


def _links(associations: Mapping[str, Any]) -> dict[str, list[str]]:
    return {
        target: [str(one["id"]) for one in associations[target]["results"]]
        for target in _ASSOCIATED
        if target in associations
    }


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
