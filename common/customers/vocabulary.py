"""Words of customers' names and what they say: folded as `common.companies.folded` does, umlauts as plain letters."""

from __future__ import annotations

import re


def listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


def groups(text: str) -> list[tuple[str, str]]:
    """Lines of "word: what stands for it"; what is indented goes on."""
    lines = re.sub(r"\n +", " ", text).strip().splitlines()
    return [(word, others.strip()) for word, others in (line.split(":") for line in lines)]


# --- legal forms ---------------------------------------------------------------------------------------------------

WRITTEN_OUT = re.compile(
    r"\b(?:gemeinnutzige )?gesellschaft m(?:it)? beschr(?:ankter)? haftung\b"
    r"|\bges(?:ellschaft)? m ?b ?h(?: und co ?kg)?\b|\bm(?:it)? beschr(?:ankter)? haftung\b"
    r"|\bhaftungsbeschrankt\b|\bunternehmergesellschaft\b"
    r"|\bpartnerschaftsgesellschaft\b"
    r"|\bgesellschaft burgerlichen rechts\b|\boffene handelsgesellschaft\b|\bkommanditgesellschaft(?: auf aktien)?\b"
    r"|\baktiengesellschaft\b|\beingetragene[rs]? (?:kauffrau|kaufmann|genossenschaft)\b|\bauf aktien\b"
    r"|\b(?:korperschaft|anstalt|stiftung) (?:des|d) (?:offentlichen|off|o) (?:rechts|r)\b|\b[ka]d?or\b"
    r"|\bpart ?g?(?: ?mbb)?\b|\bmbb\b|\bsocieta (?:a responsabilita limitata|per azioni)\b"
    r"|\bbesloten vennootschap\b|\bnaamloze vennootschap\b"
    r"|\bprivate limited company\b|\bpublic limited company\b|\bsociete anonyme\b|\bakciova spolecnost\b"
    r"|\bsociete a responsabilite limitee\b|\bspolka z ograniczona odpowiedzialnoscia\b|\blimited liability company\b"
)
SPELLED = tuple(
    (re.compile(spelled), form)
    for spelled, form in (
        (r"\be v\b|(?<=\w )ev$|\beingetragene[rn]? verein\b", "everein"),
        (r"\bg m b h\b|\bg mbh\b|\bgmb h\b", "gmbh"),
        (r"\be (?:k|kfm|kfr)\b", "ek"),
        (r"\be g$", "eg"),
        (r"\bs a r l\b", "sarl"),
        (r"\bs a s\b", "sas"),
        (r"\bs p a\b", "spa"),
        (r"\bs r l\b", "srl"),
        (r"\bsp z ?o ?o\b", "spzoo"),
        (r"\bs r o\b", "sro"),
        (r"\bd o o\b", "doo"),
        (r"\bb v\b", "bv"),
        (r"\bn v\b", "nv"),
        (r"\ba s$", "as"),
        (r"\ba g$", "ag"),
        (r"\bs a$", "sa"),
        (r"\bk g\b", "kg"),
        (r"\bo h g\b", "ohg"),
        (r"\bg b r\b", "gbr"),
        (r"\bl t d\b", "ltd"),
    )
)
FORMS = listed(
    "gmbh ggmbh mbh gesmbh kg kgaa ohg gbr ug ek ekfm ekfr ltd limited llc llp inc incorporated bv nv vof sarl sas "
    "sasu srl spzoo sro doo oy oyj aps kft zrt plc firma fa gesellschaft cokg gmbhco gag ggag eg everein eug invg "
    "partg partgmbb eigenbetrieb gkaor kor aor kdor ador corp corporation spolka sprl scop scea eurl nyrt bt"
)
FORMS_AT_THE_END = listed("ag co se sa as ab sl slu spa company zoo sp cie comp compagnie")
# Kinds of legal entity that one customer does not change between.
CLUBS = listed("everein eg")
TRADING = listed("gmbh kg ohg ug ek ag se kgaa ltd gesmbh mbh")
CONNECTORS = listed(
    "und and et u y e en der die das the of fur for von vom dem den des zu zur zum im in am an auf bei de la le les "
    "du del della di do da van het ob by mit nr no nummer"
)
OWNER = listed("inh inhaber inhaberin inhaberfamilie geschaftsfuhrer geschaftsinhaber")
# What follows is another's name or a person: nothing of the customer's own name.
TAIL = re.compile(
    r"\b(?:c o|z ?hd|zu handen|vertreten durch|vormals|vorm|ehemals|ehem|fruher|formerly|fka|mitglied de[rs]|"
    r"ein unternehmen de[rs]|part of|member of)\b.*"
)
BRANCH = listed(
    "niederlassung nl zweigniederlassung filiale aussenstelle standort geschaftsstelle zweigstelle "
    "betriebsstatte hauptsitz zentrale hauptverwaltung firmensitz branch office headquarters hq"
)
DEPARTMENTS = re.compile(
    r"(?:(?:it|edv|einkaufs|personal|rechts|vertriebs|marketing|technik|verwaltungs|bau|finanz)?abteilung|abt|einkauf|"
    r"zentraleinkauf|strategischer|referat|dezernat|fachbereich|fachdienst|sachgebiet|fachgebiet|geschaftsbereich|"
    r"hauptamt|haupt|personalamt|schulamt|schulverwaltungsamt|bauamt|hochbauamt|tiefbauamt|ordnungsamt|jugendamt|"
    r"sozialamt|kulturamt|umweltamt|liegenschaftsamt|kammerei|stadtkasse|stabsstelle|sekretariat|buchhaltung|"
    r"rechnungswesen|kreditorenbuchhaltung|rechnungseingang|beschaffung|beschaffungsstelle|vergabestelle|"
    r"geschaftsfuhrung|geschaftsleitung|personalwesen|rechenzentrum|hausmeisterei|procurement|purchasing|department|dept|"
    r"empfang|zentrale|\w*burgermeister(?:in)?|landrat|landratin|rektorat|direktion|accounts|facility|poststelle|amt|institut|lehrstuhl|fakultat|dienststelle|bereich|team)"
)
DEPARTMENT_SUBJECTS = listed(
    "it edv einkauf informatik digitalisierung organisation personal finanzen technik informationstechnik "
    "informationstechnologie schule schulen bildung bau bauen soziales kultur zentrale dienste service services "
    "payable management personalamt beschaffung verwaltung recht marketing vertrieb buchhaltung liegenschaften "
    "gebaudemanagement haupt amt"
)

