"""Vocabularies of several companies: what their users see, without any database."""

from assistant.names import Name
from assistant.understanding.vocabulary import CustomColumn, Vocabulary, VocabularySource
from ingest.entities import RecordType as R
from ingest.entities import Ref

ALL = dict.fromkeys(R, 5)


def name(kind: str, known: str, text: str, **more: str) -> Name:
    return Name(ref=Ref(type=R(kind), id=known), name=text, **more)  # type: ignore[arg-type]


CRM = VocabularySource(
    names=(
        name("user", "u1", "Maria Lopez", email="maria@vendor.com"),
        name("user", "u2", "Tom Baker", email="tom@vendor.com"),
        name("user", "u3", "Hannah Vogel"),
        name("account", "a1", "Acme Corporation"),
        name("account", "a2", "Northwind Traders GmbH"),
        name("account", "a3", "Konex"),
        name("account", "a4", "华为技术有限公司"),
        name("account", "a5", "Globex Industries"),
        name("contact", "c1", "Anna Berg", email="anna@acme.com"),
        name("contact", "c2", "Peter Miller"),
        name("contact", "c3", "王芳"),
        name("lead", "l1", "John Smith", detail="Nano Labs"),
        name("lead", "l2", "Sofia Rossi"),
        name("lead", "l3", "Jürgen Müller"),
        name("lead", "l4", "李伟"),
        name("opportunity", "o1", "Acme Renewal 2026"),
        name("opportunity", "o2", "Konex Rollout"),
    ),
    values={
        (R.LEAD, "industry"): ("Fintech", "Retail", "Healthcare", "Technology", "Manufacturing"),
        (R.ACCOUNT, "industry"): ("Fintech", "Retail", "Technology", "Manufacturing"),
        (R.LEAD, "country"): ("Germany", "Spain", "China", "USA"),
        (R.ACCOUNT, "country"): ("Germany", "Spain", "China"),
        (R.LEAD, "city"): ("Berlin", "Madrid", "Munich"),
        (R.ACCOUNT, "city"): ("Berlin", "Madrid"),
        (R.LEAD, "source"): ("Web", "Trade Show", "Referral", "Partner"),
        (R.LEAD, "campaign"): ("Spring Launch", "Webinar 2026"),
        (R.LEAD, "status"): ("New", "Working", "Nurturing"),
        (R.OPPORTUNITY, "stage"): (
            "Prospecting", "Qualification", "Proposal", "Negotiation/Review", "Closed Won", "Closed Lost",
        ),
        (R.OPPORTUNITY, "product"): ("GTX Pro", "MG Special", "Analytics Suite"),
        (R.LEAD, "product"): ("GTX Pro", "MG Special", "Analytics Suite"),
        (R.OPPORTUNITY, "type"): ("New Business", "Renewal"),
        (R.USER, "region"): ("East", "West", "Central"),
        (R.CONTACT, "title"): ("CEO", "Head of Engineering", "Purchasing Manager"),
        (R.LEAD, "title"): ("CEO", "CTO"),
    },
    custom=(
        CustomColumn(type=R.USER, name="region", kind="category"),
        CustomColumn(type=R.OPPORTUNITY, name="DiscountPercent__c", kind="number"),
    ),
    counts=ALL,
)  # fmt: skip
MAVEN = VocabularySource(
    names=(
        *(name("user", f"u{n}", t) for n, t in enumerate(
            ("Darcel Schlecht", "Anna Snelling", "Moses Frase", "Vicki Laflamme", "Dustin Brinkmann",
             "Melvin Marxen")
        )),
        *(name("account", f"a{n}", t) for n, t in enumerate(
            ("Cancity", "Isdom", "Acme Corporation", "Betasoloin", "Hottechi", "Konex", "Condax", "Kan-code")
        )),
    ),
    values={
        (R.OPPORTUNITY, "stage"): ("Won", "Lost", "Engaging", "Prospecting"),
        (R.OPPORTUNITY, "product"): (
            "GTX Pro", "GTX Basic", "GTX Plus Basic", "MG Special", "MG Advanced", "GTK 500",
        ),
        (R.OPPORTUNITY, "series"): ("GTX", "MG", "GTK"),
        (R.ACCOUNT, "industry"): (
            "technolgy", "medical", "retail", "software", "entertainment", "marketing", "telecommunications",
            "finance", "employment", "services",
        ),
        (R.ACCOUNT, "country"): ("United States", "Kenya", "Philipines", "Germany", "Japan", "Brazil"),
        (R.USER, "regional_office"): ("Central", "East", "West"),
    },
    custom=(
        CustomColumn(type=R.OPPORTUNITY, name="series", kind="category"),
        CustomColumn(type=R.OPPORTUNITY, name="sales_price", kind="number"),
        CustomColumn(type=R.USER, name="regional_office", kind="category"),
        CustomColumn(type=R.ACCOUNT, name="year_established", kind="number"),
        CustomColumn(type=R.ACCOUNT, name="subsidiary_of", kind="category"),
    ),
    counts={R.USER: 35, R.ACCOUNT: 85, R.OPPORTUNITY: 8800},
)  # fmt: skip
WORKBENCH = VocabularySource(
    names=(
        name("user", "u1", "Lena Schmidt", email="lena.schmidt@atlas.com"),
        name("user", "u2", "Sofia Santos", email="sofia.santos@atlas.com"),
        name("user", "u3", "Raj Patel", email="raj.patel@atlas.com"),
        name("lead", "00000189", "Taylor Jackson", email="taylor.jackson@nanolabs"),
        name("lead", "00000107", "Quinn Harris"),
        name("lead", "00000052", "Jaden White"),
        name("lead", "00000102", "Alex Thomas"),
    ),
    values={
        (R.LEAD, "status"): ("Lead", "Qualified", "Proposal", "Won", "Lost"),
        (R.LEAD, "product_interest"): ("Consulting", "Hardware", "Software", "Services", "Training"),
    },
    custom=(
        CustomColumn(type=R.LEAD, name="product_interest", kind="category"),
        CustomColumn(type=R.LEAD, name="follow_up_by", kind="date"),
        CustomColumn(type=R.LEAD, name="notes", kind="text"),
    ),
    counts={R.USER: 5, R.LEAD: 200, R.ACTIVITY: 300},
)
WORLDS = {"crm": Vocabulary(CRM), "maven": Vocabulary(MAVEN), "workbench": Vocabulary(WORKBENCH)}
