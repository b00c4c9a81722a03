"""A small company's files with column names in another language: the same company comes out of them."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ingest.demo import generate
from ingest.entities import RecordType
from tests.evals.forms import read_ids
from tests.ingest.conftest import NOW, Shelf
from tests.ingest.test_demo_forms import SAME, SIZES, loaded, rows_of

# By language and German file: what the file is called, and its columns.
NAMES: Mapping[str, Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "es": {
        "Vertriebsteam": (
            "Equipo de ventas",
            {
                "Name": "Nombre completo",
                "E-Mail": "Correo electrónico",
                "Rolle": "Rol",
                "Position": "Cargo",
                "Aktiv": "Activo",
                "Vorgesetzter": "Jefe",
            },
        ),
        "Kunden": (
            "Clientes",
            {
                "Kundennummer": "Nº de cliente",
                "Firma": "Razón social",
                "Kundenart": "Tipo",
                "Branche": "Sector",
                "Anzahl Mitarbeiter": "Nº de empleados",
                "Jahresumsatz": "Facturación anual",
                "Land": "País",
                "Ort": "Ciudad",
                "Webseite": "Página web",
                "Betreuer": "Comercial",
                "Angelegt am": "Fecha de alta",
            },
        ),
        "Kontakte": (
            "Contactos",
            {
                "Kontaktnummer": "Código",
                "Vorname": "Nombre",
                "Nachname": "Apellidos",
                "Kunde": "Empresa",
                "Funktion": "Cargo",
                "E-Mail": "Correo",
                "Telefon": "Teléfono",
                "Betreuer": "Responsable",
                "Angelegt am": "Fecha de creación",
            },
        ),
        "Interessenten": (
            "Prospectos",
            {
                "Interessentennummer": "ID",
                "Ansprechpartner": "Nombre",
                "Firma": "Empresa",
                "Funktion": "Puesto",
                "E-Mail": "Email",
                "Telefon": "Móvil",
                "Branche": "Sector",
                "Anzahl Mitarbeiter": "Empleados",
                "Umsatz": "Facturación",
                "Land": "País",
                "Ort": "Localidad",
                "Quelle": "Origen",
                "Kampagne": "Campaña",
                "Produkt": "Producto de interés",
                "Status": "Estado",
                "Abgeschlossen am": "Fecha de cierre",
                "Notizen": "Observaciones",
                "Betreuer": "Vendedor",
                "Angelegt am": "Fecha de alta",
            },
        ),
        "Angebote": (
            "Oportunidades",
            {
                "Vorgangsnummer": "Nº",
                "Bezeichnung": "Oportunidad",
                "Kunde": "Cliente",
                "Kontaktperson": "Contacto",
                "Produkt": "Producto",
                "Art": "Tipo",
                "Phase": "Etapa",
                "Betrag": "Importe",
                "Abschlussdatum": "Cierre previsto",
                "Betreuer": "Comercial",
                "Angelegt am": "Fecha de creación",
            },
        ),
        "Aktivitaeten": (
            "Actividades",
            {
                "Aktivitäts-ID": "Nº",
                "Datum": "Fecha",
                "Uhrzeit": "Hora",
                "Art": "Tipo",
                "Betreff": "Asunto",
                "Notiz": "Notas",
                "Richtung": "Sentido",
                "Kontakt": "Contacto",
                "Bezug": "Relacionado con",
                "Mitarbeiter": "Responsable",
                "Erstellt am": "Creado el",
            },
        ),
    },
    "fr": {
        "Vertriebsteam": (
            "Equipe commerciale",
            {
                "Name": "Nom complet",
                "E-Mail": "Courriel",
                "Rolle": "Rôle",
                "Position": "Poste",
                "Aktiv": "Actif",
                "Vorgesetzter": "Responsable hiérarchique",
            },
        ),
        "Kunden": (
            "Clients",
            {
                "Kundennummer": "N° client",
                "Firma": "Raison sociale",
                "Kundenart": "Type",
                "Branche": "Secteur d'activité",
                "Anzahl Mitarbeiter": "Effectif",
                "Jahresumsatz": "Chiffre d'affaires",
                "Land": "Pays",
                "Ort": "Ville",
                "Webseite": "Site web",
                "Betreuer": "Commercial",
                "Angelegt am": "Date de création",
            },
        ),
        "Kontakte": (
            "Contacts",
            {
                "Kontaktnummer": "ID",
                "Vorname": "Prénom",
                "Nachname": "Nom",
                "Kunde": "Société",
                "Funktion": "Fonction",
                "E-Mail": "Email",
                "Telefon": "Téléphone",
                "Betreuer": "Propriétaire",
                "Angelegt am": "Créé le",
            },
        ),
        "Interessenten": (
            "Prospects",
            {
                "Interessentennummer": "ID",
                "Ansprechpartner": "Nom complet",
                "Firma": "Entreprise",
                "Funktion": "Poste",
                "E-Mail": "Courriel",
                "Telefon": "Téléphone",
                "Branche": "Secteur",
                "Anzahl Mitarbeiter": "Effectif",
                "Umsatz": "Chiffre d'affaires",
                "Land": "Pays",
                "Ort": "Ville",
                "Quelle": "Origine",
                "Kampagne": "Campagne",
                "Produkt": "Produit",
                "Status": "Statut",
                "Abgeschlossen am": "Date de clôture",
                "Notizen": "Remarques",
                "Betreuer": "Commercial",
                "Angelegt am": "Date de création",
            },
        ),
        "Angebote": (
            "Opportunités",
            {
                "Vorgangsnummer": "ID",
                "Bezeichnung": "Affaire",
                "Kunde": "Client",
                "Kontaktperson": "Contact",
                "Produkt": "Produit",
                "Art": "Type",
                "Phase": "Étape",
                "Betrag": "Montant",
                "Abschlussdatum": "Date de clôture",
                "Betreuer": "Commercial",
                "Angelegt am": "Date de création",
            },
        ),
        "Aktivitaeten": (
            "Activités",
            {
                "Aktivitäts-ID": "ID",
                "Datum": "Date",
                "Uhrzeit": "Heure",
                "Art": "Type",
                "Betreff": "Objet",
                "Notiz": "Contenu",
                "Richtung": "Sens",
                "Kontakt": "Contact",
                "Bezug": "Concerne",
                "Mitarbeiter": "Responsable",
                "Erstellt am": "Créé le",
            },
        ),
    },
    "zh": {
        "Vertriebsteam": (
            "销售团队",
            {
                "Name": "姓名",
                "E-Mail": "邮箱",
                "Rolle": "角色",
                "Position": "职位",
                "Aktiv": "在职",
                "Vorgesetzter": "上级",
            },
        ),
        "Kunden": (
            "客户",
            {
                "Kundennummer": "客户编号",
                "Firma": "公司名称",
                "Kundenart": "客户类型",
                "Branche": "行业",
                "Anzahl Mitarbeiter": "员工人数",
                "Jahresumsatz": "年营业额",
                "Land": "国家",
                "Ort": "城市",
                "Webseite": "网址",
                "Betreuer": "负责人",
                "Angelegt am": "创建日期",
            },
        ),
        "Kontakte": (
            "联系人",
            {
                "Kontaktnummer": "联系人编号",
                "Vorname": "名",
                "Nachname": "姓",
                "Kunde": "所属公司",
                "Funktion": "职务",
                "E-Mail": "电子邮箱",
                "Telefon": "手机",
                "Betreuer": "负责人",
                "Angelegt am": "创建时间",
            },
        ),
        "Interessenten": (
            "线索",
            {
                "Interessentennummer": "线索编号",
                "Ansprechpartner": "姓名",
                "Firma": "公司",
                "Funktion": "职位",
                "E-Mail": "邮箱",
                "Telefon": "电话",
                "Branche": "行业",
                "Anzahl Mitarbeiter": "员工数",
                "Umsatz": "年收入",
                "Land": "国家",
                "Ort": "城市",
                "Quelle": "来源",
                "Kampagne": "市场活动",
                "Produkt": "意向产品",
                "Status": "状态",
                "Abgeschlossen am": "关闭时间",
                "Notizen": "备注",
                "Betreuer": "负责人",
                "Angelegt am": "创建时间",
            },
        ),
        "Angebote": (
            "商机",
            {
                "Vorgangsnummer": "商机编号",
                "Bezeichnung": "商机名称",
                "Kunde": "客户名称",
                "Kontaktperson": "联系人",
                "Produkt": "产品",
                "Art": "类型",
                "Phase": "阶段",
                "Betrag": "金额",
                "Abschlussdatum": "预计成交日期",
                "Betreuer": "负责人",
                "Angelegt am": "创建时间",
            },
        ),
        "Aktivitaeten": (
            "跟进记录",
            {
                "Aktivitäts-ID": "记录编号",
                "Datum": "日期",
                "Uhrzeit": "时间",
                "Art": "跟进方式",
                "Betreff": "主题",
                "Notiz": "内容",
                "Richtung": "方向",
                "Kontakt": "联系人",
                "Bezug": "关联对象",
                "Mitarbeiter": "跟进人",
                "Erstellt am": "创建时间",
            },
        ),
    },
}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return loaded(tmp_path_factory.mktemp("reference"), "salesforce", dirty=False)


@pytest.mark.parametrize("language", NAMES)
def test_columns_are_recognised_in_other_languages(
    tmp_path: Path, reference: Mapping[str, Mapping[str, Any]], language: str
) -> None:
    german, folder = tmp_path / "german", tmp_path / "files"
    generate(german, truth=tmp_path / "truth", as_of=NOW, form="plain", dirty=False, **SIZES)
    folder.mkdir()
    for file, (called, columns) in NAMES[language].items():
        with (german / f"{file}.csv").open(encoding="utf-8", newline="") as source:
            rows = list(csv.reader(source, delimiter=";"))
        with (folder / f"{called}.csv").open("w", encoding="utf-8", newline="") as target:
            header = [columns.get(column, column) for column in rows[0]]
            csv.writer(target, delimiter=";").writerows([header, *rows[1:]])
    shelf = Shelf(tmp_path / "shelf")
    report = shelf.load(folder)
    assert report.rejected == ()
    ids = read_ids(tmp_path / "truth")
    for type_ in (
        RecordType.USER,
        RecordType.ACCOUNT,
        RecordType.CONTACT,
        RecordType.LEAD,
        RecordType.OPPORTUNITY,
    ):
        found, rows_ = rows_of(shelf, type_, ids), reference[str(type_)]
        assert set(found) == set(rows_), type_
        said = set(SAME[str(type_)]) - {"converted_contact_id", "converted_opportunity_id"}
        for id_, row in rows_.items():
            assert {name: found[id_][name] for name in said} == {name: row[name] for name in said}
    assert len(shelf.rows("activity")) == SIZES["activities"]
    assert sum(len(row["about"]) for row in rows_of(shelf, RecordType.ACTIVITY, ids).values()) == sum(
        len(row["about"]) for row in reference["activity"].values()
    )
