"""Words of customers' names and what they say: folded as `common.companies.folded` does, umlauts as plain letters."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# --- legal forms ---------------------------------------------------------------------------------------------------

WRITTEN_OUT = re.compile(
    r"\b(?:gemeinnutzige )?gesellschaft mit beschrankter haftung\b|\bges(?:ellschaft)? m ?b ?h(?: und co ?kg)?\b"
    r"|\bmit beschrankter haftung\b|\bhaftungsbeschrankt\b|\bunternehmergesellschaft\b|\bpartnerschaftsgesellschaft\b"
    r"|\bgesellschaft burgerlichen rechts\b|\boffene handelsgesellschaft\b|\bkommanditgesellschaft(?: auf aktien)?\b"
    r"|\baktiengesellschaft\b|\beingetragene[rs]? (?:kauffrau|kaufmann|verein|genossenschaft)\b|\bauf aktien\b"
    r"|\b(?:korperschaft|anstalt|stiftung) (?:des|d) (?:offentlichen|off|o) (?:rechts|r)\b|\b[ka]d?or\b|\bpart ?g?(?: ?mbb)?\b"
    r"|\bmbb\b|\bsocieta (?:a responsabilita limitata|per azioni)\b|\bbesloten vennootschap\b|\bnaamloze vennootschap\b"
    r"|\bprivate limited company\b|\bpublic limited company\b|\bsociete anonyme\b|\bakciova spolecnost\b"
    r"|\bsociete a responsabilite limitee\b|\bspolka z ograniczona odpowiedzialnoscia\b|\blimited liability company\b"
)
SPELLED = tuple(
    (re.compile(spelled), form)
    for spelled, form in (
        (r"\be v\b|(?<=\w )ev$", "everein"), (r"\bg m b h\b|\bg mbh\b|\bgmb h\b", "gmbh"), (r"\be (?:k|kfm|kfr)\b", "ek"), (r"\be g$", "eg"),
        (r"\bs a r l\b", "sarl"), (r"\bs a s\b", "sas"), (r"\bs p a\b", "spa"), (r"\bs r l\b", "srl"), (r"\bsp z ?o ?o\b", "spzoo"),
        (r"\bs r o\b", "sro"), (r"\bd o o\b", "doo"), (r"\bb v\b", "bv"), (r"\bn v\b", "nv"), (r"\ba s$", "as"), (r"\ba g$", "ag"),
        (r"\bs a$", "sa"), (r"\bk g\b", "kg"), (r"\bo h g\b", "ohg"), (r"\bg b r\b", "gbr"), (r"\bl t d\b", "ltd"),
    )
)  # fmt: skip
FORMS = _words(
    "gmbh ggmbh mbh gesmbh kg kgaa ohg gbr ug ek ekfm ekfr ltd limited llc llp inc incorporated bv nv vof sarl sas sasu "
    "srl spzoo sro doo oy oyj aps kft zrt plc firma fa gesellschaft cokg gmbhco gag ggag eg everein eug invg partg partgmbb "
    "eigenbetrieb gkaor kor aor kdor ador corp corporation spolka sprl scop scea eurl nyrt bt"
)
FORMS_AT_THE_END = _words("ag co se sa as ab sl slu spa company zoo sp cie comp compagnie")
# Kinds of legal entity that one customer does not change between.
CLUBS = _words("everein eg")
TRADING = _words("gmbh kg ohg ug ek ag se kgaa ltd gesmbh mbh")
CONNECTORS = _words(
    "und and et u y e en der die das the of fur for von vom dem den des zu zur zum im in am an auf bei de la le les du del "
    "della di do da van het the ob by mit nr no nummer"
)
OWNER = _words("inh inhaber inhaberin inhaberfamilie geschaftsfuhrer geschaftsinhaber")
# What follows is another's name or a person: nothing of the customer's own name.
TAIL = re.compile(
    r"\b(?:c o|z ?hd|zu handen|vertreten durch|vormals|vorm|ehemals|ehem|fruher|formerly|fka|mitglied de[rs]|"
    r"ein unternehmen de[rs]|part of|member of)\b.*"
)
BRANCH = _words("niederlassung nl zweigniederlassung filiale aussenstelle standort geschaftsstelle zweigstelle werk betriebsstatte hauptsitz "
                "zentrale hauptverwaltung firmensitz branch office headquarters hq")  # fmt: skip
DEPARTMENTS = re.compile(
    r"(?:(?:it|edv|einkaufs|personal|rechts|vertriebs|marketing|technik|verwaltungs|bau|finanz)?abteilung|abt|einkauf|"
    r"zentraleinkauf|strategischer|referat|dezernat|fachbereich|fachdienst|sachgebiet|fachgebiet|geschaftsbereich|"
    r"hauptamt|haupt|personalamt|schulamt|schulverwaltungsamt|bauamt|hochbauamt|tiefbauamt|ordnungsamt|jugendamt|"
    r"sozialamt|kulturamt|umweltamt|liegenschaftsamt|kammerei|stadtkasse|stabsstelle|sekretariat|buchhaltung|"
    r"rechnungswesen|kreditorenbuchhaltung|rechnungseingang|beschaffung|beschaffungsstelle|vergabestelle|"
    r"geschaftsfuhrung|geschaftsleitung|personalwesen|rechenzentrum|hausmeisterei|procurement|purchasing|department|dept|"
    r"empfang|zentrale|\w*burgermeister(?:in)?|landrat|landratin|rektorat|direktion|accounts|facility|poststelle|amt|institut|lehrstuhl|fakultat|dienststelle|bereich|team)"
)
DEPARTMENT_SUBJECTS = _words(
    "it edv einkauf informatik digitalisierung organisation personal finanzen technik informationstechnik "
    "informationstechnologie schule schulen bildung bau bauen soziales kultur zentrale dienste service services "
    "payable management personalamt beschaffung verwaltung recht marketing vertrieb buchhaltung liegenschaften gebaudemanagement haupt amt"
)

# --- words that tell sister companies apart --------------------------------------------------------------------------

SISTERS = _words(
    "verwaltung holding beteiligung beteiligungen immobilien grundstuck grundstucke grundbesitz besitz vermogen "
    "vermogensverwaltung grundstucksverwaltung immobilienverwaltung hausverwaltung vertrieb produktion service services logistik leasing finance finanz "
    "finanzierung capital ventures invest investment investments stiftung forderverein freundeskreis export "
    "import nord sud ost west nordost nordwest sudost sudwest north south east west mitte international "
    "austria osterreich schweiz suisse switzerland frankreich france polska polen italia nederland "
    "benelux america usa europe europa asia ausbildung akademie academy personalservice personal "
    "unterstutzungskasse betriebsrat kantine versorgung netze netz energie bader verkehrsbetriebe verkehr entsorgung "
    "entwicklung forschung projekt projekte projektentwicklung recycling einkaufsgesellschaft montage "
    "komplementar geschaftsfuhrungs treuhand verpachtung vermietung handel ersatzteile rental rent care mobility"
)
FILLERS = _words(
    "gruppe group unternehmensgruppe firmengruppe deutschland germany partner familie family team shop online "
    "unternehmen betrieb betriebe betriebs werke konzern traditionell meisterbetrieb fachbetrieb fachgeschaft spezialist "
    "kollegen kollege associates official seit gegr gegrundet ihr ihre dein unser freie freier freies herr herrn frau dr prof dipl ing med dent "
    "mag jun jr sen sr sohn sohne sohnen tochter tochtern nachf nachfolger erben gmbh co stadtische stadtischer stadtisches stadtischen "
    "staatliche staatlicher staatliches kommunale kommunales offentliche offentlicher offentliches"
)

# --- one word for many -----------------------------------------------------------------------------------------------

_SAME_WORDS = """
stadt: stadtverwaltung magistrat rathaus burgermeister oberburgermeister burgermeisteramt landeshauptstadt hansestadt
  kreisstadt universitatsstadt kurstadt gemeinde gemeindeverwaltung gemeindeamt stadtgemeinde marktgemeinde
  marktverwaltung stadtrat gemeinderat city town municipality bergstadt lutherstadt barockstadt domstadt
  verwaltungsgemeinde oberburgermeisterin burgermeisterin ortsgemeinde ville mairie commune comune ayuntamiento gmina hauptstadt bundeshauptstadt stadtamt magistratsverwaltung
