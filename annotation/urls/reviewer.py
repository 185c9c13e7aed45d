from django.urls import path

from annotation.views import reviewer

urlpatterns = [
    path("p/<slug:slug>/review/", reviewer.home, name="reviewer-home"),
    path("p/<slug:slug>/review/<int:item_id>/", reviewer.review, name="review"),
    path("p/<slug:slug>/review/<int:item_id>/judge", reviewer.judge, name="judge"),
    path("p/<slug:slug>/review/<int:item_id>/open", reviewer.reopen, name="review-open"),
]
