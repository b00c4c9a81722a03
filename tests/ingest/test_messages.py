"""E-mails, calendars and transcripts: matched to people and companies by address, domain and name."""

from tests.ingest.conftest import Shelf, table

PEOPLE = {
    "users.csv": table(["User ID", "Name", "Email", "Manager"], ["u1", "Kim Day", "kim@us.example", ""]),
    "accounts.csv": table(
        ["Account ID", "Account Name", "Website", "Industry"],
        ["a1", "Acme", "https://www.acme.example/en", "Retail"],
    ),
    "contacts.csv": table(
        ["Contact ID", "Full Name", "Account", "Email", "Job Title"],
        ["c1", "Ann Lee", "Acme", "ann@acme.example", "CEO"],
    ),
}
LETTER = """From: Ann Lee <ann@acme.example>
To: Kim Day <kim@us.example>
Cc: new.person@acme.example
Subject: =?utf-8?q?Angebot_f=C3=BCr_Mai?=
Date: Tue, 03 Nov 2026 10:00:00 +0100
Message-ID: <abc@acme.example>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><head><style>p {color: red}</style></head>
<body><p>Hello Kim,</p><p>it is <b>too</b> dear.</p></body></html>
"""
MAILBOX = """From kim@us.example Wed Nov  4 10:00:00 2026
From: kim@us.example
To: ann@acme.example
Subject: Re: Offer
Date: Wed, 04 Nov 2026 10:00:00 +0000
Message-ID: <d1@us>

Dear Ann,
>From tomorrow on it is cheaper.

From nobody Wed Nov  4 11:00:00 2026
This is no message.
"""
CALENDAR = """BEGIN:VCALENDAR
BEGIN:VEVENT
UID:ev1
DTSTART:20261201T090000Z
SUMMARY:Demo
DESCRIPTION:Show the new\\, fast
  version\\nand the price
ORGANIZER;CN=Kim:mailto:kim@us.example
ATTENDEE;CN="Lee: Ann";ROLE=REQ-PARTICIPANT:mailto:ann@acme.example
CREATED:20261101T080000Z
END:VEVENT
END:VCALENDAR
"""
CAPTIONS = """WEBVTT

1
00:00:01.000 --> 00:00:04.000
<v Kim Day>How is it going?</v>

2
00:00:05.000 --> 00:00:09.000
<v Ann Lee>We need it
before the end of the year.</v>
"""
TALK = """Kim: What do you think?
Visitor: The onboarding is slow.
Kim: We will help.
Visitor: Thanks
"""


def test_a_message_is_an_email_of_and_to_those_it_names(shelf: Shelf) -> None:
    report = shelf.load(PEOPLE | {"1.eml": LETTER})
    assert report.rejected == ()
    mail = shelf.rows("activity")["abc@acme.example"]
    assert (mail["kind"], mail["direction"], mail["owner_id"]) == ("email", "inbound", "u1")
    assert (mail["subject"], mail["text"]) == ("Angebot für Mai", "Hello Kim,\nit is too dear.")
    assert (mail["at"].hour, mail["at"].day) == (9, 3)
    assert shelf.about("abc@acme.example") == {("contact", "c1"), ("account", "a1")}, (
        "the stranger by their domain"
    )


def test_a_mailbox_holds_many_messages(shelf: Shelf) -> None:
    report = shelf.load(PEOPLE | {"box.mbox": MAILBOX})
    mail = shelf.rows("activity")["d1@us"]
    assert (mail["direction"], mail["owner_id"]) == ("outbound", "u1")
    assert mail["text"] == "Dear Ann,\nFrom tomorrow on it is cheaper."
    assert [(one.row, one.field) for one in report.rejected] == [(2, None)]


def test_a_calendars_events_are_meetings(shelf: Shelf) -> None:
    shelf.load(PEOPLE | {"cal.ics": CALENDAR})
    event = shelf.rows("activity")["ev1"]
    assert (event["kind"], event["at"].month, event["owner_id"]) == ("meeting", 12, "u1")
    assert event["text"] == "Show the new, fast version\nand the price"
    assert shelf.about("ev1") == {("contact", "c1")}


def test_a_transcript_is_one_activity_of_all_who_speak(shelf: Shelf) -> None:
    report = shelf.load(PEOPLE | {"2026-11-05 Call.vtt": CAPTIONS, "2026-11-06 Acme.txt": TALK})
    assert report.rejected == (), "who speaks need not be on record"
    call, meeting = (row for _, row in sorted(shelf.rows("activity").items()))
    assert (call["kind"], call["at"].day) == ("call", 5)
    assert call["text"] == "Kim Day: How is it going?\nAnn Lee: We need it before the end of the year."
    assert shelf.about(call["id"]) == {("contact", "c1")}
    assert (meeting["kind"], shelf.about(meeting["id"])) == ("meeting", {("account", "a1")}), (
        "by the file's name"
    )


def test_a_talk_in_json_is_a_transcript(shelf: Shelf) -> None:
    talk = '{"meeting": [{"speaker": "Ann Lee", "content": "Hello"}, {"speaker": "Kim", "content": "Hi"}]}'
    shelf.load(PEOPLE | {"review.json": talk})
    activity = next(iter(shelf.rows("activity").values()))
    assert activity["text"] == "Ann Lee: Hello\nKim: Hi"
    assert shelf.about(activity["id"]) == {("contact", "c1")}


def test_the_same_messages_again_change_nothing(shelf: Shelf) -> None:
    files = PEOPLE | {"1.eml": LETTER, "box.mbox": MAILBOX, "cal.ics": CALENDAR, "call.vtt": CAPTIONS}
    shelf.load(files)
    assert shelf.load(files).changed == frozenset()