# --- words that tell sister companies apart --------------------------------------------------------------------------

SISTERS = listed(
    "dienstleistung dienstleistungen "
    "verwaltung holding beteiligung beteiligungen immobilien grundstuck grundstucke grundbesitz besitz vermogen "
    "vermogensverwaltung grundstucksverwaltung immobilienverwaltung hausverwaltung vertrieb produktion service "
    "services logistik leasing finance finanz finanzierung capital ventures invest investment investments stiftung "
    "forderverein freundeskreis export import nord sud ost west nordost nordwest sudost sudwest north south east "
    "mitte international austria osterreich schweiz suisse switzerland frankreich france polska polen italia "
    "nederland benelux america usa europe europa asia ausbildung akademie academy personalservice personal "
    "unterstutzungskasse betriebsrat kantine versorgung netze netz energie bader verkehrsbetriebe verkehr entsorgung "
    "entwicklung forschung projekt projekte projektentwicklung recycling einkaufsgesellschaft montage komplementar "
    "geschaftsfuhrungs treuhand verpachtung vermietung handel ersatzteile rental rent care mobility"
)
SISTER_ENDS = re.compile(r".*(?:holding|beteiligung|beteiligungs|stiftung|vertrieb|verwaltung|besitz|treuhand)")
FILLERS = listed(
    "gruppe group unternehmensgruppe firmengruppe deutschland germany partner familie family team shop online "
    "unternehmen betrieb betriebe betriebs werke konzern traditionell meisterbetrieb fachbetrieb fachgeschaft "
    "spezialist kollegen kollege associates official seit gegr gegrundet ihr ihre dein unser freie freier freies herr "
    "herrn frau dr prof dipl ing med dent mag jun jr sen sr sohn sohne sohnen tochter tochtern nachf nachfolger erben "
    "gmbh co stadtische stadtischer stadtisches stadtischen staatliche staatlicher staatliches kommunale kommunales "
    "offentliche offentlicher offentliches"
)

# --- one word for many -----------------------------------------------------------------------------------------------

_PHRASES = """
uniklinik: klinikum der universitat, univ klinik, universitats klinik, universitats klinikum
ingenieurburo: ing buro
tu: technische universitat, technischen universitat, technical university
th: technische hochschule
drk: deutsches rotes kreuz, deutschen roten kreuzes, rotes kreuz
diakonie: diakonisches werk
asb: arbeiter samariter bund
thw: technisches hilfswerk
ihk: industrie und handelskammer
hwk: handwerkskammer
feuerwehr: freiwillige feuerwehr
aok: allgemeine ortskrankenkasse
mvz: medizinisches versorgungszentrum
cvjm: christlicher verein junger menschen
vrbank: vr bank, volksbank raiffeisenbank, raiffeisen volksbank, volksbank und raiffeisenbank
stadt: grosse kreisstadt, freie und hansestadt, freie hansestadt
evangelische: evangelisch lutherische, ev luth, ev lutherische, ev evangelische
nrw: nordrhein westfalen
bw: baden wurttemberg
rlp: rheinland pfalz
mv: mecklenburg vorpommern
sh: schleswig holstein
katholische: romisch katholische, rom kath
kita: kindertages statte
bbs: berufs bildende schule, berufsbildende schulen, berufsbildende schule
adac: allgemeiner deutscher automobil club
kfz: kraftfahrzeug
stadtverwaltung: stadt verwaltung
landkreis: landkreis kreisverwaltung
it: informations technologie
seniorenzentrum: senioren zentrum
tuv: technischer uberwachungsverein
"""
PHRASES = {phrase: short for short, phrases in groups(_PHRASES) for phrase in phrases.split(", ")}
ANY_PHRASE = re.compile(rf"(?<= )(?:{'|'.join(sorted(PHRASES, key=len, reverse=True))})(?= )")
"""Whole phrases and what is written for them."""
_NUMBERS = """
1: erste erster erstes
2: zweite zweiter zweites zwei two ii
3: dritte drei three dritter drittes iii
4: vier four vierte vierter viertes iv
5: funf five funfte funfter
6: sechs six sechste vi
7: sieben seven siebte vii
8: acht eight achte viii
9: neunte ix
10: zehn ten zehnte
"""
ORDINALS = {word: number for number, words in groups(_NUMBERS) for word in words.split()}
# How long words begin in an abbreviation.
PARTS = tuple(
    word
    for line in (
        "universitats kreis stadt spar volks raiffeisen kranken gemeinde verkehrs wohnungs bau versorgungs abwasser",
        "wasser kassen hoch fach grund real berufs bundes landes zweck energie nah sport turn kassenarztliche stahl",
        "maschinen metall elektro kunststoff anlagen betriebs",
    )
    for word in line.split()
)
