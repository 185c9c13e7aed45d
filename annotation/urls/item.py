from django.urls import path

from annotation.views import item

urlpatterns = [
    path("p/<slug:slug>/items/", item.items, name="items"),
    path("p/<slug:slug>/items/<int:item_id>/", item.item, name="item"),
    path("p/<slug:slug>/items/<int:item_id>/appeal", item.appeal, name="appeal"),
    path("p/<slug:slug>/items/<int:item_id>/release", item.release, name="release"),
]
