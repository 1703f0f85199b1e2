"""Names of people, houses and towns that many bear; folded as everywhere here."""

from __future__ import annotations

from common.customers.vocabulary import groups, listed

COMMON_NAMES = listed(
    "post adler lowe lowen krone sonne hirsch hirschen linde lamm engel ochsen rossle traube schwan schwanen park "
    "bahnhof zentral central schloss brucke kreuz stern sonnen rose rosen anker bar baren sonnenschein regenbogen "
    "heilig geist zwergenland goethe schiller pestalozzi waldblick seeblick alpenblick roma venezia napoli sonnenhof "
    "lindenhof"
)
"""Names that houses have everywhere."""
SURNAMES = listed(
    "muller schmidt schneider fischer weber meyer wagner becker schulz hoffmann schafer koch bauer richter klein wolf "
    "schroder neumann schwarz zimmermann braun kruger hofmann hartmann lange schmitt werner schmitz krause meier "
    "lehmann schmid schulze maier kohler herrmann konig walter mayer huber kaiser fuchs peters lang scholz moller "
    "weiss jung hahn schubert vogel friedrich keller gunther frank berger winkler roth beck lorenz baumann franke "
    "albrecht schuster simon ludwig bohm winter kraus martin schumacher kramer vogt stein jager otto sommer gross "
    "seidel heinrich brandt haas schreiber graf schulte dietrich ziegler kuhn pohl engel horn busch bergmann thomas "
    "voigt sauer arnold wolff pfeiffer ernst hubner kruse jansen petersen hansen christiansen nielsen lindner hermann "
    "ritter schilling seifert bock barth steiner moser gruber pichler egger mayr hofer leitner eder brunner auer "
    "lechner wimmer sutter frei meili gerber ammann bachmann steinmann decker brauer kremer geiger nowak kowalski "
    "novak janssen hermanns beyer bayer maurer reuter ott dorn fink hess heinz kern zeller"
)
FIRST_NAMES = listed(
    "peter hans klaus wolfgang jurgen michael thomas andreas stefan stephan christian martin frank uwe bernd ralf "
    "dieter werner gerhard gunter gunther manfred horst helmut heinz karl kurt walter herbert josef joseph franz "
    "georg johann johannes anton alois ludwig max maximilian florian sebastian tobias daniel david alexander markus "
    "marcus matthias mathias oliver sven torsten thorsten jan jens jorg lars nils olaf dirk holger volker rainer "
    "reiner norbert hubert wilhelm friedrich fritz heinrich hermann ernst otto paul rudolf richard robert simon felix "
    "lukas jonas julian philipp patrick dennis kevin marcel rene mario marco anna maria eva petra sabine susanne "
    "monika andrea claudia birgit christine christina katrin kathrin karin heike anja stefanie stephanie nicole julia "
    "sandra barbara brigitte ursula renate helga ingrid gisela elisabeth margarete martina angelika gabriele silke "
    "sonja tanja ute ulrike ulrich erich erwin egon gustav adolf konrad arthur albert alfred eduard emil eugen "
    "ferdinand gottfried hugo jakob leo leonhard lothar moritz oskar reinhard reinhold roland siegfried theodor "
    "viktor lisa laura lena sarah katharina johanna ahmet mehmet ali mustafa hasan giovanni giuseppe luca marek piotr "
    "jean pierre john william james tom tim kai ben paula nele emma elena olga igor ivan dragan maik mike jorn ingo "
    "bernhard bernard gregor georgios ricarda sibylle silvia sylvia astrid beate bettina carola carmen corinna "
    "cornelia daniela doris dagmar edith ellen eckhard eberhard detlef ekkehard armin arne axel benjamin carsten "
    "karsten christoph hartmut heiko henning hendrik joachim jochen marc manuel marion melanie nadine nina roswitha "
    "simone steffen susann waltraud wilfried winfried cem murat yusuf onno anke antje annette annegret almut alina "
    "alexandra amelie angela anneliese annika arnd arndt bastian berthold bjorn bodo britta burkhard clemens "
    "constanze cordula denise dietmar dominik dorothea elke elfriede emine erika ernestine evelyn fabian fatma finn "
    "frieda friederike gabi gert gerda gudrun guido gunnar hannah hannelore harald harry hedwig heidi helene helmuth "
    "hilde hildegard hilmar ilona ilse ina ines inge irene iris irmgard isabel ivo jana janina jasmin jessica "
    "jonathan jose juan judith juliane jutta karina karola kerstin kirsten klara kristin kristina lea leon leonie "
    "lilli linda lore lorenz luise luisa magdalena maike manuela mara marcin margit margot marianne marina marius "
    "marlene mathilde maren meike melina merle miriam mirko mona nadja natalie natascha nico niklas nora ottmar otmar "
    "pascal paulina pavel peer pia pius rebecca regina reinhardt renata ria rita robin roger roman romy rosa "
    "rosemarie ruth sabrina sascha sepp sigrid solveig sophia sophie stella svenja swen sylke tatjana thea theresa "
    "thilo timo tina tomas toni traudl udo ulla urs uta valentin vanessa vera verena viktoria vincent viola vladimir "
    "waldemar walburga wendelin wiebke willi willy wolf wolfram xaver yvonne zoe"
)

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
TOWNS = {other: town for town, others in groups(_TOWNS) for other in others.split()}
