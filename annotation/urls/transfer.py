from django.urls import path

from annotation.views import jobs, transfer

urlpatterns = [
    path("p/<slug:slug>/imports/", transfer.imports, name="imports"),
    path("p/<slug:slug>/imports/upload", transfer.upload, name="import-upload"),
    path("p/<slug:slug>/imports/<int:job_id>/", transfer.mapping, name="import-mapping"),
    path("p/<slug:slug>/imports/<int:job_id>/try", transfer.try_mapping, name="import-try"),
    path("p/<slug:slug>/imports/<int:job_id>/start", transfer.start_import, name="import-start"),
    path("p/<slug:slug>/imports/<int:job_id>/errors", transfer.errors, name="import-errors"),
    path("p/<slug:slug>/exports/", transfer.exports, name="exports"),
    path("p/<slug:slug>/exports/start", transfer.start_export, name="export-start"),
    path("p/<slug:slug>/exports/<int:job_id>/download", transfer.download, name="export-download"),
    path("p/<slug:slug>/jobs/<int:job_id>/", jobs.job, name="job"),
    path("p/<slug:slug>/jobs/<int:job_id>/cancel", jobs.cancel, name="job-cancel"),
    path("p/<slug:slug>/jobs/<int:job_id>/retry", jobs.retry, name="job-retry"),
    path("p/<slug:slug>/jobs/<int:job_id>/good-rows", jobs.good_rows, name="job-good-rows"),
]
