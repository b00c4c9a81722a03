"""What else a customer may want: products that similar customers bought and this one has not."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.answers import AnswerKind, Arg, Finding, Line, Listed, Share, Term, Value
from assistant.book.demands import Condition
from assistant.tools.answered import Answered, refused
from assistant.tools.asking import Asking, counted
from assistant.tools.listing import columns, fetched, listed
from assistant.wording import phrase
from ingest.entities import Evidence, RecordType, Ref

_WON = Condition(field="outcome", op="is", value="won")
_SUGGESTIONS = 5
# Shares among few customers are drawn towards the share among all: as if so many more had been seen.
_PRIOR = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Suggestion:
    """A product for a customer: of `count` customers who have `bought`, the fraction `share` has it too."""

    account: str
    product: str
    bought: str | None
    count: int
    share: float
    strength: float


class _Bought:
    """Which customer has which product, out of the won deals of the book."""

    def __init__(self, asking: Asking) -> None:
        groups, _ = asking.book.summarise(
            "opportunity", "count", group_by=("account", "product"), demands=(_WON,)
        )
        self.of: dict[str, set[str]] = {}
        for group in groups:
            account, product = group.ids
            if account is not None:
                self.of.setdefault(account, set()).update([product] if product else [])
        self.by: dict[str, set[str]] = defaultdict(set)
        for account, products in self.of.items():
            for product in products:
                self.by[product].add(account)

    def suggestion(self, account: str, product: str) -> _Suggestion:
        """How strongly the products that a customer has speak for another one."""
        overall = len(self.by[product]) / len(self.of)
        best = _Suggestion(
            account=account, product=product, bought=None, count=len(self.of), share=overall, strength=overall
        )
        for owned in sorted(self.of.get(account, ())):
            others = self.by[owned] - {account}
            both = len(others & self.by[product])
            strength = (both + _PRIOR * overall) / (len(others) + _PRIOR)
            if others and both and strength > best.strength:
                best = _Suggestion(
                    account=account,
                    product=product,
                    bought=owned,
                    count=len(others),
                    share=both / len(others),
                    strength=strength,
                )
        return best


def cross_sell(asking: Asking, product: str | None, record: str | None, limit: int) -> Finding:
    """Customers for a product, or products for a customer."""
    bought = _Bought(asking)
    if not bought.by:
        raise Answered(refused("sell.no_products"))
    wanted = _product(bought.by, product) if product else None
    if record is not None:
        return _for_account(asking, bought, record, wanted)
    products = [wanted] if wanted else sorted(bought.by)
    found = [
        bought.suggestion(account, one)
        for account, owned in bought.of.items()
        for one in products
        if one not in owned and (owned or wanted)
    ]
    found.sort(key=lambda one: (-one.strength, one.account, one.product))
    firsts = list({one.account: one for one in reversed(found)}.values())[::-1]
    firsts.sort(key=lambda one: (-one.strength, one.account))
    return _customers(asking, firsts, wanted, max(1, limit))


def _product(known: Mapping[str, set[str]], text: str) -> str:
    """The product as the deals spell it."""
    plain = text.strip().lower()
    for fits in (lambda one: one.lower() == plain, lambda one: plain in one.lower()):
        if found := sorted(filter(fits, known)):
            return found[0]
    raise Answered(refused("sell.unknown_product", product=text))


def _for_account(asking: Asking, bought: _Bought, record: str, wanted: str | None) -> Finding:
    meant = asking.resolver.record(record, ["account", "contact", "opportunity", "lead"])
    found = asking.book.get(meant.ref)
    assert found is not None
    account = found.ref.id if found.ref.type is RecordType.ACCOUNT else found["account_id"]
    owned = bought.of.get(account or "", set())
    products = [wanted] if wanted else sorted(bought.by)
    suggestions = sorted(
        (bought.suggestion(account or "", product) for product in products if product not in owned),
        key=lambda one: (-one.strength, one.product),
    )[:_SUGGESTIONS]
    known = asking.book.get(Ref(type=RecordType.ACCOUNT, id=account)) if account else None
    one = listed(asking.book, known or found, ())
    if not suggestions:
        lines = (*meant.notes, Line(key="sell.none"))
        return Finding(kind=AnswerKind.EMPTY, lines=lines, listed=(one,), focus=one.ref)
    return Finding(
        lines=(
            *meant.notes,
            Line(key="sell.record", args={"name": one.name}),
            *(_line(suggestion) for suggestion in suggestions),
        ),
        listed=(one,),
        values=tuple(_value(suggestion) for suggestion in suggestions),
        evidence=_evidence(asking, [account] if account else []),
        focus=one.ref,
    )


def _line(one: _Suggestion) -> Line:
    args: dict[str, Arg] = {
        "product": one.product,
        "share": Share(fraction=one.share),
        "count": one.count,
        "bought": one.bought,
    }
    return Line(key="sell.product" if one.bought else "sell.general", args=args)


def _value(one: _Suggestion, customer: str | None = None) -> Value:
    said = Line(key="value.similar_share")
    group = {"product": one.product} | ({"account": customer} if customer else {})
    return Value(label=phrase(said, "en"), value=one.share, unit="fraction", group=group, said=said)


def _customers(asking: Asking, found: Sequence[_Suggestion], wanted: str | None, limit: int) -> Finding:
    book = asking.book
    shown = ("product", "chance", "bought", *columns(book, "account")[:2])
    refs = [Ref(type=RecordType.ACCOUNT, id=one.account) for one in found]
    known = book.many(refs[: 2 * limit], fetched(book, "account", shown[3:]))
    kept = [(one, known[ref]) for one, ref in zip(found, refs, strict=True) if ref in known][:limit]
    if not kept:
        return Finding(kind=AnswerKind.EMPTY, lines=(Line(key="sell.none"),))
    rows: list[Listed] = [
        listed(
            book,
            record,
            shown[3:],
            more={"product": one.product, "chance": Share(fraction=one.share), "bought": one.bought},
        )
        for one, record in kept
    ]
    what = Term(key="account", count=len(rows))
    args: dict[str, Arg] = {"count": len(rows), "what": what}
    heading = (
        Line(key="sell.heading", args={**args, "product": wanted})
        if wanted
        else Line(key="sell.any", args=args)
    )
    return Finding(
        lines=(heading, Line(key="table"), Line(key="scope.seen")),
        listed=tuple(rows),
        columns=shown,
        shown=len(rows),
        values=(counted(Term(key="account"), len(rows)), *(_value(one, record.name) for one, record in kept)),
        evidence=_evidence(asking, [one.account for one, _ in kept]),
        focus=rows[0].ref if len(rows) == 1 else None,
    )


def _evidence(asking: Asking, accounts: Sequence[str]) -> tuple[Evidence, ...]:
    """The won deals that say what these customers have."""
    mine = Condition(field="account", op="in", value=list(accounts))
    deals = asking.book.find("opportunity", (_WON, mine), order_by="closed_at", limit=50) if accounts else []
    return tuple(
        Evidence(
            ref=deal.ref,
            field="product",
            quote=str(deal["product"]),
            about=Ref(type=RecordType.ACCOUNT, id=deal["account_id"]),
        )
        for deal in deals
        if deal["product"]
    )
