"""What one activity says: who speaks, in which kind of message, with which themes."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from ingest.demo.market import Market
from ingest.demo.phrase_bank import PhraseBank, one_of
from ingest.demo.themes import COMPLAINTS

_DECOYS = (*COMPLAINTS, "price_objection", "competitor", "security_worry", "no_budget", "churn_risk")
_RAISED_BY_REP = (*_DECOYS, "buying_intent", "budget_ok", "timing_soon")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The content of one activity, and the truth about it."""

    kind: str  # Email | Call | Meeting | Note | Chat | Form | Web Visit
    direction: str  # Inbound | Outbound, or nothing
    subject: str
    text: str
    speaker: str  # customer | rep | nobody
    themes: tuple[str, ...] = ()
    negated: tuple[str, ...] = ()
    raised_by_rep: tuple[str, ...] = ()


class Voice:
    """Writes the activities between one customer and one rep."""

    def __init__(
        self,
        words: Random,
        banks: Mapping[str, PhraseBank],
        market: Market,
        *,
        language: str,
        first: str,
        rep: str,
        product: str,
        themes: tuple[str, ...],
    ) -> None:
        self._words = words
        self._bank = banks[language]
        # Reps write their own notes in the company's language.
        self._house = banks.get("en", self._bank)
        self._own = [theme for theme in themes if ("customer", theme) in self._bank]
        self.language = language
        self._denied = [theme for theme in _DECOYS if theme not in themes]
        self._slots = {
            "first": first,
            "rep": rep,
            "product": product,
            "rival": one_of(words, market.rivals),
        }

    def _pick(self, section: str, key: str, bank: PhraseBank | None = None) -> str:
        return (bank or self._bank).pick(self._words, section, key, self._slots)

    def _chance(self, share: float) -> bool:
        return self._words.random() < share

    def _refill(self) -> None:
        words, slots = self._words, self._slots
        slots["n"] = str(one_of(words, (8, 12, 15, 20, 25, 30, 40, 50, 60, 80, 120)))
        slots["month"] = one_of(words, self._bank.months)
        slots["weekday"] = one_of(words, self._bank.weekdays)

    def _customers_words(self, most: int) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """Sentences of the customer, the themes in them, and those that they deny."""
        words = self._words
        themes: list[str] = []
        if self._own and not self._chance(0.22):
            themes = [one_of(words, self._own)]
            if most > 1 and len(self._own) > 1 and self._chance(0.45):
                second = one_of(words, self._own)
                if second != themes[0]:
                    themes.append(second)
        sentences = [self._pick("customer", theme) for theme in themes]
        negated: tuple[str, ...] = ()
        if self._denied and self._chance(0.07):
            negated = (one_of(words, self._denied),)
            sentences.append(self._pick("negated", negated[0]))
        if not sentences or (most > 1 and self._chance(0.3)):
            sentences.insert(0, self._pick("customer", "small_talk"))
        return " ".join(sentences), tuple(themes), negated

    def customer(self, kind: str) -> Said:
        """The customer speaks: an e-mail, a chat, a form, a call or a meeting in which they are quoted."""
        self._refill()
        said, themes, negated = self._customers_words(1 if kind in ("Chat", "Form") else 2)
        direction = "Inbound"
        if kind == "Email":
            subject = self._pick("subject", "inbound")
            text = "\n".join(
                part
                for part in (self._pick("frame", "hello_rep"), said, self._pick("frame", "bye_customer"))
                if part
            )
        elif kind in ("Chat", "Form"):
            subject = self._pick("subject", kind.lower())
            opening = self._pick("form", "intro") if kind == "Form" else ""
            text = f"{opening} {said}".strip()
        else:
            outbound = kind == "Call" and self._chance(0.6)
            direction = "" if kind == "Meeting" else ("Outbound" if outbound else "Inbound")
            opening = "meeting" if kind == "Meeting" else "call" if outbound else "called_in"
            subject = self._pick("subject", kind.lower())
            self._slots["words"] = said
            frame = (self._pick("frame", opening), self._pick("frame", "said"), self._pick("frame", "agreed"))
            text = " ".join(part for part in frame if part)
        return Said(
            kind=kind,
            direction=direction,
            subject=subject,
            text=text,
            speaker="customer",
            themes=themes,
            negated=negated,
        )

    def rep(self, kind: str) -> Said:
        """The rep speaks: an e-mail or a note, which may bring up a theme the customer has not."""
        self._refill()
        raised: tuple[str, ...] = ()
        if kind == "Note":
            subject, text = self._pick("subject", "note"), self._pick("rep", "note")
            return Said(kind=kind, direction="", subject=subject, text=text, speaker="rep")
        if kind == "Call":
            subject = self._pick("subject", "call")
            return Said(
                kind=kind,
                direction="Outbound",
                subject=subject,
                text=self._pick("rep", "note"),
                speaker="rep",
            )
        body = self._pick(
            "rep",
            one_of(self._words, ("introduction", "follow_up", "follow_up", "proposal", "check_in", "answer")),
        )
        if self._chance(0.3):
            raised = (one_of(self._words, _RAISED_BY_REP),)
            body += " " + self._pick("rep_mention", raised[0])
        text = "\n".join((self._pick("frame", "hello_customer"), body, self._pick("frame", "bye_rep")))
        return Said(
            kind="Email",
            direction="Outbound",
            subject=self._pick("subject", "outbound"),
            text=text,
            speaker="rep",
            raised_by_rep=raised,
        )

    def visit(self) -> Said:
        """A visit to the website: nobody says anything."""
        self._refill()
        subject = self._pick("subject", "visit", self._house)
        return Said(kind="Web Visit", direction="Inbound", subject=subject, text="", speaker="nobody")

    def afterwards(self, *, won: bool) -> Said:
        """Once the outcome is known: what is said then must not teach a score."""
        self._refill()
        outcome = "won" if won else "lost"
        if self._chance(0.4):
            text = self._pick("after", f"{outcome}_customer")
            return Said(
                kind="Email",
                direction="Inbound",
                subject=self._pick("subject", "inbound"),
                text=text,
                speaker="customer",
            )
        text = self._pick("after", outcome)
        return Said(
            kind="Note", direction="", subject=self._pick("subject", "note"), text=text, speaker="rep"
        )

    def planned(self, kind: str) -> Said:
        """A meeting or a task still to come."""
        self._refill()
        if kind == "Meeting":
            return Said(
                kind=kind,
                direction="",
                subject=self._pick("subject", "meeting"),
                text=self._pick("frame", "agenda"),
                speaker="rep",
            )
        return Said(
            kind=kind,
            direction="Outbound",
            subject=self._pick("subject", f"planned_{kind.lower()}", self._house),
            text="",
            speaker="rep",
        )

    def enquiry(self, need: str) -> str:
        """What somebody types into the form of the website when they become a lead."""
        self._refill()
        return f"{self._pick('form', 'intro')} {self._pick('customer', need)}".strip()