landkreis: kreis kreises landkreises kreisverwaltung landratsamt kreisausschuss landrat kreistag landratin
stiftung: foundation fondation fundacion
universitat: uni university universite universiteit universita univ
technische_universitat: tu
fachhochschule: fh
hochschule: hs
volkshochschule: vhs
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
elektro: elektrotechnik elektroinstallation elektroinstallationen elektrobau elektroanlagen elektroservice elektriker elt elektrik elektromeister elektrobetrieb
maschinenbau: masch maschinenfabrik maschinen maschb
bau: bauunternehmung bauunternehmen baugesellschaft hochbau baubetrieb bauges baugeschaft hoch tiefbau
sanitar: sanitartechnik installateur haustechnik heizung heizungsbau gebaudetechnik heizungstechnik klempnerei installation hls shk heizungen
dach: dachdecker dachdeckerei bedachungen dachdeckermeister bedachung dachtechnik
maler: malerbetrieb malerei malermeister malerfachbetrieb malergeschaft
schreinerei: tischlerei schreiner tischler mobelwerkstatt mobeltischlerei bautischlerei bauschreinerei schreinermeister tischlermeister
backerei: backer backwaren backhaus backstube konditorei feinbackerei bakery
metzgerei: fleischerei metzger fleischer schlachterei fleischwaren landmetzgerei
autohaus: auto automobile automobil autohandel autos kfz autocenter automobilhandel
werkstatt: autowerkstatt kfzwerkstatt kfzservice autoreparatur
spedition: transporte transport speditions speditionsgesellschaft fuhrunternehmen kraftverkehr trans
steuerberatung: steuerberater steuerberaterin steuerkanzlei steuerberatungsgesellschaft steuerburo stb steuerberatungskanzlei
anwaltskanzlei: rechtsanwalte rechtsanwalt rechtsanwaltin kanzlei ra anwalte anwalt rechtsanwaltskanzlei rechtsanwaltsgesellschaft rae
zahnarzt: zahnarztpraxis zahnarzte zahnarztin zahnmedizin dentalpraxis
arztpraxis: praxis arzt arztin hausarztpraxis gemeinschaftspraxis hausarzt facharztpraxis mvz
tierarzt: tierarzte tierarztpraxis tierarztin tierklinik
friseur: friseursalon haarstudio coiffeur hairdesign salon friseure haarstube
druckerei: druck druckhaus print offsetdruck buchdruckerei
gartenbau: galabau garten landschaftsbau gartengestaltung gartenbaubetrieb gartnerei gartentechnik landschaftsgartner
metallbau: schlosserei metalltechnik metall stahlbau metallverarbeitung metallwaren
gasthof: gasthaus gaststatte restaurant wirtshaus landgasthof landgasthaus ristorante trattoria wirtschaft pizzeria gastronomie speisegaststatte brauhaus
hotel: hotelbetrieb hotels hotelbetriebs hotelbetriebsgesellschaft hotelgesellschaft landhotel
altenheim: seniorenheim pflegeheim seniorenzentrum seniorenresidenz altenpflegeheim seniorenstift altenzentrum seniorenhaus pflegezentrum
pflegedienst: pflege ambulanter ambulante sozialstation
gebaudereinigung: reinigung reinigungsservice gebaudeservice reinigungsdienst
versicherung: versicherungen versicherungsagentur versicherungsmakler versicherungsburo
apotheke: apotheken pharmacy
edv: it informatik computer systemhaus itk software datentechnik informationstechnik computertechnik ict softwareentwicklung itservice itsysteme edvservice informationssysteme
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
_EXACT = _words(
    "stadt landkreis universitat technische_universitat fachhochschule hochschule volkshochschule grundschule gymnasium "
    "realschule kindertagesstatte arbeiterwohlfahrt feuerwehr universitatsklinikum katholische evangelische gebruder "
    "stiftung sankt genossenschaft international deutschland und krankenhaus"
)
for _line in re.sub(r"\n +", " ", _SAME_WORDS).strip().splitlines():
    _first, _others = _line.split(":")
    if _first in _EXACT:
        SYNONYMS |= dict.fromkeys(_others.split(), _first)
    else:
        for _other in (_first, *_others.split()):
            TRADES.setdefault(_other, _first)
