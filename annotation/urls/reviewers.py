from django.urls import path

from annotation.views import reviewers

urlpatterns = [
    path("p/<slug:slug>/reviewers/", reviewers.reviewers, name="reviewers"),
    path("p/<slug:slug>/reviewers/csv", reviewers.reviewers_csv, name="reviewers-csv"),
    path("p/<slug:slug>/reviewers/<int:user_id>/", reviewers.reviewer, name="reviewer-figures"),
    path("p/<slug:slug>/reviewers/<int:user_id>/cases/", reviewers.reviewer_cases, name="reviewer-cases"),
    path("p/<slug:slug>/reviewers/texts/", reviewers.reviewer_texts, name="reviewer-texts"),
    path("p/<slug:slug>/reviewers/estimates/", reviewers.reviewer_estimates, name="reviewer-estimates"),
    path("p/<slug:slug>/reviewers/controls/looks/", reviewers.control_looks, name="control-looks"),
    path("p/<slug:slug>/reviewers/controls/", reviewers.control_items, name="control-items"),
    path("p/<slug:slug>/reviewers/controls/settings", reviewers.measures, name="control-settings"),
    path("p/<slug:slug>/reviewers/controls/<int:control_id>/use", reviewers.control_use, name="control-use"),
    path("p/<slug:slug>/items/<int:item_id>/control", reviewers.control_make, name="control-make"),
    path("p/<slug:slug>/second-looks/<int:look_id>/seen", reviewers.second_look_seen, name="second-look-seen"),
]
