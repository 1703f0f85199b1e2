"""The projects of the demo's partners at end customers, all of them invented, and what happened to each.

Steps say how many days ago they were; what a channel manager or a partner writes stands with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.demo.companies import SHOWN
from portal.demo.programs import IBM, LENOVO, SNOM

SUBMIT, PROTECT, REFUSE, ASK_BACK, REPLY, UPDATE = "submit", "protect", "refuse", "ask_back", "reply", "update"
ASK_LONGER, GRANT, WIN, LOSE, WITHDRAW, DUPLICATE = "ask_longer", "grant", "win", "lose", "withdraw", "duplicate"


@dataclass(frozen=True)
class Customer:
    name: str
    street: str
    postcode: str
    city: str
    domain: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Step:
    """`why`: because of what it was lost, or the title of the deal that the project is in truth."""

    days_ago: int
    what: str
    text: str = ""
    why: str = ""


@dataclass(frozen=True)
class Project:
    """`begun`: so many days ago; `expected`: the order in so many days from today. Without a step it is a draft.

    `by_vendor`: its channel manager entered it for the partner.
    """

    vendor: str
    company: str
    customer: Customer
    title: str
    products: Mapping[str, int]
    begun: int
    steps: tuple[Step, ...] = ()
    expected: int = 60
    need: str = ""
    done: str = "Bedarf vor Ort aufgenommen, Angebot ist in Arbeit."
    by_vendor: bool = field(default=False)


KLINIKUM = Customer(
    "Klinikum Elbgrund gGmbH", "Am Klinikpark 4", "01796", "Pirna", "klinikum-elbgrund.example", "Dr. Heike Lindner"
)
KLINIK = Customer("Klinik Elbgrund", "Klinikpark 4", "01796", "Pirna", "", "Thomas Rehm, Einkauf")
KREIS = Customer(
    "Landkreis Osterlohe, Kreisverwaltung", "Schlossplatz 1", "01662", "Meißen", "kreis-osterlohe.example",
    "Frau Petzold, IT-Leitung",
)  # fmt: skip
KREIS_SHORT = Customer("Kreisverwaltung Osterlohe", "Schloßplatz 1", "01662", "Meissen", "", "Herr Adler")
STADTWERKE = Customer(
    "Stadtwerke Tannfeld GmbH", "Energieweg 12", "09122", "Chemnitz", "stadtwerke-tannfeld.example", "Jens Morgner"
)
SCHULE = Customer(
    "Berufliches Schulzentrum Lohrtal", "Bildungsallee 3", "97816", "Lohr am Main", "bsz-lohrtal.example", "Frau Kurz"
)
SPEDITION = Customer(
    "Spedition Krahwinkel GmbH & Co. KG", "Am Güterbahnhof 20", "59821", "Arnsberg", "krahwinkel-logistik.example",
    "Ralf Krahwinkel",
)  # fmt: skip
KANZLEI = Customer("Overbeck & Partner Rechtsanwälte mbB", "Königsufer 8", "01097", "Dresden", "", "Frau Overbeck")
PFLEGE = Customer(
    "Pflegeheime Wiesengrund gGmbH", "Gartenstraße 41", "01445", "Radebeul", "pflege-wiesengrund.example", "Sven Halbig"
)
HOTEL = Customer(
    "Hotel Seeterrassen Betriebs-GmbH", "Seepromenade 2", "1220", "Wien", "seeterrassen.example", "Mag. Ortner"
)
AUTOHAUS = Customer(
    "Autohaus Trautwein GmbH", "Gewerbering 9", "01809", "Heidenau", "trautwein-auto.example", "Uwe Böhm"
)
MASCHINEN = Customer(
    "Rehberger Maschinenbau GmbH", "Industriestraße 77", "01689", "Weinböhla", "rehberger-mb.example", "Katja Rehberger"
)
GENOSSENSCHAFT = Customer(
    "Wohnungsgenossenschaft Neue Heide eG", "Heidering 15", "26122", "Oldenburg", "wg-neueheide.example", "Hr. Tjarks"
)
MOLKEREI = Customer("Molkerei Hagenwald eG", "Milchstraße 5", "59872", "Meschede", "hagenwald.example", "Fr. Schulte")
HAFEN = Customer("Hafenlogistik Nordkai AG", "Kaistraße 110", "20457", "Hamburg", "nordkai.example", "Ole Carstens")
VERLAG = Customer("Verlagshaus Blankenhagen KG", "Setzergasse 6", "99084", "Erfurt", "blankenhagen.example", "Dr. Noll")
DRUCK = Customer("Druckerei Papenfuß OHG", "Bleichstraße 31", "89073", "Ulm", "", "Inge Papenfuß")
INSTITUT = Customer(
    "Institut für Werkstoffprüfung Elbtal e. V.", "Forschungsring 2", "01328", "Dresden", "iwp-elbtal.example",
    "Prof. Sommer",
)  # fmt: skip
BANK = Customer("Sächsische Förderkasse eG", "Bankplatz 1", "01067", "Dresden", "foerderkasse.example", "Herr Zschoche")

PROJECTS = (
    Project(LENOVO, SHOWN, KLINIKUM, "Notebooks für die Stationen", {"TP-L14": 60, "DOCK-USBC": 60}, 2, (
        Step(1, SUBMIT),
    ), need="Leichte Geräte mit Docking am Pflegestützpunkt, Auslieferung in drei Wellen.",
        done="Zwei Termine mit der IT-Leitung, Teststellung von vier Geräten läuft seit Montag."),
    Project(LENOVO, "rautental", KLINIK, "Klinik Pirna, Arbeitsplätze", {"TP-L14": 50}, 1, (
        Step(0, SUBMIT),
    ), expected=75, done="Anruf des Einkaufs, Preisanfrage liegt vor."),
    Project(LENOVO, "moorkamp", GENOSSENSCHAFT, "Thin Clients für die Verwaltung", {"TC-NEO50": 25, "TV-T24": 50}, 9, (
        Step(8, SUBMIT),
    ), done="Angebot abgegeben, der Vorstand entscheidet im nächsten Monat."),
    Project(LENOVO, SHOWN, AUTOHAUS, "Werkstattplätze", {"TP-E16": 12}, 6, (
        Step(6, SUBMIT), Step(5, ASK_BACK, "Sind das robuste Arbeitsplätze in der Halle oder Schreibtische?"),
    ), done="Begehung der Halle mit dem Serviceleiter."),
    Project(LENOVO, "gaik", SPEDITION, "Leitstand und Lager", {"TC-NEO50": 18, "TV-T24": 36}, 5, (
        Step(4, SUBMIT), Step(3, ASK_BACK, "Bis wann wird entschieden?"),
        Step(1, REPLY, "Ende des Monats, das Budget ist freigegeben."),
    )),
    Project(LENOVO, "gaik", MOLKEREI, "Laborrechner", {"TC-NEO50": 8}, 3, (
        Step(2, SUBMIT),
    ), by_vendor=True, done="Anfrage über unsere Messe; Gaik ist der Partner vor Ort."),
    Project(LENOVO, SHOWN, MASCHINEN, "CAD-Arbeitsplätze Konstruktion", {"TP-T14": 24, "DOCK-USBC": 24}, 41, (
        Step(40, SUBMIT), Step(39, PROTECT, "Viel Erfolg. Melden Sie sich, wenn Sie ein Testgerät brauchen."),
        Step(15, UPDATE, "Teststellung abgeschlossen, Konstruktion will das größere Display."),
    ), expected=35, done="Workshop mit der Konstruktion, Anforderungen liegen schriftlich vor."),
    Project(LENOVO, "moorkamp", KREIS, "Arbeitsplätze Kreisverwaltung", {"TP-L14": 120}, 61, (
        Step(60, SUBMIT), Step(58, PROTECT), Step(34, UPDATE, "Vergabeunterlagen sind angekündigt."),
        Step(9, UPDATE, "Unterlagen liegen vor, wir bieten an."),
    ), expected=50, done="Markterkundung der Vergabestelle begleitet."),
    Project(LENOVO, SHOWN, KREIS_SHORT, "Kreisverwaltung, neue Notebooks", {"TP-L14": 100}, 21, (
        Step(20, SUBMIT), Step(18, DUPLICATE, why="Arbeitsplätze Kreisverwaltung"),
    )),
    Project(LENOVO, SHOWN, INSTITUT, "Rechner für die Prüfstände", {"TC-NEO50": 30}, 82, (
        Step(81, SUBMIT), Step(80, PROTECT), Step(55, UPDATE, "Mittel sind beantragt."),
        Step(28, UPDATE, "Bewilligung kommt später als gedacht."),
        Step(3, ASK_LONGER, "Die Bewilligung der Mittel kommt erst im nächsten Quartal."),
    ), expected=110),
    Project(LENOVO, SHOWN, SCHULE, "Lehrerendgeräte", {"TP-E16": 40}, 131, (
        Step(130, SUBMIT), Step(129, PROTECT), Step(105, UPDATE, "Angebot abgegeben."), Step(84, WIN),
    ), expected=-85),
    Project(LENOVO, "quellhorst", VERLAG, "Redaktion, neue Arbeitsplätze", {"TP-T14": 35}, 50, (
        Step(49, SUBMIT), Step(48, PROTECT),
    )),
    Project(LENOVO, SHOWN, KANZLEI, "Kanzlei, mobiles Arbeiten", {"TP-T14": 9}, 75, (
        Step(74, SUBMIT), Step(72, PROTECT), Step(48, UPDATE, "Entscheidung nach den Ferien."),
        Step(30, LOSE, "Der Mitbewerber lag acht Prozent darunter.", "price"),
    )),
    Project(LENOVO, "eichsee", DRUCK, "Druckvorstufe", {"TP-T14": 2}, 35, (
        Step(34, SUBMIT), Step(33, REFUSE, "Zwei Geräte sind kein Projekt; bitte bestellen Sie sie einfach."),
    )),
    Project(LENOVO, SHOWN, PFLEGE, "Notebooks für die Pflegedienstleitung", {"TP-L14": 14}, 4),
    Project(SNOM, SHOWN, KLINIKUM, "Telefonie Bettenhaus B", {"D785": 90, "M400": 12}, 36, (
        Step(35, SUBMIT), Step(34, PROTECT, "Wir unterstützen gern bei der Funkmessung."),
        Step(10, UPDATE, "Messung ist gemacht, zwölf Basisstationen reichen."),
    ), need="Schnurlos auf drei Etagen, Alarmierung am Bett.", done="Begehung und Funkmessung im Bettenhaus."),
    Project(SNOM, SHOWN, STADTWERKE, "Neue Leitstelle", {"D865": 20, "D335": 60}, 23, (
        Step(22, SUBMIT), Step(21, PROTECT),
    ), expected=80),
    Project(SNOM, "seebrugg", Customer("Spital Seehalde AG", "Halde 1", "8820", "Wädenswil", "", "Frau Frei"),
            "Erneuerung der Telefonanlage", {"D785": 120}, 2, (Step(1, SUBMIT),)),
    Project(SNOM, "donauspitz", HOTEL, "Zimmertelefone", {"D120": 180}, 125, (
        Step(124, SUBMIT), Step(123, PROTECT), Step(97, UPDATE, "Muster ist im Haus."),
        Step(71, UPDATE, "Der Umbau verschiebt sich."), Step(46, UPDATE, "Noch keine Entscheidung."),
    )),
    Project(SNOM, SHOWN, PFLEGE, "Schwesternruf und Telefonie", {"D335": 45, "M400": 8}, 121, (
        Step(120, SUBMIT), Step(119, PROTECT), Step(94, UPDATE, "Angebot liegt vor."), Step(78, WIN),
    ), expected=-70),
    Project(SNOM, "gaik", MOLKEREI, "Telefonie Werk 2", {"D335": 30}, 64, (
        Step(63, SUBMIT), Step(62, PROTECT), Step(38, UPDATE, "Warten auf die Freigabe."),
        Step(20, WITHDRAW, "Der Kunde bleibt bei der alten Anlage."),
    )),
    Project(SNOM, SHOWN, AUTOHAUS, "Telefone für den neuen Standort", {"D335": 16}, 1),
    Project(IBM, "nordhaven", HAFEN, "Ersatz der Datenbankserver", {"POWER-720": 4, "SPAC-3Y": 4}, 106, (
        Step(105, SUBMIT), Step(103, PROTECT), Step(78, UPDATE, "Lastprofil gemessen."),
        Step(52, UPDATE, "Angebot in der Prüfung."),
        Step(40, ASK_LONGER, "Der Aufsichtsrat tagt erst im nächsten Quartal."), Step(39, GRANT, "Gern, viel Erfolg."),
        Step(14, UPDATE, "Der Aufsichtsrat hat zugestimmt, der Vertrag wird geschrieben."),
    ), expected=20),
    Project(IBM, SHOWN, BANK, "Sicherung und Archiv", {"TAPE-TS2900": 2, "STOR-V3700": 1}, 3, (
        Step(2, SUBMIT),
    ), done="Konzept vorgestellt, Aufsicht verlangt ein zweites Medium."),
    Project(IBM, "haselgrund", VERLAG, "Redaktionssystem, neue Server", {"SYSX-3650": 3}, 112, (
        Step(111, SUBMIT), Step(110, PROTECT), Step(85, UPDATE, "Angebot abgegeben."), Step(66, WIN),
    ), expected=-60),
    Project(IBM, "zweistrom", Customer("Weingut Rebenhof GbR", "Moselufer 7", "56073", "Koblenz", "", "Hr. Loosen"),
            "Warenwirtschaft", {"SYSX-3250": 1}, 70, (
        Step(69, SUBMIT), Step(68, PROTECT), Step(44, UPDATE, "Der Kunde vergleicht."),
        Step(25, LOSE, "Die Wirtschaftsprüfung hat das Projekt gestoppt.", "cancelled"),
    )),
)  # fmt: skip
