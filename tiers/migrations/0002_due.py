"""Whatever tiers depend on notes, in its own transaction, whom it concerns (`tiers.models.Due`)."""

from django.db import migrations

SALES = """
CREATE FUNCTION tiers_sales_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tiers_due (program_id, enrolment_id)
    SELECT program.id, e.id
    FROM (SELECT DISTINCT vendor_id, partner_id FROM new_lines) sold
    JOIN partners_enrolment e ON e.partner_id = sold.partner_id
    JOIN programs_program program ON program.id = e.program_id AND program.vendor_id = sold.vendor_id;
    RETURN NULL;
END $$;
CREATE TRIGGER tiers_sales_changed AFTER INSERT ON sales_saleline
    REFERENCING NEW TABLE AS new_lines FOR EACH STATEMENT EXECUTE FUNCTION tiers_sales_changed();
"""
NO_SALES = "DROP TRIGGER tiers_sales_changed ON sales_saleline; DROP FUNCTION tiers_sales_changed;"

# The first argument of a trigger names a column, the second whom a row with its value concerns.
CHANGED = """
CREATE FUNCTION tiers_due() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[] := ARRAY[(to_jsonb(OLD) ->> TG_ARGV[0])::bigint, (to_jsonb(NEW) ->> TG_ARGV[0])::bigint];
BEGIN
    EXECUTE 'INSERT INTO tiers_due (program_id, enrolment_id) SELECT DISTINCT ' || TG_ARGV[1] USING ids;
    RETURN NULL;
END $$;
"""
ENROLLED = "program_id, id FROM partners_enrolment WHERE %s = ANY($1)"
HOLDERS = (
    "e.program_id, e.id FROM partners_member member JOIN partners_enrolment e ON e.partner_id = member.partner_id"
    " WHERE member.user_id = ANY($1)"
)
OF_PROGRAM = "id, NULL::bigint FROM programs_program WHERE id = ANY($1)"
DEPENDED_ON = {
    "partners_member": ("partner_id", ENROLLED % "partner_id"),
    "partners_enrolmentstatus": ("enrolment_id", ENROLLED % "id"),
    "partners_enrolmenttier": ("enrolment_id", ENROLLED % "id"),
    "trainings_certificate": ("holder_id", HOLDERS),
    "trainings_training": ("program_id", OF_PROGRAM),
    "tiers_casestudy": ("enrolment_id", ENROLLED % "id"),
    "tiers_manualcheck": ("enrolment_id", ENROLLED % "id"),
    "tiers_tierdecision": ("enrolment_id", ENROLLED % "id"),
    "programs_tier": ("program_id", OF_PROGRAM),
    "programs_program": ("id", OF_PROGRAM),
}
TRIGGERS = "".join(
    f"CREATE TRIGGER tiers_due AFTER INSERT OR UPDATE OR DELETE ON {table}"
    f" FOR EACH ROW EXECUTE FUNCTION tiers_due('{column}', '{concerned}');\n"
    for table, (column, concerned) in DEPENDED_ON.items()
)
UNMARK = "".join(f"DROP TRIGGER tiers_due ON {table};\n" for table in DEPENDED_ON)


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0010_succession"),
        ("programs", "0006_tiers"),
        ("sales", "0003_golive"),
        ("trainings", "0001_initial"),
        ("tiers", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(SALES, NO_SALES),
        migrations.RunSQL(CHANGED + TRIGGERS, UNMARK + "DROP FUNCTION tiers_due;"),
    ]
