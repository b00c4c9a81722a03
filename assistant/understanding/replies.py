"""Replies that need no tool: greetings, what the product can do, what it cannot."""

from assistant.answers import AnswerKind, Arg, Finding, Line, Listed
from assistant.understanding.dialogue import Mention
from assistant.understanding.items import Item, Reading
from assistant.understanding.work import Work
from ingest.entities import RecordType, Ref


def reply(key: str, kind: AnswerKind = AnswerKind.ANSWER, **args: Arg) -> Finding:
    """One sentence, and what can be asked where that helps."""
    return Finding(kind=kind, lines=(Line(key=f"reply.{key}", args=args),))


def refused(key: str, **args: Arg) -> Finding:
    """Not in scope, or not answerable: the key says which."""
    return reply(key, AnswerKind.REFUSED, **args)


def unsure() -> Finding:
    """Nothing was understood well enough to act on."""
    return Finding(kind=AnswerKind.REFUSED, lines=(Line(key="reply.unsure"), Line(key="reply.examples")))


def unknown_words(words: list[str]) -> Finding:
    """Words that no record and no list of ours holds, where they would have narrowed the answer."""
    return reply("unknown_words", AnswerKind.EMPTY, words=", ".join(words))


def which_one(mentions: tuple[Mention, ...]) -> Finding:
    """Ask which of the records shown is meant."""
    listed = tuple(Listed(ref=Ref(type=RecordType(m.type), id=m.id), name=m.name) for m in mentions[:10])
    return Finding(kind=AnswerKind.CLARIFY, lines=(Line(key="reply.which_one"),), listed=listed)


def small_talk(reading: Reading) -> Finding | None:
    """Greetings, thanks, help: only where nothing else is said."""
    talk = reading.all("talk")
    if not talk:
        return None
    content = [
        i for i in reading.items if not (i.filler or i.sign or i.has("talk") or i.has("owner", "addressee"))
    ]
    if content:
        return None
    names = {i.get("talk") for i in talk}
    if "help" in names:
        return Finding(lines=(Line(key="reply.help"), Line(key="reply.examples")))
    for name in ("thanks", "bye", "hello"):
        if name in names:
            return reply(name)
    return reply("acknowledged") if names & {"yes", "no"} else None


def beyond(reading: Reading, work: Work) -> Finding | None:
    """What the product does not do, said plainly."""
    for item in reading.items:
        kind = item.get("beyond")
        if kind is None:
            continue
        if kind in ("write", "write_verb"):
            if _is_order(reading, item):
                return refused("cannot_write")
        elif kind == "quota":
            return refused("no_quota")
        elif kind == "news" and not work.conditions:
            return refused("no_news")
        elif kind == "market_data" or (kind in ("weather", "personal", "market") and work.noun is None):
            return refused("out_of_scope")
    return None


def _is_order(reading: Reading, item: Item) -> bool:
    """Whether a verb of writing is an order: nothing but politeness stands before it."""
    if item.name is not None or (item.has("cue", "new") and not item.text[:1].isupper() and item.start > 0):
        return False
    polite = ("owner", "talk", "follow", "pronoun")
    before = [i for i in reading.items if i.start < item.start]
    return all(i.filler or i.sign or any(i.has(g) for g in polite) for i in before)
