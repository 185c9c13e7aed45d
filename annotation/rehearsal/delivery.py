"""The end of a rehearsal: the manager exports what was accepted, through the pages."""

import json
import re
import time
from pathlib import Path

from annotation.rehearsal.browsing import Page, Visitor
from annotation.rehearsal.company import PASSWORD, Company
from annotation.rehearsal.people import Stage

PATIENCE_SECONDS = 120


def export(company: Company, stage: Stage, folder: Path) -> str:
    """Downloads the export into `folder`; says how many lines it has and where it is."""
    manager = Visitor(stage.site, stage.tally)
    manager.sign_in(company.manager.email, PASSWORD)
    page = manager.get(f"/p/{stage.slug}/exports/", "exports")
    form = page.form("/exports/start")
    if form is None:
        raise RuntimeError(f"no form to export with on {page.url} ({page.status})")
    form.fields.pop("packed", None)
    job = manager.post(form.action, form.fields, "start export")
    content = _download(manager, stage.slug, job)
    path = folder / "export.jsonl"
    path.write_text(content, encoding="utf-8")
    lines = [json.loads(line) for line in content.splitlines()]
    return f"{len(lines)} lines in {path}"


def _download(manager: Visitor, slug: str, job: Page) -> str:
    found = re.search(r"/jobs/(\d+)/", job.url)
    if not found:
        raise RuntimeError(f"the export did not start: {job.url} ({job.status})")
    address = f"/p/{slug}/exports/{found.group(1)}/download"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        answer = manager.client.get(address)
        if answer.status_code == 200 and "attachment" in answer.headers.get("content-disposition", ""):
            return answer.text
        time.sleep(0.5)
    raise RuntimeError(f"the export was not ready after {PATIENCE_SECONDS} s: {address}")
