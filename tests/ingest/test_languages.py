"""What small companies call things in their spreadsheets, in German, Spanish and Chinese."""

from datetime import UTC, date, datetime

from ingest.load_report import LoadReport
from tests.ingest.conftest import Shelf

GERMAN = {
    "Kundenliste.csv": """Kundennummer;Firma;Branche;Mitarbeiter;Umsatz;Land;Ort;Betreuer;Kunde seit
K001;Müller Maschinenbau GmbH;Industrie;120;€1.250.000,00;Deutschland;Köln;Sabine Kraus;03.02.2021
K002;Bäckerei Süß KG;Lebensmittel;15;€ 350.000,50;Deutschland;Bonn;Jörg Weiß;14.11.2022
""",
    "Ansprechpartner.csv": """Nr;Vorname;Nachname;Firma;Funktion;E-Mail;Telefon
1;Anna;Schmidt;Müller Maschinenbau GmbH;Einkaufsleiterin;anna@mueller.example;+49 221 123456
2;Peter;Süß;Bäckerei Süß KG;Inhaber;peter@suess.example;0228/987654
""",
    "Verkaufschancen.csv": """Vorgangsnummer;Titel;Kunde;Ansprechpartner;Phase;Betrag;Abschlussdatum;Verkäufer
V1;Fräse 500;Müller Maschinenbau GmbH;Anna Schmidt;Gewonnen;12.500,00 €;01.03.2026;Sabine Kraus
V2;Ofen;Bäckerei Süß KG;Peter Süß;Angebot;1.500 €;15.12.2026;Jörg Weiß
V3;Lager;Bäckerei Süß KG;;Verloren;800,00 €;10.04.2026;Jörg Weiß
""",
    "Aktivitäten.csv": """Datum;Art;Kontaktperson;Betreff;Notiz;Bearbeiter
12.11.2026;Anruf;Anna Schmidt;Rückfrage;Fragt nach Lieferzeit.;Sabine Kraus
13.11.2026;E-Mail;peter@suess.example;Angebot;Angebot gesendet;Jörg Weiß
""",
    "Mitarbeiter.csv": """Name;E-Mail;Vorgesetzter;Rolle
Sabine Kraus;sabine@wir.example;Karl Chef;Vertrieb
Jörg Weiß;joerg@wir.example;Karl Chef;Vertrieb
Karl Chef;karl@wir.example;;Geschäftsführer
""",
    "Interessenten.csv": """Name;Firma;E-Mail;Quelle;Status;Eingang;Zuständig;Bemerkung
Lena Vogel;Vogel AG;lena@vogel.example;Messe;Neu;03.11.2026;Sabine Kraus;Möchte Rückruf
Tim Wolf;Wolf e.K.;tim@wolf.example;Webseite;Kein Interesse;04.11.2026;Jörg Weiß;
""",
}
SPANISH = {
    "clientes potenciales.csv": """ID prospecto,Nombre,Apellidos,Empresa,Correo electrónico,País,Origen,\
Estado,Fecha de creación,Responsable
p1,María,García López,Aceros del Norte S.L.,maria@aceros.example,España,Feria,Nuevo,05/11/2026,Lucía Pérez
p2,José,Ruiz,Hoteles Sol S.A.,jose@sol.example,España,Web,Descartado,04/10/2026,Pablo Gil
""",
    "oportunidades.csv": """Negocio,Cliente,Etapa,Importe,Fecha de cierre,Vendedor
Laminadora,Aceros del Norte S.L.,Propuesta,"1.250.000,50",15/12/2026,Lucía Pérez
Reservas,Hoteles Sol S.A.,Ganada,"25.000,00",03/10/2026,Pablo Gil
""",
}
CHINESE = {
    "线索.csv": """线索编号,姓名,公司名称,职位,邮箱,来源,状态,创建时间,负责人,备注
X1,王小明,上海贸易有限公司,采购经理,wang@sh.example,展会,新建,2026年11月3日,李丽,价格
X2,张伟,北京科技有限公司,总监,zhang@bj.example,官网,无效,2026-10-05 14:30,陈强,
""",
    "商机.csv": """商机编号,商机名称,客户名称,销售阶段,金额,预计成交日期,负责人,创建日期
S1,ERP项目,上海贸易有限公司,方案报价,50万,2026/12/20,李丽,2026/9/1
S2,CRM项目,北京科技有限公司,赢单,"￥120,000.00",2026/10/1,陈强,2026/8/1
""",
    "跟进记录.csv": """跟进时间,跟进方式,客户名称,联系人,跟进内容,跟进人
2026-11-05 10:00,电话,上海贸易有限公司,王小明,客户询问价格,李丽
2026-11-06,微信,,张伟,没有兴趣,陈强
""",
}