PHRASES = {
    "univ klinik": "uniklinik", "universitats klinik": "uniklinik", "universitats klinikum": "uniklinik", "ing buro": "ingenieurburo", "technische universitat": "tu", "technischen universitat": "tu", "technische hochschule": "th", "technical university": "tu",
    "deutsches rotes kreuz": "drk", "deutschen roten kreuzes": "drk", "rotes kreuz": "drk",
    "arbeiter samariter bund": "asb", "technisches hilfswerk": "thw", "industrie und handelskammer": "ihk",
    "handwerkskammer": "hwk", "freiwillige feuerwehr": "feuerwehr", "allgemeine ortskrankenkasse": "aok", "medizinisches versorgungszentrum": "mvz",
    "christlicher verein junger menschen": "cvjm", "vr bank": "vrbank", "volksbank raiffeisenbank": "vrbank",
    "raiffeisen volksbank": "vrbank", "volksbank und raiffeisenbank": "vrbank", "grosse kreisstadt": "stadt", "freie und hansestadt": "stadt", "freie hansestadt": "stadt",
    "evangelisch lutherische": "evangelische", "nordrhein westfalen": "nrw", "baden wurttemberg": "bw", "rheinland pfalz": "rlp", "mecklenburg vorpommern": "mv", "schleswig holstein": "sh", "ev luth": "evangelische", "ev lutherische": "evangelische",
    "romisch katholische": "katholische", "rom kath": "katholische", "ev evangelische": "evangelische",
    "kindertages statte": "kita", "berufs bildende schule": "bbs", "berufsbildende schulen": "bbs", "berufsbildende schule": "bbs",
    "allgemeiner deutscher automobil club": "adac", "kraftfahrzeug": "kfz", "stadt verwaltung": "stadtverwaltung", "landkreis kreisverwaltung": "landkreis",
    "informations technologie": "it", "senioren zentrum": "seniorenzentrum", "technischer uberwachungsverein": "tuv",
}  # fmt: skip
"""Whole phrases and what is written for them."""
INSTITUTIONS = _words(
    "stadt landkreis stadtwerke gemeindewerke kreiswerke sparkasse kreissparkasse stadtsparkasse volksbank "
    "raiffeisenbank vrbank gymnasium grundschule realschule hauptschule mittelschule gesamtschule oberschule "
    "berufsschule berufskolleg forderschule sekundarschule schule hochschule fachhochschule universitat "
    "technische_universitat volkshochschule musikschule krankenhaus universitatsklinikum kindertagesstatte "
    "feuerwehr freiwillige polizei amtsgericht landgericht finanzamt arbeitsamt jobcenter agentur arbeit "
    "kirchengemeinde pfarramt pfarrgemeinde pfarrei kirche dekanat kreisverband ortsverband ortsverein "
    "landesverband handwerkskammer handelskammer industrie ihk hwk arztekammer sportverein turnverein tsv tus "
    "sv fc vfl vfb stadtbucherei bibliothek stadtbibliothek museum theater stadttheater wohnbau wohnungsbau "
    "wohnungsbaugesellschaft wohnungsgenossenschaft baugenossenschaft zweckverband wasserverband abwasserverband "
    "abwasserzweckverband wasserversorgung verbandsgemeinde samtgemeinde verwaltungsgemeinschaft amt bezirksamt "
    "bezirk markt marktapotheke stadtapotheke rathausapotheke lowenapotheke campingplatz freibad hallenbad "
    "bauhof kreiskrankenhaus kreisklinik kreiskliniken stadtkrankenhaus diakonie caritas caritasverband tafel arbeiterwohlfahrt drk rotes kreuz "
    "deutsches katholische evangelische sankt friedhof wasserwerk genossenschaft lebenshilfe tierheim jugendherberge "
    "sozialstation maschinenring landwirtschaftskammer messe flughafen hafen technische technisches bundesamt landesamt ministerium "
    "staatskanzlei landtag kreis regionalverband berufsgenossenschaft innung kreishandwerkerschaft "
    "stadtverband ortsgruppe jugendzentrum eigenbetrieb "
    "schutzenverein musikverein gesangverein heimatverein gewerbeverein verein club verband bank"
)
# Ends and beginnings of words that say what somebody does.
TRADE_WORDS = _words(
    "juwelier notar notare notariat pension cafe bistro bar imbiss kiosk eiscafe pizzeria fahrrad zweirad reifen optiker "
    "augenoptik horgerate horakustik floristik blumen moden schuhe buchhandel tankstelle kino fliesen kamine ofen treppen naturstein "
    "steinmetz bestattungen bestatter bestattung hebamme kosmetik nagelstudio tattoo fitness yoga reitstall campingplatz "
    "ferienwohnung ferienwohnungen ferienhaus appartements gestut baumschule baumschulen gartencenter sagewerk ziegelei "
    "kieswerk beton transportbeton kies zement patentanwalte management facility galerie atelier manufaktur werft fonds club "
    "institut kinderarzt augenarzt hausarzt orthopadie ergotherapie heilpraktiker architekten statik vermessung "
    "gutachter sachverstandiger makler personal zeitarbeit hausmeister schlusseldienst taxi garage carrosserie spenglerei "
    "installationen sattlerei schneiderei waschanlage waschsalon textilpflege copyshop tonstudio catering eventlocation events "
    "restauration antiquitaten second hand trachten kerzen teeladen hofladen bioladen dorfladen weine vinothek systems engineering "
    "technologies technology trading foods logistics trans shipping partners capital consultants consulting roofing plumbing"
)
ENGLISH = _words(
    "engineering systems technologies technology trading foods logistics shipping partners capital consultants consulting "
    "solutions services plant school research airport machinery tools software group hotel hospital"
)
"""May be the translation of a trade in another language."""
TRADE_ENDS = re.compile(
    r".*(?:therapie|opathie|padie|erei|management|manufaktur|technik|bau|handel|handels|werk|werke|werkstatt|betrieb|bedarf|service|system|systeme|planung|beratung|"
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

# --- people ----------------------------------------------------------------------------------------------------------

COMMON_NAMES = _words(
    "post adler lowe lowen krone sonne hirsch hirschen linde lamm engel ochsen rossle traube schwan schwanen park bahnhof "
    "zentral central schloss brucke kreuz stern sonnen rose rosen anker bar baren sonnenschein regenbogen heilig geist "
    "zwergenland goethe schiller pestalozzi waldblick seeblick alpenblick roma venezia napoli sonnenhof lindenhof"
)
"""Names that houses have everywhere."""
SURNAMES = _words(
    "muller schmidt schneider fischer weber meyer wagner becker schulz hoffmann schafer koch bauer richter klein wolf "
    "schroder neumann schwarz zimmermann braun kruger hofmann hartmann lange schmitt werner schmitz krause meier lehmann "
    "schmid schulze maier kohler herrmann konig walter mayer huber kaiser fuchs peters lang scholz moller weiss jung hahn "
    "schubert vogel friedrich keller gunther frank berger winkler roth beck lorenz baumann franke albrecht schuster "
    "simon ludwig bohm winter kraus martin schumacher kramer vogt stein jager otto sommer gross seidel heinrich brandt "
    "haas schreiber graf schulte dietrich ziegler kuhn kuhn pohl engel horn busch bergmann thomas voigt sauer arnold "
    "wolff pfeiffer bauer ernst hubner kruse jansen petersen hansen christiansen nielsen lindner hermann ritter schilling "
    "seifert bock barth steiner moser gruber pichler egger mayr hofer leitner eder fuchs brunner auer lechner wimmer "
    "sutter frei meili gerber ammann bachmann steinmann decker brauer kremer geiger nowak kowalski novak janssen "
    "hermanns beyer bayer maurer reuter ott dorn fink hess heinz kern zeller"
)
FIRST_NAMES = _words(
    "peter hans klaus wolfgang jurgen michael thomas andreas stefan stephan christian martin frank uwe bernd ralf dieter "
    "werner gerhard gunter gunther manfred horst helmut heinz karl kurt walter herbert josef joseph franz georg johann "
    "johannes anton alois ludwig max maximilian florian sebastian tobias daniel david alexander markus marcus matthias "
    "mathias oliver sven torsten thorsten jan jens jorg lars nils olaf dirk holger volker rainer reiner norbert hubert "
    "wilhelm friedrich fritz heinrich hermann ernst otto paul rudolf richard robert simon felix lukas jonas julian philipp patrick "
    "dennis kevin marcel rene mario marco anna maria eva petra sabine susanne monika andrea claudia birgit christine "
    "christina katrin kathrin karin heike anja stefanie stephanie nicole julia sandra barbara brigitte ursula renate "
    "helga ingrid gisela elisabeth margarete martina angelika gabriele silke sonja tanja ute ulrike ulrich erich erwin "
    "egon gustav adolf konrad arthur albert alfred eduard emil eugen ferdinand gottfried hugo jakob leo leonhard lothar "
    "moritz oskar reinhard reinhold roland siegfried theodor viktor lisa laura lena sarah katharina johanna "
    "ahmet mehmet ali mustafa hasan giovanni giuseppe luca marek piotr jean pierre john william james tom tim kai heinz ben paula nele emma elena olga igor ivan dragan maik mike jorn ingo bernhard bernard gregor georgios ricarda sibylle silvia sylvia astrid beate bettina carola carmen corinna cornelia daniela doris dagmar edith ellen ute eckhard eberhard detlef ekkehard armin arne axel benjamin carsten karsten christoph hartmut heiko henning hendrik joachim jochen marc manuel marion melanie nadine nina roswitha simone steffen susann waltraud wilfried winfried cem murat yusuf onno anke antje annette annegret almut alina alexandra amelie angela anneliese annika arnd arndt bastian berthold bettina bjorn bodo britta burkhard clemens constanze cordula denise dietmar dominik dorothea elke elfriede emine erika ernestine eva evelyn fabian fatma finn frieda friederike gabi gert gerda gudrun guido gunnar hannah hannelore hans harald harry hedwig heidi helene helmuth hilde hildegard hilmar ilona ilse ina ines inge irene iris irmgard isabel ivo jana janina jasmin jessica jonathan jose juan judith juliane jutta karina karl karola kerstin kirsten klara kristin kristina lea leon leonie lilli linda lore lorenz luise luisa magdalena maike manuela mara marcin margit margot marianne marina marius marlene mathilde maren meike melina merle miriam mirko mona nadja natalie natascha nico niklas nils nora ottmar otmar pascal paulina pavel peer pia pius rebecca regina reinhardt renata ria rita robin roger roman romy rosa rosemarie ruth sabrina sascha sepp siegfried sigrid silke solveig sophia sophie stella svenja swen sylke tanja tatjana thea theresa thilo timo tina tobias tomas toni traudl udo ulla urs uta valentin vanessa vera verena viktoria vincent viola vladimir waldemar walburga wendelin wiebke willi willy wolf wolfram xaver yvonne zoe"
)

# --- places ----------------------------------------------------------------------------------------------------------

_TOWNS = """
munchen: munich monaco minga
koln: cologne colonia keulen
nurnberg: nuremberg norimberga
wien: vienna vienne viden
zurich: zurigo zuerich zurch
genf: geneva geneve ginevra
basel: basle bale basilea
bern: berne berna
luzern: lucerne lucerna
hannover: hanover
braunschweig: brunswick
frankfurt: francfort francoforte frankfort ffm
aachen: aix akwizgran
mainz: mayence magonza
trier: treves
regensburg: ratisbon
augsburg: augusta
hamburg: hambourg amburgo
berlin: berlino
dresden: dresde drezno
leipzig: lipsia lipsk
koblenz: coblenz
konstanz: constance
prag: praha prague praga
warschau: warszawa warsaw varsovie
breslau: wroclaw
danzig: gdansk
krakau: krakow cracow
posen: poznan
stettin: szczecin
mailand: milano milan
rom: roma rome
venedig: venezia venice
florenz: firenze florence
turin: torino
bozen: bolzano
neapel: napoli naples
brussel: bruxelles brussels
antwerpen: antwerp anvers
luttich: liege luik
gent: ghent gand
brugge: bruges
denhaag: hague
kopenhagen: kobenhavn copenhagen
paris: parigi
strassburg: strasbourg
mulhausen: mulhouse
nizza: nice
lissabon: lisboa lisbon
athen: athens athina
bukarest: bucuresti bucharest
budapest: budapeszt
pressburg: bratislava
laibach: ljubljana
agram: zagreb
moskau: moskva moscow
luxemburg: luxembourg
salzburg: salisburgo
innsbruck: innsbrucker
goteborg: gothenburg
brunn: brno
pilsen: plzen
"""
TOWNS: dict[str, str] = {}
for _line in _TOWNS.strip().splitlines():
    _first, _others = _line.split(":")
    TOWNS |= dict.fromkeys(_others.split(), _first)

ORDINALS = {
    "erste": "1", "erster": "1", "erstes": "1", "zweite": "2", "zweiter": "2", "zweites": "2", "dritte": "3",
    "zwei": "2", "drei": "3", "vier": "4", "funf": "5", "sechs": "6", "sieben": "7", "acht": "8", "zehn": "10", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "ten": "10", "dritter": "3", "drittes": "3", "vierte": "4", "vierter": "4", "viertes": "4", "funfte": "5", "funfter": "5",
    "sechste": "6", "siebte": "7", "achte": "8", "neunte": "9", "zehnte": "10", "ii": "2", "iii": "3", "iv": "4",
    "vi": "6", "vii": "7", "viii": "8", "ix": "9",
}  # fmt: skip
# How long words begin in an abbreviation.
PARTS = (
    "universitats", "kreis", "stadt", "spar", "volks", "raiffeisen", "kranken", "gemeinde", "verkehrs", "wohnungs",
    "bau", "versorgungs", "abwasser", "wasser", "kassen", "hoch", "fach", "grund", "real", "berufs", "bundes", "landes",
    "zweck", "energie", "nah", "sport", "turn", "kassenarztliche", "stahl", "maschinen", "metall", "elektro", "kunststoff", "anlagen", "betriebs",
)  # fmt: skip
