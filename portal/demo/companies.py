"""The partners of the demo, largest first. Every company is invented; so are their addresses and VAT ids."""

from __future__ import annotations

from dataclasses import dataclass

from partners.models import ALPHABET
from portal.demo.chance import chance

STREETS = (
    "Am Alten Speicher",
    "An der Werft",
    "Bahnhofstraße",
    "Gewerbering",
    "Hafenweg",
    "Industriestraße",
    "Lindenallee",
    "Marktplatz",
    "Mühlenweg",
    "Schillerstraße",
    "Technologiepark",
    "Ziegeleiweg",
)
SHOWN = "morgenbrueck"
"""The company of the demo's reseller logins."""


@dataclass(frozen=True)
class Company:
    slug: str
    name: str
    postcode: str
    city: str
    country: str = "DE"
    language: str = "de"

    @property
    def domain(self) -> str:
        return f"{self.slug}.example"

    @property
    def number(self) -> str:
        """The partner number, the same in every demo."""
        return "".join(chance("number", self.slug).choices(ALPHABET, k=8))

    @property
    def street(self) -> str:
        dice = chance("street", self.slug)
        return f"{dice.choice(STREETS)} {dice.randint(1, 120)}"

    @property
    def vat_id(self) -> str:
        """German ones have a right check digit, so that nothing complains about them."""
        digits = str(chance("vat id", self.slug).randint(99_910_000, 99_989_999))
        if self.country == "DE":
            return f"DE{digits}{_check_digit(digits)}"
        return {"AT": f"ATU{digits}", "CH": f"CHE{digits}9", "FR": f"FR00{digits}9"}[self.country]


def _check_digit(digits: str) -> int:
    """ISO 7064, MOD 11, 10: the last digit of a German VAT id."""
    product = 10
    for digit in digits:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10


