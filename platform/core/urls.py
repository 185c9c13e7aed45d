"""Pages for those who build the interface; not part of the product."""

from django.conf import settings
from django.urls import URLPattern, path

from core.gallery import gallery

urlpatterns: list[URLPattern] = [path("gallery/", gallery, name="gallery")] if settings.DEBUG else []
