from django.urls import path

from annotation.views import expert, live, workbench

urlpatterns = [
    path("p/<slug:slug>/write/", expert.home, name="expert-home"),
    path("p/<slug:slug>/write/<int:item_id>/", workbench.workbench, name="workbench"),
    path("p/<slug:slug>/write/<int:item_id>/save", live.save, name="draft-save"),
    path("p/<slug:slug>/write/<int:item_id>/check", live.check, name="live-check"),
    path("p/<slug:slug>/write/<int:item_id>/preview", live.preview, name="preview"),
    path("p/<slug:slug>/write/<int:item_id>/submit", workbench.submit, name="submit"),
    path("p/<slug:slug>/write/<int:item_id>/take-back", workbench.take_back, name="take-back"),
    path("p/<slug:slug>/write/<int:item_id>/progress", expert.progress, name="progress"),
    path("p/<slug:slug>/write/<int:item_id>/edits/", expert.edits, name="edits"),
    path("p/<slug:slug>/comments/<int:comment_id>/answer", workbench.answer, name="comment-answer"),
    path("p/<slug:slug>/items/<int:item_id>/dismiss", live.dismiss, name="dismiss"),
    path("p/<slug:slug>/items/<int:item_id>/undismiss", live.undismiss, name="undismiss"),
    path("p/<slug:slug>/items/<int:item_id>/edits/<int:revision_id>/respond", expert.respond, name="edit-response"),
]
