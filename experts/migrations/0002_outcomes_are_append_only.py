"""An outcome is a final judgement: standing is recomputed from all of them, so none may change or vanish."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION experts_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER outcome_append_only BEFORE UPDATE OR DELETE ON experts_outcome
    FOR EACH ROW EXECUTE FUNCTION experts_refuse_change();
"""

REVERSE = """
DROP TRIGGER outcome_append_only ON experts_outcome;
DROP FUNCTION experts_refuse_change;
"""


class Migration(migrations.Migration):
    dependencies = [("experts", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
