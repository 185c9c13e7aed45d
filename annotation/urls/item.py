from django.urls import path

from annotation.views import appeals, checks, diversity, item

urlpatterns = [
    path("p/<slug:slug>/items/", item.items, name="items"),
    path("p/<slug:slug>/items/<int:item_id>/", item.item, name="item"),
    path("p/<slug:slug>/items/<int:item_id>/compare/<int:other_id>/", diversity.compare, name="compare"),
    path("p/<slug:slug>/items/<int:item_id>/appeal", appeals.appeal, name="appeal"),
    path("p/<slug:slug>/items/<int:item_id>/appeal/draft", appeals.keep_draft, name="appeal-draft"),
    path("p/<slug:slug>/items/<int:item_id>/release", item.release, name="release"),
    path("p/<slug:slug>/items/<int:item_id>/findings/<str:fingerprint>/rule", checks.rule, name="finding-rule"),
]
