from django.urls import path

from annotation.views import cells, guideline, inviting, manager, people, setup

urlpatterns = [
    path("p/<slug:slug>/pipeline/", manager.pipeline, name="pipeline"),
    path("projects/new", setup.project_new, name="project-new"),
    path("p/<slug:slug>/settings/", setup.project_settings, name="project-settings"),
    path("p/<slug:slug>/cells/", cells.cells, name="cells"),
    path("p/<slug:slug>/cells/new", cells.cell_new, name="cell-new"),
    path("p/<slug:slug>/cells/import", cells.cells_import, name="cells-import"),
    path("p/<slug:slug>/cells/<int:cell_id>/", cells.cell_edit, name="cell-edit"),
    path("p/<slug:slug>/cells/<int:cell_id>/remove", cells.cell_remove, name="cell-remove"),
    path("p/<slug:slug>/guideline/", guideline.guideline, name="guideline"),
    path("p/<slug:slug>/guideline/edit/", guideline.guideline_edit, name="guideline-edit"),
    path("p/<slug:slug>/guideline/edit/new", guideline.clause_new, name="clause-new"),
    path("p/<slug:slug>/guideline/edit/<int:clause_id>/", guideline.clause_edit, name="clause-edit"),
    path("p/<slug:slug>/guideline/edit/<int:clause_id>/remove", guideline.clause_remove, name="clause-remove"),
    path("p/<slug:slug>/guideline/preview", guideline.preview, name="guideline-preview"),
    path("p/<slug:slug>/people/", people.people, name="people"),
    path("p/<slug:slug>/people/invite", inviting.invite, name="invite"),
    path("p/<slug:slug>/people/invitations/<int:invitation_id>/resend", inviting.resend, name="invitation-resend"),
    path("p/<slug:slug>/people/invitations/<int:invitation_id>/revoke", inviting.revoke, name="invitation-revoke"),
    path("p/<slug:slug>/people/<int:user_id>/", people.person, name="person"),
    path("p/<slug:slug>/people/<int:user_id>/roles", people.roles, name="person-roles"),
    path("p/<slug:slug>/people/<int:user_id>/remove", people.remove, name="person-remove"),
    path("p/<slug:slug>/people/<int:user_id>/qualify", people.qualify, name="qualify"),
    path(
        "p/<slug:slug>/people/<int:user_id>/qualifications/<int:qualification_id>/withdraw",
        people.withdraw,
        name="qualification-withdraw",
    ),
    path("join/<str:secret>/", inviting.join, name="join"),
]
