"""What a domain, web address or e-mail address says about whose it is."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:/*", re.IGNORECASE)
_LABEL = re.compile(r"[^\W_](?:[\w-]*[^\W_])?")
_DOTS = str.maketrans({"。": ".", "．": ".", "｡": "."})


def _lines(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Addresses that anybody can get: they say nothing about the company behind them.
_FREE_MAIL = _lines(
    "1und1.de a1.net alice-dsl.de alice-dsl.net alice.de aol.com aol.de aon.at arcor.com arcor.de bluewin.ch "
    "bol.com.br btinternet.com chello.at compuserve.de cox.net drei.at email.de epost.de ewe.net ewetel.net "
    "fastmail.com fastmail.fm firemail.de free.fr freenet.com freenet.de genion.de gmail.com gmail.de gmx.at "
    "gmx.biz gmx.ch gmx.co.uk gmx.com gmx.de gmx.eu gmx.info gmx.li gmx.net gmx.org googlemail.com googlemail.de "
    "hanse.net hansenet.de hispeed.ch hotmail.at hotmail.ch hotmail.co.uk hotmail.com hotmail.de hotmail.fr "
    "hotmail.it htp-tel.de hushmail.com icloud.com inbox.lv inode.at ionos.de kabelbw.de kabelmail.de kabsi.at "
    "laposte.net libero.it list.ru live.at live.co.uk live.com live.de live.nl lycos.de mac.com magenta.de mail.com "
    "mail.de mail.ru mailbox.de mailbox.org me.com mein.gmx mnet-mail.de mnet-online.de msn.com msn.de my-mail.ch "
    "neomailbox.com netcologne.de nexgo.de o2.pl o2mail.de o2online.de ok.de onet.pl online.de online.no "
    "onlinehome.de orange.fr osnanet.de outlook.at outlook.com outlook.de outlook.fr pm.me posteo.de posteo.net "
    "proton.me protonmail.ch protonmail.com qq.com rocketmail.com seznam.cz sfr.fr sms.at sunrise.ch surfeu.de "
    "swissonline.ch swn-mail.de sympatico.ca t-online.at t-online.de tele2.de teleos-web.de telia.com tiscali.it "
    "tuta.io tutamail.com tutanota.com tutanota.de unity-mail.de unitybox.de utanet.at versanet.de versatel.de "
    "virgilio.it vodafone.de vodafonemail.de wanadoo.fr web.de wp.pl wtal.de yahoo.at yahoo.co.uk yahoo.com "
    "yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru ymail.com zoho.com zohomail.eu"
)
# Who has a place here shares the domain with strangers: builders of sites, shops, networks, directories, portals of
# states and towns, of schools and churches. One label in front of it may still be somebody's own.
_SHARED = _lines(
    "business.site jimdo.com jimdo.de jimdofree.com jimdosite.com wix.com wixsite.com wordpress.com wordpress.de "
    "blogspot.com blogspot.de blogger.com weebly.com squarespace.com webnode.com webnode.de webnode.page webnode.ch "
    "webnode.at webnode.fr webnode.it webflow.io site123.me strikingly.com godaddysites.com myshopify.com shopify.com "
    "shopware.store github.io gitlab.io netlify.app vercel.app pages.dev web.app firebaseapp.com herokuapp.com "
    "azurewebsites.net onmicrosoft.com sharepoint.com cloudfront.net amazonaws.com notion.site odoo.com tumblr.com "
    "medium.com substack.com chayns.site chayns.net beepworld.de npage.de repage.de repage2.de de.tl "
    "homepage-baukasten.de page4.com page4.me cms4people.de hpage.com hpage.de homepage.t-online.de mystrikingly.com "
    "kundenserver.de strato-hosting.eu ionos.space sites.google.com bund.de bundeswehr.org bayern.de "
    "baden-wuerttemberg.de bwl.de berlin.de brandenburg.de bremen.de hamburg.de hessen.de mv-regierung.de "
    "niedersachsen.de nrw.de rlp.de saarland.de sachsen.de sachsen-anhalt.de schleswig-holstein.de thueringen.de "
    "gv.at admin.ch muenchen.de koeln.de stuttgart.de frankfurt.de dresden.de leipzig.de nuernberg.de hannover.de "
    "wien.at schule.bayern.de schule.bremen.de schule.de nds.schule nrw.schule logineo.nrw.schule schule.at "
    "schule.hessen.de schule.berlin.de schule.hamburg.de schule.sh schule.rlp.de schule-bw.de schule.thueringen.de "
    "schule.sachsen.de schulen-online.de schulportal.hessen.de schulverwaltung.hessen.de schulen.nrw.de schule.nrw.de "
    "logineo.nrw.de lernsax.de musin.de bildung-rp.de bildung-lsa.de bildung.hessen.de bildung.saarland.de iserv.de "
    "iserv.eu nibis.de educanet2.ch edu.at kita.de ekd.de elkb.de ekir.de ekvw.de evlka.de elkw.de kirche-bayern.de "
    "bistum-trier.de bistum.de erzbistum-koeln.de ebmuc.de drk.de awo.org caritas.de diakonie.de johanniter.de "
    "malteser.org feuerwehr.de vhs.de handwerk.de ihk.de"
)
# Networks and directories, whose pages stand behind the address: no part of it is anybody's own.
_PAGES = _lines(
    "hosteurope.de strato.de ionos.com host-it.de google.com google.de goo.gl g.page bit.ly tinyurl.com facebook.com "
    "facebook.de fb.com fb.me instagram.com linkedin.com xing.com youtube.com youtu.be twitter.com x.com tiktok.com "
    "pinterest.com pinterest.de whatsapp.com wa.me t.me telegram.me ebay.de ebay.com ebay-kleinanzeigen.de "
    "kleinanzeigen.de amazon.de amazon.com etsy.com booking.com airbnb.com airbnb.de tripadvisor.de tripadvisor.com "
    "doctolib.de jameda.de sanego.de mobile.de autoscout24.de immobilienscout24.de immowelt.de gelbeseiten.de "
    "11880.com dasoertliche.de dastelefonbuch.de meinestadt.de golocal.de cylex.de yelp.de yelp.com "
    "werkenntdenbesten.de provenexpert.com northdata.de wlw.de europages.de herold.at local.ch lieferando.de wolt.com "
    "speisekarte.de linktr.ee carrd.co"
)
_PORTS = re.compile(r":\d*$")


@cache
def _suffixes() -> PublicSuffixList:
    """Read once, from the copy that comes with the package."""
    return PublicSuffixList()


def host(address: str) -> str:
    """The host of a domain, web address or e-mail address, in lower case as Unicode; empty if there is none."""
    told = re.split(r"[\s,;<>|()\"']+", unicodedata.normalize("NFKC", address).translate(_DOTS).lower())
    text = next((each for sign in "@." for each in told if sign in each), "")
    text = _SCHEME.sub("", text) if "://" in text or text.startswith("mailto:") else text.lstrip("/")
    text = re.split(r"[/?#\\]", text, maxsplit=1)[0].rsplit("@", 1)[-1]
    text = _PORTS.sub("", text).strip(".")
    labels = [_unicode(label) for label in text.split(".")]
    if len(labels) < 2 or labels[-1].isdigit() or not all(_LABEL.fullmatch(label) for label in labels):
        return ""
    return ".".join(labels)


def _unicode(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return unicodedata.normalize("NFKC", label[4:].encode("ascii").decode("punycode")).lower()
    except (UnicodeError, ValueError):
        return label


def _ascii(name: str) -> str:
    labels = (
        label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}" for label in name.split(".")
    )
    return ".".join(labels)


@lru_cache(maxsize=10_000)
def own_domain(address: str) -> str:
    """What was registered by whoever stands behind an address: the domain without hosts and services in front of it.

    Empty where it says nothing: free mail, the bare address of a platform, no domain at all. A site on a platform is
    its owner's: "mueller.jimdosite.com".
    """
    name = host(address)
    if not name or ("@" in address and name in _SHARED):
        return ""
    labels = name.split(".")
    if labels[0] in ("www", "ww", "www2", "m") and len(labels) > 2:
        labels = labels[1:]
        name = ".".join(labels)
    for start in range(len(labels)):
        if ".".join(labels[start:]) in _SHARED:
            return ".".join(labels[start - 1 :]) if start else ""
    found = _suffixes().privatesuffix(_ascii(name))
    if found is None:
        return ""
    own = ".".join(labels[-(found.count(".") + 1) :])
    return "" if own in _FREE_MAIL or own in _PAGES else own


def label(domain: str) -> str:
    """What an own domain is called, without the suffix and hyphens: "mueller-bau.de" is "muellerbau"."""
    return "" if not domain else re.sub(r"[^\w]|_", "", domain.split(".")[0])
