"""One list of addresses per role; all under the namespace `annotation`."""

from annotation.urls import (
    editor,
    expert,
    experts,
    feedback,
    item,
    ledger,
    manager,
    onboarding,
    reviewer,
    reviewers,
    start,
    testing,
    transfer,
)

app_name = "annotation"
urlpatterns = [
    *start.urlpatterns,
    *expert.urlpatterns,
    *reviewer.urlpatterns,
    *reviewers.urlpatterns,
    *editor.urlpatterns,
    *experts.urlpatterns,
    *manager.urlpatterns,
    *onboarding.urlpatterns,
    *feedback.urlpatterns,
    *item.urlpatterns,
    *ledger.urlpatterns,
    *testing.urlpatterns,
    *transfer.urlpatterns,
]
