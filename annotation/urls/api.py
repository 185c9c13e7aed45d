"""The API's addresses, under /api/; described at /api/schema/."""

from django.urls import path

from annotation.api import working

urlpatterns = [
    path("me", working.MeView.as_view(), name="api-me"),
    path("p/<slug:slug>/start/<str:stage>", working.StartView.as_view(), name="api-start"),
    path("p/<slug:slug>/items/<int:item_id>/draft", working.DraftView.as_view(), name="api-draft"),
    path("p/<slug:slug>/items/<int:item_id>/submit", working.SubmitView.as_view(), name="api-submit"),
    path("p/<slug:slug>/items/<int:item_id>/heartbeat", working.HeartbeatView.as_view(), name="api-heartbeat"),
    path("p/<slug:slug>/items/<int:item_id>/skip", working.SkipView.as_view(), name="api-skip"),
    path("p/<slug:slug>/items/<int:item_id>/judge", working.JudgeView.as_view(), name="api-judge"),
]
