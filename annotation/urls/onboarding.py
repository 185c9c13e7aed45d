from django.urls import path

from annotation.views import applications, applying, call_lists, calls, onboarding

urlpatterns = [
    # managers
    path("p/<slug:slug>/onboarding/", onboarding.onboarding, name="onboarding"),
    path("p/<slug:slug>/onboarding/people/", onboarding.people, name="onboarding-people"),
    path("p/<slug:slug>/onboarding/remind", onboarding.remind, name="onboarding-remind"),
    path("p/<slug:slug>/onboarding/decide", applications.decide, name="applications-decide"),
    path("p/<slug:slug>/onboarding/applications/<int:application_id>/", applications.read, name="application-read"),
    path("p/<slug:slug>/onboarding/applications/<int:application_id>/cv", applications.cv, name="application-cv"),
    path("p/<slug:slug>/onboarding/calls/new", calls.new, name="call-new"),
    path("p/<slug:slug>/onboarding/calls/<int:call_id>/", calls.manage, name="call-manage"),
    path("p/<slug:slug>/onboarding/calls/<int:call_id>/edit", calls.edit, name="call-edit"),
    path("p/<slug:slug>/onboarding/calls/<int:call_id>/link", calls.link, name="call-link"),
    path("p/<slug:slug>/onboarding/calls/<int:call_id>/change", calls.change, name="call-change"),
    path("p/<slug:slug>/onboarding/calls/<int:call_id>/invite", call_lists.invite, name="call-invite"),
    path("p/<slug:slug>/onboarding/calls/<int:call_id>/send", call_lists.send, name="call-send"),
    path(
        "p/<slug:slug>/onboarding/calls/<int:call_id>/invitations/<int:call_invitation_id>/withdraw",
        call_lists.withdraw,
        name="call-invitation-withdraw",
    ),
    # applicants
    path("calls/<str:secret>/", applying.call, name="call"),
    path("calls/in/<str:secret>/", applying.enter, name="call-enter"),
    path("applications/<int:application_id>/", applying.application, name="application"),
    path("applications/<int:application_id>/save", applying.save, name="application-save"),
    path("applications/<int:application_id>/send", applying.send, name="application-send"),
    path("applications/<int:application_id>/cv", applying.cv, name="application-cv-keep"),
    path("applications/<int:application_id>/withdraw", applying.withdraw, name="application-withdraw"),
    path("applications/<int:application_id>/resume", applying.resume, name="application-resume"),
    path("mails/<str:token>/", applying.mail_stop, name="mail-stop"),
]
