from django.urls import path

from annotation.views import start

urlpatterns = [
    path("", start.start, name="start"),
    path("healthz", start.health, name="health"),
    path("p/<slug:slug>/", start.project, name="project"),
]
