from django.urls import path

from annotation.views import start

urlpatterns = [
    path("", start.start, name="start"),
    path("healthz", start.health, name="health"),
    path("p/<slug:slug>/", start.project, name="project"),
    path("p/<slug:slug>/start/<str:stage>/", start.start_next, name="start-next"),
    path("p/<slug:slug>/work/<int:item_id>/skip", start.skip, name="skip"),
    path("p/<slug:slug>/work/<int:item_id>/heartbeat", start.heartbeat, name="heartbeat"),
    path("p/<slug:slug>/work/<int:item_id>/why", start.why, name="why"),
]