COMPANIES = (
    Company("nordhaven", "Nordhaven Systemhaus AG", "20457", "Hamburg"),
    Company("ostlicht", "Ostlicht Netzwerke GmbH", "10317", "Berlin"),
    Company("brackmoor", "Brackmoor Datentechnik GmbH & Co. KG", "28217", "Bremen"),
    Company("kranfeld", "Kranfeld IT-Infrastruktur GmbH", "45127", "Essen"),
    Company("haselgrund", "Haselgrund Computer & Service GmbH", "99084", "Erfurt"),
    Company(SHOWN, "Morgenbrück Systemhaus GmbH", "01069", "Dresden"),
    Company("falkenrieder", "Falkenrieder Bürokommunikation GmbH", "90402", "Nürnberg"),
    Company("zweistrom", "Zweistrom Informationstechnik GmbH", "56068", "Koblenz"),
    Company("silberweg", "Silberweg Solutions GmbH", "09111", "Chemnitz"),
    Company("donauspitz", "Donauspitz EDV-Dienstleistungen GmbH", "1020", "Wien", "AT"),
    Company("luchsberg", "Luchsberg Kommunikationssysteme GmbH", "70174", "Stuttgart"),
    Company("tiefenau", "Tiefenauer Rechenzentren AG", "60314", "Frankfurt am Main"),
    Company("kieselwerk", "Kieselwerk Telefonie GmbH", "50667", "Köln"),
    Company(
        "gaik",
        "Gesellschaft für angewandte Informations- und Kommunikationstechnik Südwestfalen-Sauerland "
        "mit beschränkter Haftung & Co. Kommanditgesellschaft",
        "59872",
        "Meschede",
    ),
    Company("seebrugg", "Seebrugg Informatik AG", "8005", "Zürich", "CH"),
    Company("wolkenstieg", "Wolkenstieg Cloud & Netz GmbH", "80331", "München"),
    Company("rautental", "Rautental IT-Service GmbH", "97070", "Würzburg"),
    Company("moorkamp", "Moorkamp & Tietje EDV GbR", "26122", "Oldenburg"),
    Company("eichsee", "Eichsee Datensysteme GmbH", "19053", "Schwerin"),
    Company("valmorin", "Réseaux Valmorin SARL", "67000", "Strasbourg", "FR", "en"),
    Company("groessmueller", "Größmüller Bürotechnik & Söhne OHG", "89073", "Ulm"),
    Company("quellhorst", "Quellhorst Systemberatung GmbH", "33602", "Bielefeld"),
    Company("hochjoch", "Hochjoch Telekom e.U.", "6020", "Innsbruck", "AT"),
    Company("sandkoppel", "Sandkoppel IT GmbH", "23552", "Lübeck"),
    Company("ulmenried", "Ulmenried Netzwerktechnik GmbH", "86150", "Augsburg"),
    Company("tavn", "Telekommunikationsanlagenvertriebsgesellschaft Niederlausitz mbH", "03046", "Cottbus"),
    Company("drahtseil", "Drahtseil Kommunikation GmbH", "44135", "Dortmund"),
    Company("blaufuchs", "Blaufuchs Digital GmbH", "04109", "Leipzig"),
    Company("karst", "Anselm Karst IT-Dienstleistungen", "37073", "Göttingen"),
    Company("rotdorn", "Rotdorn Computerhandel GmbH", "47051", "Duisburg"),
    Company("weissenbruch", "Weißenbruch & Partner Systemhaus", "35390", "Gießen"),
    Company("lachsfang", "Lachsfang IT UG (haftungsbeschränkt)", "24103", "Kiel"),
    Company("hammerschlag", "Hammerschlag Technik GmbH", "57072", "Siegen"),
    Company("nebelhorst", "Nebelhorst EDV-Beratung GmbH", "18055", "Rostock"),
    Company("chablette", "Chablette Téléphonie SA", "1003", "Lausanne", "CH", "en"),
    Company("pfeilgras", "Pfeilgras Datenservice GmbH", "39104", "Magdeburg"),
    Company("tannhoff", "Tannhoff Computer GmbH", "78462", "Konstanz"),
    Company("querallee", "Querallee Bürosysteme GmbH", "34117", "Kassel"),
    Company("steinmark", "Steinmark IT-Lösungen GmbH", "30159", "Hannover"),
    Company("perlbach", "Perlbach Netz & Telefon GmbH", "94032", "Passau"),
    Company("goldammer", "Goldammer EDV", "38100", "Braunschweig"),
    Company("zirbel", "Zirbelnuss IT GmbH", "87435", "Kempten (Allgäu)"),
    Company("uferlos", "Uferlos Kommunikation GmbH", "88045", "Friedrichshafen"),
    Company("dreiklang", "Dreiklang Telefonbau GmbH", "49074", "Osnabrück"),
    Company("fuchsloch", "Fuchsloch Computerservice", "76133", "Karlsruhe"),
    Company("amselgrund", "Amselgrund IT-Werkstatt GmbH", "06108", "Halle (Saale)"),
    Company("hirschauer", "Hirschauer & Öztürk Systemtechnik GbR", "72070", "Tübingen"),
    Company("wattlauf", "Wattlauf IT GmbH", "25813", "Husum"),
    Company("knotenpunkt", "Knotenpunkt Netzbau GmbH", "98527", "Suhl"),
    Company("bergkiefer", "Bergkiefer Datentechnik e.K.", "38640", "Goslar"),
    Company("ziegelhaus", "Ziegelhaus EDV GmbH", "15711", "Königs Wusterhausen"),
    Company("schlehdorn", "Schlehdorn IT & Kasse", "54290", "Trier"),
    Company("lerchenau", "Lerchenauer Computer", "84028", "Landshut"),
    Company("torfstich", "Torfstich Systeme GmbH", "49716", "Meppen"),
    Company("mondstein", "Mondstein IT e.U.", "5020", "Salzburg", "AT"),
    Company("kupfergruen", "Kupfergrün IT GmbH", "08056", "Zwickau"),
    Company("heidekern", "Heidekern Netzwerke", "21335", "Lüneburg"),
    Company("stellwerk7", "Stellwerk7 Kommunikation UG", "63065", "Offenbach am Main"),
    Company("flussaal", "Flussaal Bürotechnik", "14467", "Potsdam"),
    Company("kornspeicher", "Kornspeicher Digital GmbH", "17489", "Greifswald"),
)
"""Sixty companies. The farther down, the smaller: a fifth of them makes four fifths of the revenue."""

TRYOUTS = tuple(
    Company(f"testhaus-{number}", f"Testhaus Import {number} GmbH", "10115", "Berlin") for number in range(1, 8)
)
"""Partners without a single sale: what is imported for them by hand is all they have."""
