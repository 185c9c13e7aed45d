"""What every operation of the API shares: the person's desk, refusals as JSON, and their description."""

from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema_serializer
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.roles import Permission
from annotation.access import Desk, desk_of, refusal_without
from annotation.models import Item
from annotation.writing import VersionConflict
from core.refusal import Refused, refuse_if


class ProblemSerializer(serializers.Serializer[Any]):
    """Why something is refused: for programs (`reason`), for people (`message`, `remedy`)."""

    reason = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField(required=False, allow_blank=True)


class DetailSerializer(serializers.Serializer[Any]):
    detail = serializers.CharField()


class TheirsSerializer(serializers.Serializer[Any]):
    prompt = serializers.CharField(allow_blank=True)
    completion = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()


class ConflictSerializer(ProblemSerializer):
    theirs = TheirsSerializer(required=False)


FAULTS: dict[int, Any] = {
    400: OpenApiResponse(description="The request is malformed; the answer names each field."),
    403: OpenApiResponse(description="Not signed in, or not allowed to."),
    404: OpenApiResponse(DetailSerializer, "No such project, stage or item among yours."),
    409: OpenApiResponse(ConflictSerializer, "Refused as things stand: empty, lease, version, not_ready …"),
}


class Operation(APIView):
    """One operation, its serializers inside it. The description calls them after it: Submit has SubmitInput."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for part in ("Input", "Output"):
            serializer = cls.__dict__.get(f"{part}Serializer")
            if serializer is not None:
                name = cls.__name__.removesuffix("View") + part
                extend_schema_serializer(component_name=name)(serializer)


class DeskView(Operation):
    """One operation in a project. `needs` names the permissions of which one is enough; none: any member."""

    needs: ClassVar[tuple[Permission, ...]] = ()

    def desk(self, slug: str) -> Desk:
        assert isinstance(self.request.user, User)
        desk = desk_of(self.request.user, slug)
        refuse_if(refusal_without(desk, *self.needs))
        return desk

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, Item.DoesNotExist):
            exc = Http404("No such item among yours.")
        if isinstance(exc, Refused):
            body = {"reason": exc.code, "message": exc.refusal.reason, "remedy": exc.refusal.remedy}
            return Response(body, status=exc.status)
        if isinstance(exc, VersionConflict):
            return Response(_conflict(exc), status=409)
        return super().handle_exception(exc)


def _conflict(conflict: VersionConflict) -> dict[str, Any]:
    theirs = conflict.theirs
    return {
        "reason": "version",
        "message": "The draft was saved from another window since.",
        "remedy": "Compare both texts, then save with the newer version.",
        "theirs": {"prompt": theirs.prompt, "completion": theirs.completion, "version": theirs.version},
    }


def item_in(desk: Desk, item_id: int) -> Item:
    """An item of the project; whether it is the person's, its token decides. Raises Http404."""
    item = Item.objects.select_related("project").filter(project=desk.project, pk=item_id).first()
    if item is None:
        raise Http404("No such item among yours.")
    return item


def valid(serializer: serializers.BaseSerializer[Any]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    data: dict[str, Any] = serializer.validated_data
    return data
