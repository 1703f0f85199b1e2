"""Trades and institutions in customers' names, and one word for many; folded as everywhere here."""

from __future__ import annotations

import re

from common.customers.vocabulary import groups, listed

_SAME_WORDS = """
stadt: stadtverwaltung magistrat rathaus burgermeister oberburgermeister burgermeisteramt landeshauptstadt hansestadt
  kreisstadt universitatsstadt kurstadt gemeinde gemeindeverwaltung gemeindeamt stadtgemeinde marktgemeinde
  marktverwaltung stadtrat gemeinderat city town municipality bergstadt lutherstadt barockstadt domstadt
  verwaltungsgemeinde oberburgermeisterin burgermeisterin ortsgemeinde ville mairie commune comune ayuntamiento gmina
  hauptstadt bundeshauptstadt stadtamt magistratsverwaltung
landkreis: kreis kreises landkreises kreisverwaltung landratsamt kreisausschuss landrat kreistag landratin
stiftung: foundation fondation fundacion
universitat: uni university universite universiteit universita univ
technische_universitat: tu
fachhochschule: fh
hochschule: hs
volkshochschule: vhs
bibliothek: bucherei library mediathek
stadtbibliothek: stadtbucherei
grundschule: gs
gymnasium: gym
realschule: rs
kindertagesstatte: kita kindergarten kindertageseinrichtung kiga kinderhaus kinderhort
arbeiterwohlfahrt: awo
feuerwehr: ffw ff fw
krankenhaus: klinikum klinik kliniken hospital kh krankenanstalt krankenhauser spital
universitatsklinikum: uniklinik uniklinikum universitatsklinik universitatskrankenhaus
katholische: kath katholischer katholisches
evangelische: ev evang evangelischer evangelisches protestantische
gebruder: gebr
sankt: st saint
ingenieurburo: ingburo ingenieure ingenieurgesellschaft
genossenschaft: gen
international: intl internationale
deutschland: dtl
und: u
bundes: bund
kraftfahrzeug: kfz
elektro: elektrotechnik elektroinstallation elektroinstallationen elektrobau elektroanlagen elektroservice elektriker
  elt elektrik elektromeister elektrobetrieb
maschinenbau: masch maschinenfabrik maschinen maschb
bau: bauunternehmung bauunternehmen baugesellschaft hochbau baubetrieb bauges baugeschaft hoch tiefbau
sanitar: sanitartechnik installateur haustechnik heizung heizungsbau gebaudetechnik heizungstechnik klempnerei
  installation hls shk heizungen
dach: dachdecker dachdeckerei bedachungen dachdeckermeister bedachung dachtechnik
maler: malerbetrieb malerei malermeister malerfachbetrieb malergeschaft
schreinerei: tischlerei schreiner tischler mobelwerkstatt mobeltischlerei bautischlerei bauschreinerei
  schreinermeister tischlermeister
backerei: backer backwaren backhaus backstube konditorei feinbackerei bakery
metzgerei: fleischerei metzger fleischer schlachterei fleischwaren landmetzgerei
autohaus: auto automobile automobil autohandel autos kfz autocenter automobilhandel
werkstatt: autowerkstatt kfzwerkstatt kfzservice autoreparatur
spedition: transporte transport speditions speditionsgesellschaft fuhrunternehmen kraftverkehr trans
steuerberatung: steuerberater steuerberaterin steuerkanzlei steuerberatungsgesellschaft steuerburo stb
  steuerberatungskanzlei
anwaltskanzlei: rechtsanwalte rechtsanwalt rechtsanwaltin kanzlei ra anwalte anwalt rechtsanwaltskanzlei
  rechtsanwaltsgesellschaft rae
zahnarzt: zahnarztpraxis zahnarzte zahnarztin zahnmedizin dentalpraxis
arztpraxis: praxis arzt arztin hausarztpraxis gemeinschaftspraxis hausarzt facharztpraxis mvz
tierarzt: tierarzte tierarztpraxis tierarztin tierklinik
friseur: friseursalon haarstudio coiffeur hairdesign salon friseure haarstube
druckerei: druck druckhaus print offsetdruck buchdruckerei
gartenbau: galabau garten landschaftsbau gartengestaltung gartenbaubetrieb gartnerei gartentechnik landschaftsgartner
metallbau: schlosserei metalltechnik metall stahlbau metallverarbeitung metallwaren
gasthof: gasthaus gaststatte restaurant wirtshaus landgasthof landgasthaus ristorante trattoria wirtschaft pizzeria
  gastronomie speisegaststatte brauhaus
hotel: hotelbetrieb hotels hotelbetriebs hotelbetriebsgesellschaft hotelgesellschaft landhotel
altenheim: seniorenheim pflegeheim seniorenzentrum seniorenresidenz altenpflegeheim seniorenstift altenzentrum
  seniorenhaus pflegezentrum
pflegedienst: pflege ambulanter ambulante sozialstation
gebaudereinigung: reinigung reinigungsservice gebaudeservice reinigungsdienst
versicherung: versicherungen versicherungsagentur versicherungsmakler versicherungsburo
apotheke: apotheken pharmacy
edv: it informatik computer systemhaus itk software datentechnik informationstechnik computertechnik ict
  softwareentwicklung itservice itsysteme edvservice informationssysteme
werbeagentur: werbung agentur werbetechnik mediaagentur marketing
architekt: architekten architekturburo architektin architektur planungsburo architektenburo
verlag: verlagsgesellschaft verlagshaus verlage
brauerei: brau privatbrauerei braugesellschaft
weingut: weinbau winzer weinkellerei
fahrschule: fahrschulen
schule: school schulen schulzentrum gesamtschule
kirchengemeinde: pfarramt pfarrei pfarrgemeinde pfarrburo kirchengem
zimmerei: holzbau zimmermann zimmerer
fensterbau: fenster fensterwerk
"""
SYNONYMS: dict[str, str] = {}
TRADES: dict[str, str] = {}
"""A word of a trade and the trade's first name. Same trade is not quite the same word."""
_EXACT = listed(
    "stadt landkreis universitat technische_universitat fachhochschule hochschule volkshochschule grundschule "
    "gymnasium realschule kindertagesstatte arbeiterwohlfahrt feuerwehr universitatsklinikum katholische evangelische "
    "gebruder stiftung bibliothek stadtbibliothek sankt genossenschaft international deutschland und krankenhaus"
)
for _first, _others in groups(_SAME_WORDS):
    if _first in _EXACT:
        SYNONYMS |= dict.fromkeys(_others.split(), _first)
    else:
        for _other in (_first, *_others.split()):
            TRADES.setdefault(_other, _first)
