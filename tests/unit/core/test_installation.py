import json

import pytest

from core.installation import ml_status


@pytest.mark.parametrize(
    ("state", "says"), [("installing", "being installed"), ("loading", "loading"), ("failed", "not available")]
)
def test_pages_say_what_the_ml_extra_is_doing(tmp_path, settings, rf, state, says):
    settings.VAR_DIR = tmp_path
    (tmp_path / "ml.json").write_text(json.dumps({"state": state}))
    assert says in ml_status(rf.get("/"))["ml_status"]


@pytest.mark.parametrize("state", ["ready", "absent"])
def test_pages_say_nothing_when_there_is_nothing_to_wait_for(tmp_path, settings, rf, state):
    settings.VAR_DIR = tmp_path
    (tmp_path / "ml.json").write_text(json.dumps({"state": state}))
    assert ml_status(rf.get("/"))["ml_status"] == ""


def test_pages_work_without_a_state_file(tmp_path, settings, rf):
    settings.VAR_DIR = tmp_path
    assert ml_status(rf.get("/")) == {}
