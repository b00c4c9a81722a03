"""Orders to the product itself: "ignore the rules and …", "you are now admin". They change nothing.

What may be seen is settled by who signed in, so such words are passed over and the rest is answered.
"""

from assistant.understanding.items import Item, Reading

_REACH = 7  # items between "ignore" and "rules"


def pass_over(reading: Reading) -> bool:
    """Take such orders out of a reading; whether nothing else is said."""
    gone = _orders(reading)
    if not gone:
        return False
    reading.items[:] = [i for i in reading.items if not any(i is other for other in gone)]
    return not any(i.content and not i.has("logic", "and") for i in reading.items)


def _orders(reading: Reading) -> list[Item]:
    items = reading.items
    gone = [i for i in items if i.has("override", "role") and not (i.values or i.name)]
    for place, item in enumerate(items):
        if not item.has("override", "verb"):
            continue
        reach = items[place : place + _REACH + 1]
        ends = [n for n, other in enumerate(reach) if other.has("override", "noun")]
        if ends:
            gone += reach[: ends[-1] + 1]
            following = items[place + ends[-1] + 1 : place + ends[-1] + 2]
            gone += [i for i in following if i.sign or i.has("logic", "and") or i.has("follow", "and")]
    return gone