INSTITUTIONS = listed(
    "stadt landkreis stadtwerke gemeindewerke kreiswerke sparkasse kreissparkasse stadtsparkasse volksbank "
    "raiffeisenbank vrbank gymnasium grundschule realschule hauptschule mittelschule gesamtschule oberschule "
    "berufsschule berufskolleg forderschule sekundarschule schule hochschule fachhochschule universitat "
    "technische_universitat volkshochschule musikschule krankenhaus universitatsklinikum kindertagesstatte feuerwehr "
    "freiwillige polizei amtsgericht landgericht finanzamt arbeitsamt jobcenter agentur arbeit kirchengemeinde "
    "pfarramt pfarrgemeinde pfarrei kirche dekanat kreisverband ortsverband ortsverein landesverband handwerkskammer "
    "handelskammer industrie ihk hwk arztekammer sportverein turnverein tsv tus sv fc vfl vfb stadtbucherei "
    "bibliothek stadtbibliothek museum theater stadttheater wohnbau wohnungsbau wohnungsbaugesellschaft "
    "wohnungsgenossenschaft baugenossenschaft zweckverband wasserverband abwasserverband abwasserzweckverband "
    "wasserversorgung verbandsgemeinde samtgemeinde verwaltungsgemeinschaft amt bezirksamt bezirk markt marktapotheke "
    "stadtapotheke rathausapotheke lowenapotheke campingplatz freibad hallenbad bauhof kreiskrankenhaus kreisklinik "
    "kreiskliniken stadtkrankenhaus diakonie caritas caritasverband tafel arbeiterwohlfahrt drk rotes kreuz deutsches "
    "katholische evangelische sankt friedhof wasserwerk genossenschaft lebenshilfe tierheim jugendherberge "
    "sozialstation maschinenring landwirtschaftskammer messe flughafen hafen technische technisches bundesamt "
    "landesamt ministerium staatskanzlei landtag kreis regionalverband berufsgenossenschaft innung "
    "kreishandwerkerschaft stadtverband ortsgruppe jugendzentrum eigenbetrieb schutzenverein musikverein gesangverein "
    "heimatverein gewerbeverein verein club verband bank"
)
# Ends and beginnings of words that say what somebody does.
TRADE_WORDS = listed(
    "kraftwerk heizkraftwerk betonwerk klarwerk stahlwerk handwerk gaswerk gaswerke "
    "juwelier notar notare notariat pension cafe bistro bar imbiss kiosk eiscafe pizzeria fahrrad zweirad reifen "
    "optiker augenoptik horgerate horakustik floristik blumen moden schuhe buchhandel tankstelle kino fliesen kamine "
    "ofen treppen naturstein steinmetz bestattungen bestatter bestattung hebamme kosmetik nagelstudio tattoo fitness "
    "yoga reitstall campingplatz ferienwohnung ferienwohnungen ferienhaus appartements gestut baumschule baumschulen "
    "gartencenter sagewerk ziegelei kieswerk beton transportbeton kies zement patentanwalte management facility "
    "galerie atelier manufaktur werft fonds club institut kinderarzt augenarzt hausarzt orthopadie ergotherapie "
    "heilpraktiker architekten statik vermessung gutachter sachverstandiger makler personal zeitarbeit hausmeister "
    "schlusseldienst taxi garage carrosserie spenglerei installationen sattlerei schneiderei waschanlage waschsalon "
    "textilpflege copyshop tonstudio catering eventlocation events restauration antiquitaten second hand trachten "
    "kerzen teeladen hofladen bioladen dorfladen weine vinothek systems engineering technologies technology trading "
    "foods logistics trans shipping partners capital consultants consulting roofing plumbing"
)
ENGLISH = listed(
    "engineering systems technologies technology trading foods logistics shipping partners capital consultants "
    "consulting solutions services plant school research airport machinery tools"
)
"""May be the translation of a trade in another language."""
TRADE_ENDS = re.compile(
    r".*(?:therapie|opathie|padie|erei|management|manufaktur|technik|bau|handel|handels|werkstatt|betrieb|bedarf|service|system|systeme|planung|beratung|"
    r"agentur|praxis|kanzlei|pflege|reinigung|fabrik|verlag|schmiede|schlosserei|giesserei|weberei|"
    r"brauerei|kellerei|gartnerei|molkerei|kaserei|muhle|verarbeitung|bearbeitung|veredelung|vertrieb|vermietung|verleih|"
    r"montage|montagen|anlagen|apparate|maschinen|werkzeuge|gerate|mobel|kuchen|fahrzeuge|automobile|"
    r"elektronik|optik|akustik|mechanik|druck|medien|media|design|grafik|studio|film|foto|reisen|touristik|"
    r"transporte|spedition|logistik|lagerung|entsorgung|recycling|shop|center|"
    r"(?:auto|mobel|gast|kauf|kranken|sanitats|reform|mode|system|brau)haus|(?:gast|bau|reiter|guts)hof|"
    r"apotheke|kasse|schule|akademie|klinik|arzt|dienst|dienste|sicherheit|schutz|installation|"
    r"isolierung|dammung|fliesen|parkett|fenster|turen|rolladen|metall|kunststoff|kunststoffe|papier|"
    r"verpackung|verpackungen|textil|textilien|schuhe|lebensmittel|feinkost|getranke|"
    r"backerei|metzgerei|fleischerei|gase|chemie|pharma|labor|software|solutions|consulting)"
)
TRADE_STARTS = re.compile(
    r"(?!.*(?:mann|berg|thal|stein|bach|feld|ert|inger)$)(?:elektro|metall|holz|stahl|maschinen|auto|sanitar|heizung|dach|"
    r"maler|garten|landschafts|blumen|fahrrad|zweirad|reise|immobilien|versicherung|steuer|rechts|zahn|tierarzt|arzt|pharma|"
    r"medizin|sport|fitness|mobel|kuchen|textil|druck|werbe|medien|spedition|transport|tiefbau|hochbau|strassenbau|"
    r"kunststoff|werkzeug|papier|getranke|fleischer|agrar|forst|solar|energie|umwelt|wasser|kalte|klima|hydraulik|"
    r"pneumatik|antriebs|industrie|technische|labor|kaffee|schuh|uhren|schmuck|spiel|lampen|leuchten|farben|foto|film|musik|klavier|orgel|boots)\w*"
)
