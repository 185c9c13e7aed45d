"""What moved a person's standing, and the rules it moved by, are history too."""

from django.db import migrations

APPEND_ONLY = ["standingchange", "projectrule"]

TRIGGERS = "".join(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON experts_{table} "
    "FOR EACH ROW EXECUTE FUNCTION experts_refuse_change();\n"
    for table in APPEND_ONLY
)
REVERSE = "".join(f"DROP TRIGGER {table}_append_only ON experts_{table};\n" for table in APPEND_ONLY)


class Migration(migrations.Migration):
    dependencies = [("experts", "0003_standing_of_people")]
    operations = [migrations.RunSQL(TRIGGERS, REVERSE)]