def counts(report: LoadReport) -> dict[str, int]:
    return {str(type_): one.new for type_, one in report.types.items()}


def test_german_spreadsheets_load_without_a_mapping(shelf: Shelf) -> None:
    report = shelf.load(GERMAN)
    assert report.rejected == ()
    assert counts(report) == {
        "user": 3,
        "account": 2,
        "contact": 2,
        "lead": 2,
        "opportunity": 3,
        "activity": 2,
    }
    account = shelf.rows("account")["K001"]
    assert (account["revenue"], account["country"], account["created_at"].month) == (
        1_250_000.0,
        "Deutschland",
        2,
    )
    deals = shelf.rows("opportunity")
    assert {id_: (row["outcome"], row["amount"], row["currency"]) for id_, row in deals.items()} == {
        "V1": ("won", 12_500.0, "EUR"),
        "V2": ("open", 1_500.0, "EUR"),
        "V3": ("lost", 800.0, "EUR"),
    }
    assert (deals["V1"]["account_id"], deals["V1"]["contact_id"]) == ("K001", "anna@mueller.example")
    assert deals["V2"]["close_on"] == date(2026, 12, 15)
    leads = {row["name"]: row for row in shelf.rows("lead").values()}
    assert leads["Tim Wolf"]["outcome"] == "lost"
    assert leads["Lena Vogel"]["created_at"] == datetime(2026, 11, 3, tzinfo=UTC), "as the other files' dates"
    assert {row["name"]: row["role"] for row in shelf.rows("user").values()}["Karl Chef"] == "manager"
    assert {row["kind"] for row in shelf.rows("activity").values()} == {"call", "email"}


def test_spanish_spreadsheets_load_without_a_mapping(shelf: Shelf) -> None:
    report = shelf.load(SPANISH)
    assert report.rejected == ()
    leads = shelf.rows("lead")
    assert (leads["p1"]["name"], leads["p1"]["created_at"].month) == ("María García López", 11)
    assert leads["p2"]["outcome"] == "lost"
    deals = {row["name"]: row for row in shelf.rows("opportunity").values()}
    assert (deals["Laminadora"]["amount"], deals["Reservas"]["outcome"]) == (1_250_000.5, "won")
    assert deals["Reservas"]["account_id"] == "Hoteles Sol S.A."


def test_chinese_spreadsheets_load_without_a_mapping(shelf: Shelf) -> None:
    report = shelf.load(CHINESE)
    assert report.rejected == ()
    leads = shelf.rows("lead")
    assert (leads["X1"]["company"], leads["X1"]["source"]) == ("上海贸易有限公司", "展会")
    assert leads["X1"]["created_at"] == datetime(2026, 11, 3, tzinfo=UTC)
    assert leads["X2"]["outcome"] == "lost"
    deals = shelf.rows("opportunity")
    assert (deals["S1"]["amount"], deals["S2"]["amount"], deals["S2"]["currency"]) == (
        500_000.0,
        120_000.0,
        "CNY",
    )
    assert deals["S2"]["outcome"] == "won"
    call = next(row for row in shelf.rows("activity").values() if row["kind"] == "call")
    assert shelf.about(call["id"]) == {("lead", "X1"), ("account", "上海贸易有限公司")}
