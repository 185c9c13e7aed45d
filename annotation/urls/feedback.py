from django.urls import path

from annotation.views import feedback, threads

urlpatterns = [
    path("p/<slug:slug>/feedback/", feedback.inbox, name="feedback"),
    path("p/<slug:slug>/feedback/mark", feedback.mark, name="feedback-mark"),
    path("p/<slug:slug>/feedback/ratings/", feedback.rated, name="feedback-ratings"),
    path("p/<slug:slug>/items/<int:item_id>/talk/<str:topic>/<int:ref>/", threads.talk, name="talk"),
    path("p/<slug:slug>/items/<int:item_id>/rate/<str:topic>/<int:ref>", feedback.rate, name="feedback-rate"),
    path("p/<slug:slug>/threads/<int:thread_id>/", threads.thread, name="thread"),
    path("p/<slug:slug>/threads/<int:thread_id>/close", threads.close, name="thread-close"),
    path("p/<slug:slug>/cells/<int:cell_id>/rate", feedback.rate_instructions, name="instructions-rate"),
    path("digests/", feedback.digest_settings, name="digest-settings"),
    path("digests/stop/<str:signed>/", feedback.digest_stop, name="digest-stop"),
]
