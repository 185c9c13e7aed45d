from django.urls import path

from annotation.views import adjudicator, editor, glossary

urlpatterns = [
    path("p/<slug:slug>/edit/", editor.home, name="editor-home"),
    path("p/<slug:slug>/edit/<int:item_id>/", editor.edit, name="edit"),
    path("p/<slug:slug>/edit/<int:item_id>/open", editor.open_for_editing, name="edit-open"),
    path("p/<slug:slug>/edit/<int:item_id>/changes", editor.changes, name="edit-changes"),
    path("p/<slug:slug>/edit/<int:item_id>/finish", editor.finish, name="edit-finish"),
    path("p/<slug:slug>/edit/<int:item_id>/give-up", editor.give_up, name="edit-give-up"),
    path("p/<slug:slug>/glossary/add", glossary.add, name="glossary-add"),
    path("p/<slug:slug>/adjudicate/<int:item_id>/", adjudicator.adjudicate, name="adjudicate"),
    path("p/<slug:slug>/adjudicate/<int:item_id>/open", adjudicator.open_dispute, name="adjudicate-open"),
    path("p/<slug:slug>/adjudicate/<int:item_id>/settle", adjudicator.settle, name="adjudicate-settle"),
]
