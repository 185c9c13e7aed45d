"""What constraints cannot say, triggers do: history is append-only, and `accepted` means two other people agreed."""

from django.db import migrations

APPEND_ONLY = ["itemevent", "revision", "review", "approval", "adjudication"]

FUNCTIONS = """
CREATE FUNCTION annotation_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION annotation_accepted_needs_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(DISTINCT person_id) FROM annotation_approval
        WHERE item_id = NEW.id AND round = NEW.round AND person_id IS DISTINCT FROM NEW.author_id) < 2 THEN
        RAISE EXCEPTION 'item % cannot be accepted: fewer than two people other than its author approved it', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'item_accepted_needs_two';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION annotation_never_judges_own() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE judge bigint := CASE TG_TABLE_NAME WHEN 'annotation_review' THEN (to_jsonb(NEW)->>'reviewer_id')::bigint
                                           ELSE (to_jsonb(NEW)->>'person_id')::bigint END;
BEGIN
    IF judge = (SELECT author_id FROM annotation_item WHERE id = NEW.item_id) THEN
        RAISE EXCEPTION 'nobody judges what they wrote: item %, person %', NEW.item_id, judge
            USING ERRCODE = 'check_violation', CONSTRAINT = 'never_judges_own';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER item_accepted_needs_two BEFORE INSERT OR UPDATE OF state ON annotation_item
    FOR EACH ROW WHEN (NEW.state = 'accepted' AND NOT NEW.is_control)
    EXECUTE FUNCTION annotation_accepted_needs_two();
CREATE TRIGGER review_never_of_own BEFORE INSERT ON annotation_review
    FOR EACH ROW EXECUTE FUNCTION annotation_never_judges_own();
CREATE TRIGGER approval_never_of_own BEFORE INSERT ON annotation_approval
    FOR EACH ROW EXECUTE FUNCTION annotation_never_judges_own();
"""

TRIGGERS = "".join(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON annotation_{table} "
    "FOR EACH ROW EXECUTE FUNCTION annotation_refuse_change();\n"
    for table in APPEND_ONLY
)

REVERSE = "".join(f"DROP TRIGGER {table}_append_only ON annotation_{table};\n" for table in APPEND_ONLY) + """
DROP TRIGGER item_accepted_needs_two ON annotation_item;
DROP TRIGGER review_never_of_own ON annotation_review;
DROP TRIGGER approval_never_of_own ON annotation_approval;
DROP FUNCTION annotation_refuse_change;
DROP FUNCTION annotation_accepted_needs_two;
DROP FUNCTION annotation_never_judges_own;
"""


class Migration(migrations.Migration):
    dependencies = [("annotation", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTIONS + TRIGGERS, REVERSE)]
