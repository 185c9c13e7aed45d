"""One list of addresses per role; all under the namespace `annotation`."""

from annotation.urls import editor, expert, item, manager, reviewer, start, testing, transfer

app_name = "annotation"
urlpatterns = [
    *start.urlpatterns,
    *expert.urlpatterns,
    *reviewer.urlpatterns,
    *editor.urlpatterns,
    *manager.urlpatterns,
    *item.urlpatterns,
    *testing.urlpatterns,
    *transfer.urlpatterns,
]
