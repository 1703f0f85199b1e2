"""Pairs of customers as people type them: name | street | postcode | city | country | domain | VAT id."""

from __future__ import annotations

from pathlib import Path

from common.customers import Customer


def customer(text: str) -> Customer:
    return Customer(*(cell.strip() for cell in text.split("|")))


SAME = {
    "legal forms": [
        ("Elbtal Anlagenbau GmbH||01067|Dresden", "Elbtal Anlagenbau||01067|Dresden"),
        ("Ostmark Feinguss Gesellschaft mit beschränkter Haftung||45127|Essen", "Ostmark Feinguss GmbH||45127|Essen"),
        ("Rieger Pumpen Aktiengesellschaft||70173|Stuttgart", "RIEGER PUMPEN AG||70173|Stuttgart"),
        ("Hinrichs & Söhne GmbH & Co. KG||26122|Oldenburg", "Hinrichs und Soehne||26122|Oldenburg"),
        ("Turnfreunde Lohr eingetragener Verein||97816|Lohr a. Main", "Turnfreunde Lohr e. V.||97816|Lohr am Main"),
        ("Klinikverbund Wetterau gGmbH||61169|Friedberg", "Klinikverbund Wetterau||61169|Friedberg (Hessen)"),
        ("Fa. Kettler Dachtechnik e.K.||33602|Bielefeld", "Kettler Dachtechnik, Inh. Paul Kettler||33602|Bielefeld"),
        ("Novák Ložiska s.r.o.||11000|Praha|CZ", "Novak Loziska||11000|Prag|Tschechien"),
        ("Wohnbau Lahn eG||35390|Gießen", "Wohnbau Lahn eingetragene Genossenschaft||35390|Giessen"),
        ("Brandes Bauges. mbH||38100|Braunschweig", "Brandes Baugesellschaft mbH||38100|Braunschweig"),
        ("Studierendenwerk Nordheide AöR||21335|Lüneburg", "Studierendenwerk Nordheide||21335|Lüneburg"),
    ],
    "umlauts and case": [
        ("Käßbohrer Möbelwerke GmbH||89073|Ulm", "KAESSBOHRER MOEBELWERKE||89073|Ulm"),
        ("Grünwald Öfen KG||93047|Regensburg", "Gruenwald Oefen KG||93047|Regensburg"),
        ("Sönnichsen Fähren GmbH||25980|Sylt", "Sonnichsen Fahren GmbH||25980|Sylt"),
        ("Crédit Électronique SARL||67000|Strasbourg|FR", "Credit Electronique||67000|Straßburg|Frankreich"),
    ],
    "abbreviations": [
        ("Gebr. Asmus Landtechnik||24103|Kiel", "Gebrüder Asmus Landtechnik GmbH||24103|Kiel"),
        ("TU Ilmenau||98693|Ilmenau", "Technische Universität Ilmenau||98693|Ilmenau"),
        ("Kath. Kirchengem. St. Ansgar||49074|Osnabrück", "Katholische Kirchengemeinde Sankt Ansgar||49074|Osnabrück"),
        ("Hartwig Masch.bau||58095|Hagen", "Hartwig Maschinenbau GmbH||58095|Hagen"),
        ("VHS Coesfeld||48653|Coesfeld", "Volkshochschule Coesfeld||48653|Coesfeld"),
        ("Kita Regenbogen|Lindenweg 4|37073|Göttingen", "Kindertagesstätte Regenbogen|Lindenweg 4|37073|Göttingen"),
        ("Ing.-Büro Vahlkamp||48143|Münster", "Ingenieurbüro Vahlkamp||48143|Münster"),
        ("H. Brinkmann Kältetechnik||32049|Herford", "Heinz Brinkmann Kältetechnik GmbH||32049|Herford"),
        ("DRK Kreisverband Celle||29221|Celle", "Deutsches Rotes Kreuz, Kreisverband Celle e.V.||29221|Celle"),
        ("Uniklinik Marburg||35043|Marburg", "Universitätsklinikum Marburg||35043|Marburg"),
    ],
    "acronyms, something else agrees": [
        ("NGW|Hafenstr. 9|26382|Wilhelmshaven", "Nordsee Gaswerke GmbH|Hafenstraße 9|26382|Wilhelmshaven"),
        ("BVO Verkehr||75172|Pforzheim|DE|bvo.example", "Busverkehr Oberland GmbH||75172|Pforzheim|DE|www.bvo.example"),
        ("SWL||04103|Leipzig|DE|swl.example", "Stadtwerke Leipzig GmbH||04103|Leipzig"),
        (
            "GWB Gesellschaft für Wohnen und Bauen mbH||06108|Halle",
            "Gesellschaft für Wohnen und Bauen||06108|Halle (Saale)",
        ),
        ("Rheinische Apparatebau Werke (RAW)||47051|Duisburg", "RAW GmbH||47051|Duisburg"),
    ],
    "order, typos, compounds": [
        ("Schreinerei Obermoser||83022|Rosenheim", "Obermoser Schreinerei GmbH||83022|Rosenheim"),
        ("Vahrenkamp Werkzeugbau||59065|Hamm", "Vahrenkmap Werkzeugbau GmbH||59065|Hamm"),
        ("Blau Fuchs Medien||50667|Köln", "Blaufuchs Medien GmbH||50667|Cologne"),
        ("Elektro-Technik Sievers||24937|Flensburg", "Sievers Elektrotechnik||24937|Flensburg"),
        ("Meyer Orgelbau|Kirchweg 3|26506|Norden", "Meier Orgelbau|Kirchweg 3|26506|Norden"),
        ("Stellbrink Feinwerktechnik||37085|Göttingen", "Stelbrink Feinwerk Technik||37085|Göttingen"),
        ("Zimmerei Wiesenhütter & Sohn||01896|Pulsnitz", "Wiesenhuetter u. Sohn Zimmerei||01896|Pulsnitz"),
    ],
    "towns": [
        ("Autohaus Terhorst Bocholt||46395|Bocholt", "Autohaus Terhorst GmbH||46397|Bocholt"),
        ("Lindner Pralinen||60311|Frankfurt am Main", "Lindner Pralinen Frankfurt GmbH||60311|Frankfurt"),
        ("Isarkontor GmbH||80331|München", "Isarkontor||80333|Munich|Germany"),
        ("Praxisbedarf Ruhrtal||44787|Bochum-Wattenscheid", "Praxisbedarf Ruhrtal GmbH||44866|Bochum"),
        ("Seidenweber Optik||65929|Frankfurt-Höchst", "Seidenweber Optik KG||65929|Höchst"),
        ("Kasseler Sparkasse||34117|Kassel", "Sparkasse Kassel||34117|Kassel"),
        ("Taunusquelle GmbH||61348|Bad Homburg v.d.H.", "Taunusquelle||61348|Bad Homburg vor der Höhe"),
        ("Havelland Obsthof||14542|Werder (Havel)", "Obsthof Havelland GmbH||14542|Werder"),
        ("Zwingerbräu||1067|Dresden|DE", "Zwingerbräu GmbH||01067|Dresden|Deutschland"),
    ],
    "public bodies and departments": [
        ("Stadt Kassel||34117|Kassel", "Magistrat der Stadt Kassel||34112|Kassel"),
        ("Stadtverwaltung Görlitz||02826|Görlitz", "Große Kreisstadt Görlitz||02826|Görlitz"),
        ("Landkreis Uelzen||29525|Uelzen", "Kreisverwaltung Uelzen||29525|Uelzen"),
        ("Landratsamt Freising||85354|Freising", "Landkreis Freising||85356|Freising"),
        ("Gemeinde Ganderkesee||27777|Ganderkesee", "Gemeindeverwaltung Ganderkesee||27777|Ganderkesee"),
        ("IT-Abteilung der Stadtwerke Emden||26721|Emden", "Stadtwerke Emden GmbH||26721|Emden"),
        ("Einkauf – Ravensberger Textil GmbH||33330|Gütersloh", "Ravensberger Textil||33330|Gütersloh"),
        ("Stadt Erlangen, Hauptamt||91052|Erlangen", "Stadt Erlangen||91052|Erlangen"),
        ("Landeshauptstadt Kiel - Amt für Informationstechnik||24103|Kiel", "Stadt Kiel||24103|Kiel"),
        ("Goethe-Gymnasium||64283|Darmstadt", "Gymnasium Goethe Darmstadt||64283|Darmstadt"),
    ],
    "domains": [
        (
            "Nordlicht Hotels||24103|Kiel|DE|https://www.nordlicht.example/kontakt",
            "Förde Betriebs GmbH||24103|Kiel|DE|info@nordlicht.example",
        ),
        (
            "Vanderhoek Logistics||10115|Berlin|DE|berlin.vanderhoek.example",
            "Vanderhoek Logistics GmbH||20095|Hamburg|DE|VANDERHOEK.EXAMPLE.",
        ),
        (
            "Müllerschön||70173|Stuttgart|DE|müllerschön.de",
            "Muellerschoen GmbH||70173|Stuttgart|DE|http://xn--mllerschn-07ab.de:80/",
        ),
        ("Papier Kopp|||||kopp.co.uk", "Kopp Paper Ltd.|||||shop.kopp.co.uk"),
        ("Bäckerei Pahl|||||pahl.jimdosite.com", "Pahl Backwaren|||||https://pahl.jimdosite.com/brot"),
    ],
    "VAT ids": [
        ("Alter Name GmbH||10115|Berlin|||DE 136 695 976", "Neuer Name AG||80331|München|||de136695976"),
        ("Alpenrad||6020|Innsbruck|AT||ATU12345678", "AR Sport Handel||6020|Innsbruck|Österreich||ATU 123.456.78"),
        ("Uhrwerk||3000|Bern|CH||CHE-123.456.789 MWST", "Zeitwerk||8000|Zürich|CH||CHE123456789"),
        ("Kranich GmbH||||DE||136695976", "Kranich Gruppe|||||DE136695976"),
    ],
    "the same house": [
        ("Bergmoser|Am Anger 5|83646|Bad Tölz", "Bergmoser Sägewerk GmbH|Am Anger 5|83646|Bad Tölz"),
        ("Autohaus Müller|Kölner Str. 12-14|53111|Bonn", "Müller Automobile GmbH|Kölner Straße 14|53111|Bonn"),
        ("Gasthof Zur Linde|Dorfstr. 2|86150|Augsburg", "Landgasthof Linde|Dorfstraße 2|86150|Augsburg"),
    ],
}
DIFFERENT = {
    "a generic name in different towns": [
        ("Stadtwerke GmbH||26721|Emden", "Stadtwerke GmbH||29221|Celle"),
        ("Kreissparkasse||29525|Uelzen", "Kreissparkasse||29614|Soltau"),
        ("Gymnasium||34117|Kassel", "Gymnasium||99084|Erfurt"),
        ("Autohaus Müller GmbH||46395|Bocholt", "Autohaus Müller||26721|Emden"),
        ("Apotheke am Markt||29221|Celle", "Apotheke am Markt||06108|Halle"),
        ("Stadtwerke Emden||26721|Emden", "Stadtwerke Celle||29221|Celle"),
        ("Goethe-Gymnasium||60311|Frankfurt am Main", "Goethe-Gymnasium||34117|Kassel"),
        ("Hotel zur Post||83022|Rosenheim", "Hotel Zur Post||83646|Bad Tölz"),
        ("Schmidt Elektrotechnik||50667|Köln", "Elektro Schmidt||10115|Berlin"),
        ("Freiwillige Feuerwehr||91052|Erlangen", "Freiwillige Feuerwehr||91301|Forchheim"),
        ("Kita Regenbogen||37073|Göttingen", "Kita Regenbogen||24103|Kiel"),
        ("Landkreis Rostock||18273|Güstrow", "Landkreis Börde||39340|Haldensleben"),
        ("Bäckerei Becker||97816|Lohr", "Bäckerei Becker||35390|Gießen"),
        ("Volksbank eG||48653|Coesfeld", "Volksbank eG||49074|Osnabrück"),
        ("Stadt Frankfurt||60311|Frankfurt am Main", "Stadt Frankfurt||15230|Frankfurt (Oder)"),
        ("Rathaus Apotheke||72070|Neustadt an der Aisch", "Rathaus Apotheke||67433|Neustadt an der Weinstraße"),
    ],
    "sister companies": [
        (
            "Hansen Verwaltungs GmbH|Kai 1|20457|Hamburg|DE|hansen.example",
            "Hansen Vertriebs GmbH|Kai 1|20457|Hamburg|DE|hansen.example",
        ),
        ("Kettler Immobilien GmbH||33602|Bielefeld", "Kettler GmbH||33602|Bielefeld"),
        ("Systembau Nord GmbH||28195|Bremen", "Systembau Süd GmbH||28195|Bremen"),
        ("Vahrenkamp Holding AG||59065|Hamm", "Vahrenkamp Werkzeugbau GmbH||59065|Hamm"),
        ("Rieger Pumpen GmbH|Talstr. 1|70173|Stuttgart", "Rieger Pumpen Service GmbH|Talstr. 1|70173|Stuttgart"),
        ("Brandes Beteiligungsgesellschaft mbH||38100|Braunschweig", "Brandes GmbH & Co. KG||38100|Braunschweig"),
        ("Elbtal Anlagenbau GmbH||01067|Dresden|||DE136695976", "Elbtal Anlagenbau GmbH||01067|Dresden|||DE811907980"),
        ("Stadtwerke Emden Netz GmbH||26721|Emden", "Stadtwerke Emden GmbH||26721|Emden"),
        ("Turnfreunde Lohr e.V.||97816|Lohr", "Turnfreunde Lohr GmbH||97816|Lohr"),
        ("Goethe-Gymnasium||64283|Darmstadt", "Förderverein Goethe-Gymnasium e.V.||64283|Darmstadt"),
        ("Kranich Deutschland GmbH||10115|Berlin|DE", "Kranich Österreich GmbH||1010|Wien|AT"),
        ("Stadt Emden||26721|Emden", "Stadtwerke Emden||26721|Emden"),
    ],
    "the same address": [
        ("Papyrus Verlag|Campusring 4|45127|Essen", "Ohm Messgeräte GmbH|Campusring 4|45127|Essen"),
        ("Anwaltskanzlei Vogt|Markt 1|34117|Kassel", "Zahnarztpraxis Vogt|Markt 1|34117|Kassel"),
        ("Delta Consult|Technologiepark 7|50667|Köln", "Omega Biotech GmbH|Technologiepark 7|50667|Köln"),
        ("Café Lenz|Bahnhofsplatz 2|24103|Kiel", "Reisebüro Horizont|Bahnhofsplatz 2|24103|Kiel"),
    ],
    "shared domains": [
        ("Malerbetrieb Kopp||10115|Berlin|DE|gmail.com", "Friseur Sahin||10115|Berlin|DE|kontakt@gmail.com"),
        ("Gärtnerei Brandt||33602|Bielefeld|DE|t-online.de", "Gärtnerei Lohse||33602|Bielefeld|DE|t-online.de"),
        ("Pension Sonne||25980|Sylt|DE|wixsite.com", "Surfschule Welle||25980|Sylt|DE|www.wixsite.com"),
        ("Bäckerei Pahl||24103|Kiel|DE|pahl.jimdosite.com", "Café Lenz||24103|Kiel|DE|lenz.jimdosite.com"),
        (
            "Grundschule Wiesental||80331|München|DE|schule.bayern.de",
            "Realschule Bergtal||80331|München|DE|poststelle@schule.bayern.de",
        ),
        ("Weingut Rebe|||||https://www.facebook.com/rebe", "Imkerei Biene|||||facebook.com/biene"),
    ],
    "numbers and names": [
        ("5. Grundschule||14467|Potsdam", "6. Grundschule||14467|Potsdam"),
        ("Kita 12||01067|Dresden", "Kita 21||01067|Dresden"),
        ("Hans Müller Elektro||50667|Köln", "Peter Müller Elektro||50667|Köln"),
        ("Kettler Elektro GmbH||33602|Bielefeld", "Kettler Sanitär GmbH||33602|Bielefeld"),
        ("Goethe-Gymnasium||64283|Darmstadt", "Schiller-Gymnasium||64283|Darmstadt"),
        ("Weber & Kluge Werkzeuge||59065|Hamm", "Weber & Hartwig Werkzeuge||59065|Hamm"),
        ("Stadt Bamberg||96047|Bamberg", "Landkreis Bamberg||96052|Bamberg"),
        ("Möller Optik||29221|Celle", "Müller Optik||29221|Celle"),
        ("Stadtsparkasse Augsburg||86150|Augsburg", "Kreissparkasse Augsburg||86150|Augsburg"),
        ("Autohaus Nordmann||28195|Bremen", "Autohaus Westermann||28195|Bremen"),
        ("||10115|Berlin", "||10115|Berlin"),
        ("NGW||26382|Wilhelmshaven", "Nordsee Gaswerke GmbH||80331|München"),
    ],
}


def more(sign: str) -> list[tuple[str, str]]:
    """The pairs of customers.txt: "+" the same, "-" different."""
    lines = (Path(__file__).parent / "customers.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line[2:].split(" == ") for line in lines if line.startswith(f"{sign} ")]
    return [(one, other) for one, other in pairs]


SAME["and more"] = more("+")
DIFFERENT["and more"] = more("-")
