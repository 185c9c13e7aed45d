"""The API of people at work: the same stage functions as the pages, without the pages."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.roles import Permission, Role
from annotation import handing_out, reviewing, writing
from annotation.api.base import FAULTS, DeskView, Operation, item_in, valid
from annotation.handed import handed
from annotation.models import Membership, Verdict
from annotation.models.judging import FIELD_CHOICES
from annotation.posted import counts_only
from annotation.reasons import Reason, SkipReason
from annotation.reviewing import Judgement, Remark
from annotation.rubric import CRITERIA
from annotation.texts import CONTEXT_FIELDS, LONGEST, Written
from annotation.workflow import Stage

LARGEST_NUMBER = 2**31 - 1


class TokenSerializer(serializers.Serializer[Any]):
    token = serializers.UUIDField(help_text="Of the assignment, as start gave it.")


class TextSerializer(TokenSerializer):
    prompt = serializers.CharField(allow_blank=True, trim_whitespace=False, max_length=LONGEST)
    completion = serializers.CharField(allow_blank=True, trim_whitespace=False, max_length=LONGEST)
    own_context = serializers.DictField(
        child=serializers.CharField(allow_blank=True, trim_whitespace=False, max_length=LONGEST),
        required=False,
        help_text=f"A source passage brought along: {', '.join(CONTEXT_FIELDS)}.",
    )
    version = serializers.IntegerField(
        required=False, min_value=0, max_value=LARGEST_NUMBER, help_text="Of the draft last seen."
    )
    signals = serializers.DictField(
        child=serializers.IntegerField(min_value=0), required=False, help_text="Counts of how the text came about."
    )

    @staticmethod
    def written(data: dict[str, Any]) -> Written:
        return Written.of(data["prompt"], data["completion"], data.get("own_context"))


class StateSerializer(serializers.Serializer[Any]):
    item = serializers.IntegerField()
    state = serializers.CharField()


class MeView(Operation):
    class OutputSerializer(serializers.Serializer[Any]):
        class ProjectSerializer(serializers.Serializer[Any]):
            slug = serializers.CharField()
            name = serializers.CharField()
            roles = serializers.ListField(child=serializers.ChoiceField(choices=[role.value for role in Role]))

        name = serializers.CharField()
        email = serializers.EmailField()
        projects = ProjectSerializer(many=True)

    @extend_schema(responses={200: OutputSerializer, 403: FAULTS[403]}, operation_id="me")
    def get(self, request: Request) -> Response:
        """Who you are and what you may do where."""
        assert isinstance(request.user, User)
        projects: dict[str, dict[str, Any]] = {}
        memberships = Membership.objects.filter(user=request.user).order_by("project__name", "role")
        for slug, name, role in memberships.values_list("project__slug", "project__name", "role"):
            projects.setdefault(slug, {"slug": slug, "name": name, "roles": []})["roles"].append(role)
        me = {"name": str(request.user), "email": request.user.email, "projects": list(projects.values())}
        return Response(self.OutputSerializer(me).data)


class StartView(DeskView):
    class InputSerializer(serializers.Serializer[Any]):
        another = serializers.BooleanField(default=False, help_text="One more, beside what is in hand.")

    class OutputSerializer(serializers.Serializer[Any]):
        class CellSerializer(serializers.Serializer[Any]):
            language = serializers.CharField()
            domain = serializers.CharField()
            skill = serializers.CharField()
            format = serializers.CharField()
            prompt_tokens = serializers.ListField(child=serializers.IntegerField(), help_text="From, to.")
            completion_tokens = serializers.ListField(child=serializers.IntegerField(), help_text="From, to.")

        class ContextSerializer(serializers.Serializer[Any]):
            text = serializers.CharField()
            title = serializers.CharField(allow_blank=True)
            url = serializers.CharField(allow_blank=True)
            licence = serializers.CharField(allow_blank=True)

        item = serializers.IntegerField()
        stage = serializers.ChoiceField(choices=Stage.choices)
        state = serializers.CharField()
        token = serializers.UUIDField()
        leased_until = serializers.DateTimeField()
        prompt = serializers.CharField(allow_blank=True)
        completion = serializers.CharField(allow_blank=True)
        version = serializers.IntegerField()
        cell = CellSerializer()
        context = ContextSerializer(allow_null=True)  # type: ignore[assignment]  # DRF takes fields out of the class
        why = serializers.DictField()

    @extend_schema(request=InputSerializer, responses={200: OutputSerializer, **FAULTS}, operation_id="start")
    def post(self, request: Request, slug: str, stage: str) -> Response:
        """Start next: what is yours first, then the best match; the same again until it is finished."""
        data = valid(self.InputSerializer(data=request.data))
        if stage not in Stage:
            raise Http404("No such stage.")
        assignment = handing_out.next_of_stage(self.desk(slug), Stage(stage), another=data["another"])
        return Response(handed(assignment))


class DraftView(DeskView):
    needs = (Permission.WRITE, Permission.EDIT)

    class InputSerializer(TextSerializer):
        pass

    class OutputSerializer(serializers.Serializer[Any]):
        version = serializers.IntegerField()
        saved_at = serializers.DateTimeField()
        leased_until = serializers.DateTimeField()

    @extend_schema(request=InputSerializer, responses={200: OutputSerializer, **FAULTS}, operation_id="save_draft")
    def put(self, request: Request, slug: str, item_id: int) -> Response:
        """Saves the text being written. 409 "version" when another window saved meanwhile, "lease" when it lapsed."""
        data = valid(self.InputSerializer(data=request.data))
        desk = self.desk(slug)
        item = item_in(desk, item_id)
        saved = writing.save_draft(
            person=desk.user,
            item=item,
            token=str(data["token"]),
            version=data.get("version", 0),
            written=TextSerializer.written(data),
            signals=counts_only(data.get("signals")),
        )
        if not writing.is_held(desk.user, item, str(data["token"])):
            raise handing_out.lease_lost()
        return Response(self.OutputSerializer(saved).data)


class SubmitView(DeskView):
    needs = (Permission.WRITE,)

    class InputSerializer(TextSerializer):
        pass

    class OutputSerializer(StateSerializer):
        pass

    @extend_schema(request=InputSerializer, responses={200: OutputSerializer, **FAULTS}, operation_id="submit")
    def post(self, request: Request, slug: str, item_id: int) -> Response:
        """Makes a revision and sends it to the checks. Repeating it changes nothing."""
        data = valid(self.InputSerializer(data=request.data))
        desk = self.desk(slug)
        item = writing.submit(
            person=desk.user,
            item_id=item_id,
            project=desk.project,
            token=str(data["token"]),
            written=TextSerializer.written(data),
            signals=counts_only(data.get("signals")),
            version=data.get("version"),
        )
        return Response({"item": item.pk, "state": item.state})


class HeartbeatView(DeskView):
    class InputSerializer(TokenSerializer):
        active_seconds = serializers.IntegerField(
            required=False, min_value=0, max_value=LARGEST_NUMBER, help_text="At work on this assignment so far."
        )

    class OutputSerializer(serializers.Serializer[Any]):
        leased_until = serializers.DateTimeField()

    @extend_schema(request=InputSerializer, responses={200: OutputSerializer, **FAULTS}, operation_id="heartbeat")
    def post(self, request: Request, slug: str, item_id: int) -> Response:
        """Keeps the lease while you are at work."""
        data = valid(self.InputSerializer(data=request.data))
        desk = self.desk(slug)
        assignment = handing_out.held_assignment(item_in(desk, item_id), desk.user, str(data["token"]))
        handing_out.beat(assignment, desk.project.lease_minutes, timezone.now(), data.get("active_seconds"))
        return Response(self.OutputSerializer(assignment).data)


class SkipView(DeskView):
    class InputSerializer(TokenSerializer):
        reason = serializers.ChoiceField(choices=SkipReason.choices)
        note = serializers.CharField(required=False, allow_blank=True, max_length=160, default="")

    class OutputSerializer(StateSerializer):
        pass

    @extend_schema(request=InputSerializer, responses={200: OutputSerializer, **FAULTS}, operation_id="skip")
    def post(self, request: Request, slug: str, item_id: int) -> Response:
        """Gives the item back; a draft stays with its writer."""
        data = valid(self.InputSerializer(data=request.data))
        desk = self.desk(slug)
        item_in(desk, item_id)
        reason = handing_out.reason_to_skip(data["reason"], data["note"])
        item = handing_out.hand_back(desk, item_id, str(data["token"]), reason)
        return Response({"item": item.pk, "state": item.state})


class JudgeView(DeskView):
    needs = (Permission.REVIEW,)

    class InputSerializer(TokenSerializer):
        class ScoresSerializer(serializers.Serializer[Any]):
            def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
                return {name: serializers.IntegerField(min_value=1, max_value=5) for name in CRITERIA}

        class RemarkSerializer(serializers.Serializer[Any]):
            reason = serializers.ChoiceField(choices=Reason.choices)
            field = serializers.ChoiceField(choices=FIELD_CHOICES, default="completion")
            start = serializers.IntegerField(
                min_value=0, max_value=LARGEST_NUMBER, allow_null=True, default=None, help_text="In code points."
            )
            end = serializers.IntegerField(min_value=0, max_value=LARGEST_NUMBER, allow_null=True, default=None)
            text = serializers.CharField(allow_blank=True, default="", max_length=LONGEST)
            clause_id = serializers.IntegerField(min_value=1, max_value=LARGEST_NUMBER, allow_null=True, default=None)

        verdict = serializers.ChoiceField(choices=Verdict.choices)
        scores = ScoresSerializer()
        reasons = serializers.ListField(child=serializers.ChoiceField(choices=Reason.choices), default=list)
        note = serializers.CharField(allow_blank=True, default="", max_length=LONGEST)
        remarks = RemarkSerializer(many=True, default=list)

    class OutputSerializer(StateSerializer):
        pass

    @extend_schema(request=InputSerializer, responses={200: OutputSerializer, **FAULTS}, operation_id="judge")
    def post(self, request: Request, slug: str, item_id: int) -> Response:
        """Records your review of the revision in hand. Repeating it changes nothing."""
        data = valid(self.InputSerializer(data=request.data))
        desk = self.desk(slug)
        item_in(desk, item_id)
        judgement = Judgement(
            verdict=Verdict(data["verdict"]),
            scores=dict(data["scores"]),
            reasons=data["reasons"],
            note=data["note"],
            remarks=[Remark(**remark) for remark in data["remarks"]],
        )
        item = reviewing.judge(person=desk.user, item_id=item_id, token=str(data["token"]), judgement=judgement)
        return Response({"item": item.pk, "state": item.state})
