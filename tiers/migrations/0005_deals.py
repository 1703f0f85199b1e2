"""Deals that are protected, won or proven change what tiers are earned; drafts do not."""

from django.db import migrations

ENROLLED = "program_id, id FROM partners_enrolment WHERE id = ANY($1)"
OF_DEAL = (
    "e.program_id, e.id FROM deals_deal deal JOIN partners_enrolment e ON e.id = deal.enrolment_id"
    " WHERE deal.id = ANY($1)"
)
OF_INVOICE = (
    "e.program_id, e.id FROM deals_dealproof proof JOIN deals_deal deal ON deal.id = proof.deal_id"
    " JOIN partners_enrolment e ON e.id = deal.enrolment_id WHERE proof.invoice_id = ANY($1)"
)
TRIGGERS = f"""
CREATE TRIGGER tiers_due AFTER UPDATE OF state ON deals_deal
    FOR EACH ROW EXECUTE FUNCTION tiers_due('enrolment_id', '{ENROLLED}');
CREATE TRIGGER tiers_due AFTER INSERT ON deals_dealproof
    FOR EACH ROW EXECUTE FUNCTION tiers_due('deal_id', '{OF_DEAL}');
CREATE TRIGGER tiers_due AFTER UPDATE OF state ON invoices_invoice
    FOR EACH ROW EXECUTE FUNCTION tiers_due('id', '{OF_INVOICE}');
"""
UNMARK = """
DROP TRIGGER tiers_due ON deals_deal;
DROP TRIGGER tiers_due ON deals_dealproof;
DROP TRIGGER tiers_due ON invoices_invoice;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("deals", "0001_initial"),
        ("invoices", "0002_files_forgotten_serials_returned"),
        ("tiers", "0004_tier_standing"),
    ]

    operations = [migrations.RunSQL(TRIGGERS, UNMARK)]
