from pathlib import Path
from tests.sales.sending import ROWS, report

OUT = Path("/tmp/shots-sales")
OUT.mkdir(exist_ok=True)


def shot(w, name):
    w.page.screenshot(path=str(OUT / f"{name}.png"), full_page=True)
    try:
        w.see()
    except AssertionError as e:
        print("SEE", name, e)


def test_look(own_portal, windows, language, width, tmp_path):
    import psycopg

    with psycopg.connect(own_portal.database_url, autocommit=True) as c:
        c.execute("delete from mfa_authenticator")
    own_window = lambda mail: windows(own_portal, mail, language=language, width=width)
    w = own_window("channel_manager@example.com")
    L = f"{language}-{width}"

    def pic(n):
        shot(w, f"{n}-{L}")

    w.go("/vendor/lenovo/")
    pic("v-dash")
    w.go("/vendor/lenovo/reports/")
    pic("v-reports")
    w.go("/vendor/lenovo/reports/upload/")
    pic("v-upload")
    bad = tmp_path / "november-mit-einem-sehr-langen-namen-von-einem-distributor.csv"
    bad.write_bytes(
        report(
            ROWS[0],
            ROWS[1].replace(";2;", ";zwei;").replace("02.11.2026", "31.02.2026"),
            ROWS[2].replace("03.11.2026", "03.11.2027"),
        )
    )
    w.page.set_input_files("input[type=file]", str(bad))
    w.page.locator("main form button.btn-primary").click()
    w.page.wait_for_load_state()
    pic("v-refused")
    good = tmp_path / "november.csv"
    good.write_bytes(
        report(
            *ROWS,
            *[
                r.replace(
                    "K-1;Elbtal Systemhaus GmbH",
                    "K-99;Elbtal Handels- und Vertriebsgesellschaft für Netzwerktechnik mbH & Co. KG",
                ).replace("RE-", "RX-")
                for r in ROWS
            ],
            ROWS[0].replace("21HM", "NEU").replace("RE-1", "RE-6"),
        )
    )
    w.page.set_input_files("input[type=file]", str(good))
    w.page.locator("main form button.btn-primary").click()
    w.page.wait_for_load_state()
    pic("v-report")
    w.go("/vendor/lenovo/customers/")
    pic("v-customers")
    w.page.locator("main table a.row-link").first.click()
    w.page.wait_for_load_state()
    pic("v-customer")
    from sales.models import SaleLine

    w.go("/vendor/lenovo/sales/1/")
    pic("v-sale")
    w = own_window("reseller_owner@example.com")
    w.go("/partner/2B3C4D5F/")
    pic("p-dash")
    w.go("/partner/2B3C4D5F/sales/")
    pic("p-sales")
    w.go("/partner/2B3C4D5F/sales/?q=thinkpad&quarter=2026Q4")
    pic("p-sales-f")
    w = own_window("reporter@example.com")
    w.go("/distributor/allnet/")
    pic("d-reports")
    w.go("/distributor/allnet/upload/")
    pic("d-upload")
    w.page.locator("nav a").first
