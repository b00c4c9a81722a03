"""What a job title and a mailbox say: how high someone stands, and whether they write from a company."""

import re

# Words of job titles in English, German, Spanish and Chinese, from the highest level down.
_LEVELS = {
    "executive": (
        r"\b(c[efiotm]o|cmo|chro|cro|cpo|chief|founder|owner|president|managing director|partner|proprietor|"
        r"geschäftsführer\w*|gesch\.?führer\w*|vorstand\w*|inhaber\w*|gründer\w*|gesellschafter\w*|"
        r"director general|directora general|presidente|presidenta|dueñ[oa]|propietari[oa]|fundador\w*|"
        r"soci[oa]|gerente general|consejer[oa] delegad[oa])\b|总经理|董事|总裁|首席|创始人|老板|合伙人|法人"
    ),
    "director": (
        r"\b(director\w*|vp|svp|evp|avp|vice president|head|leiter\w*|\w*leiter|\w*leiterin|leitung|"
        r"bereichsleit\w*|abteilungsleit\w*|direktor\w*|prokurist\w*|jefe|jefa|vicepresident[ea]|"
        r"subdirector\w*)\b|总监|主任|部长|副总"
    ),
    "manager": (
        r"\b(manager\w*|lead|supervisor\w*|coordinator|principal|teamleiter\w*|referent\w*|koordinator\w*|"
        r"gerente|responsable|coordinador\w*|encargad[oa]|supervisora?)\b|经理|主管|组长|负责人"
    ),
}
_COMPILED = {level: re.compile(pattern, re.IGNORECASE) for level, pattern in _LEVELS.items()}
_VICE = re.compile(r"vice president|vicepresident|副总", re.IGNORECASE)
_PERSONAL = re.compile(
    r"@(gmail|googlemail|yahoo|ymail|hotmail|outlook|live|msn|aol|icloud|me|mac|gmx|web|freenet|t-online|"
    r"qq|163|126|sina|sohu|foxmail|139|mail|proton|protonmail|yandex|terra|telefonica|zoho)\.",
    re.IGNORECASE,
)


def seniority(title: str | None) -> str | None:
    """The level of a job title: executive, director, manager or staff; None where no title is known."""
    if title is None or not title.strip():
        return None
    if _VICE.search(title):
        return "director"
    return next((level for level, words in _COMPILED.items() if words.search(title)), "staff")


def mailbox(email: str | None) -> str | None:
    """Whether an address is a company's or a personal one at a mail provider."""
    if email is None or "@" not in email:
        return None
    return "personal" if _PERSONAL.search(email) else "company"
