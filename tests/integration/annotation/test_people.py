"""People and invitations: who is in a project, what they may do, and how they come in."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation.models import Invitation, Item, Membership
from annotation.onboarding.inviting import VALID_FOR, hash_of
from annotation.workflow import State
from experts.models import Qualification
from tests.factories import PASSWORD, Cast, member
from tests.integration.annotation.test_manager_pages import listed, signed_in

pytestmark = pytest.mark.django_db

LINK = re.compile(r"http://testserver(/join/([\w-]{43})/)")
STRONG = "a long walk to the archive"


def invite(cast: Cast, emails: str, *roles: str) -> str:
    answer = signed_in(cast.manager).post(f"/p/{cast.project.slug}/people/invite", {"emails": emails, "roles": roles})
    assert answer.status_code in (200, 422)
    return answer.content.decode()


def link_in(html: str) -> str:
    found = LINK.search(html)
    assert found is not None, html
    return found[1]


@pytest.fixture
def link(cast: Cast, django_capture_on_commit_callbacks: object) -> str:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        return link_in(invite(cast, "new-expert@example.org", "expert", "reviewer"))


def test_an_invitation_shows_its_link_once_mails_it_and_keeps_the_hash(cast: Cast, link: str) -> None:
    secret = link.split("/")[2]
    invitation = Invitation.objects.get()
    assert invitation.secret_hash == hash_of(secret)
    assert abs(invitation.expires_at - timezone.now() - VALID_FOR) < timedelta(minutes=1)
    assert [message.to for message in mail.outbox] == [["new-expert@example.org"]]
    assert link in mail.outbox[0].body
    assert secret not in signed_in(cast.manager).get(f"/p/{cast.project.slug}/people/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM annotation_invitation i WHERE to_jsonb(i)::text LIKE %s", [f"%{secret}%"])
        assert cursor.fetchone() == (0,)


def test_the_invited_choose_name_and_password_and_are_in(cast: Cast, link: str) -> None:
    client = Client()
    assert "new-expert@example.org" in client.get(link).content.decode()
    answer = client.post(link, {"name": "expert-new", "password": STRONG, "again": STRONG})
    assert answer.status_code == 302
    assert answer["Location"] == f"/p/{cast.project.slug}/"
    person = User.objects.get(email="new-expert@example.org")
    assert client.session["_auth_user_id"] == str(person.pk)
    assert set(Membership.objects.filter(user=person).values_list("role", flat=True)) == {"expert", "reviewer"}
    signing_in = Client()
    assert signing_in.login(email=person.email, password=STRONG)


def test_a_link_works_once(cast: Cast, link: str) -> None:
    Client().post(link, {"name": "expert-new", "password": STRONG, "again": STRONG})
    for client in (Client(), signed_in(cast.outsider)):
        answer = client.get(link)
        assert answer.status_code == 410
        assert "has been used" in answer.content.decode()
        assert client.post(link, {"name": "x", "password": STRONG, "again": STRONG}).status_code == 410
    assert User.objects.filter(email="new-expert@example.org").count() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": "expert-new", "password": "short", "again": "short"}, "too short"),
        ({"name": "expert-new", "password": STRONG, "again": "another walk"}, "The two passwords differ."),
        ({"name": "", "password": STRONG, "again": STRONG}, "This field is required."),
        ({"name": "x", "password": "new-expert@example", "again": "new-expert@example"}, "too similar"),
    ],
)
def test_a_weak_or_mistyped_password_is_explained(link: str, typed: dict[str, str], words: str) -> None:
    answer = Client().post(link, typed)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not User.objects.filter(email="new-expert@example.org").exists()


def test_an_expired_link_says_who_can_send_it_again(cast: Cast, link: str) -> None:
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    answer = Client().get(link)
    assert answer.status_code == 410
    assert "Ask manager-1 to send it again" in answer.content.decode()
    assert Client().post(link, {"name": "x", "password": STRONG, "again": STRONG}).status_code == 410
    assert not User.objects.filter(email="new-expert@example.org").exists()


def test_a_wrong_link_tells_nothing(link: str) -> None:
    answer = Client().get("/join/" + "x" * 43 + "/")
    assert answer.status_code == 404
    assert "not valid" in answer.content.decode()


def test_somebody_else_who_is_signed_in_cannot_take_an_invitation(cast: Cast, link: str) -> None:
    client = signed_in(cast.outsider)
    assert "this invitation is for somebody else" in client.get(link).content.decode()
    assert client.post(link).status_code == 403
    assert not Membership.objects.filter(user=cast.outsider).exists()
    assert Invitation.objects.get().accepted_at is None


def test_an_existing_account_joins_by_signing_in(cast: Cast) -> None:
    link = link_in(invite(cast, "Outsider@Example.org", "reviewer"))
    anonymous = Client()
    html = anonymous.get(link).content.decode()
    assert f"/accounts/login/?next={link}" in html
    assert anonymous.post(link, {"name": "x", "password": STRONG, "again": STRONG}).status_code == 409
    assert User.objects.get(email="outsider@example.org").check_password(PASSWORD)
    client = signed_in(cast.outsider)
    assert client.post(link).status_code == 302
    assert Membership.objects.filter(user=cast.outsider, role=Role.REVIEWER).exists()


def test_sending_again_makes_the_old_link_useless(cast: Cast, link: str) -> None:
    invitation = Invitation.objects.get()
    address = f"/p/{cast.project.slug}/people/invitations/{invitation.pk}"
    html = signed_in(cast.manager).post(f"{address}/resend").content.decode()
    assert Client().get(link).status_code == 404
    assert Client().get(link_in(html)).status_code == 200


def test_a_withdrawn_invitation_is_gone(cast: Cast, link: str) -> None:
    address = f"/p/{cast.project.slug}/people/invitations/{Invitation.objects.get().pk}/revoke"
    assert signed_in(cast.manager).post(address).status_code == 302
    assert Client().get(link).status_code == 404
    assert signed_in(cast.manager).post(address).status_code == 409


def test_inviting_the_same_address_twice_is_refused_with_what_to_do(cast: Cast, link: str) -> None:
    html = invite(cast, "new-expert@example.org another@example.org", "expert")
    assert "invited already" in html
    assert Invitation.objects.count() == 1
    assert "in this project already" in invite(cast, cast.author.email, "expert")
    assert "Not an e-mail address: nonsense." in invite(cast, "nonsense, a@example.org", "expert")


def test_an_expired_invitation_does_not_stand_in_the_way_of_a_new_one(cast: Cast, link: str) -> None:
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    link_in(invite(cast, "new-expert@example.org", "expert"))
    assert Invitation.objects.count() == 1


def test_invitations_belong_to_their_project(cast: Cast, link: str) -> None:
    other = Cast("order-2")
    other_manager = User.objects.create_user("manager-2@example.org", PASSWORD, name="manager-2")
    Membership.objects.create(project=other.project, user=other_manager, role=Role.MANAGER)
    pk = Invitation.objects.get().pk
    for verb in ("revoke", "resend"):
        address = f"/p/{other.project.slug}/people/invitations/{pk}/{verb}"
        assert signed_in(other_manager).post(address).status_code == 409
    assert Client().get(link).status_code == 200


def test_every_figure_of_a_person_is_the_length_of_its_list(cast: Cast) -> None:
    for state in (State.ACCEPTED, State.REJECTED, State.RETURNED):
        cast.item_at(state)
        if state == State.RETURNED:
            break
    cast.start(cast.author)
    client = signed_in(cast.manager)
    html = client.get(f"/p/{cast.project.slug}/people/{cast.author.pk}/").content.decode()
    tiles = re.findall(r'<a class="tile" href="([^"]+)">.*?<span class="value"[^>]*>(\d+)<', html)
    assert [int(number) for _, number in tiles] == [1, 1, 1, 1]
    for address, number in tiles:
        assert len(listed(client, unescape(address))) == int(number)
    rows = client.get(f"/p/{cast.project.slug}/people/").content.decode()
    links = re.findall(rf'<a href="([^"]*(?:author|holder)={cast.author.pk}[^"]*)">(\d+)</a>', rows)
    assert len(links) == 4
    for address, number in links:
        assert len(listed(client, unescape(address))) == int(number)


def test_roles_are_given_and_taken(cast: Cast) -> None:
    client = signed_in(cast.manager)
    address = f"/p/{cast.project.slug}/people/{cast.author.pk}/roles"
    client.post(address, {"roles": ["expert", "reviewer"]})
    assert set(Membership.objects.filter(user=cast.author).values_list("role", flat=True)) == {"expert", "reviewer"}
    client.post(address, {"roles": ["reviewer"]})
    assert set(Membership.objects.filter(user=cast.author).values_list("role", flat=True)) == {"reviewer"}
    assert client.post(address, {"roles": ["emperor"]}).status_code == 409


def test_the_last_manager_stays(cast: Cast) -> None:
    client = signed_in(cast.manager)
    address = f"/p/{cast.project.slug}/people/{cast.manager.pk}"
    for action, data in (("roles", {"roles": ["expert"]}), ("remove", {})):
        answer = client.post(f"{address}/{action}", data)
        assert answer.status_code == 409
        assert "only manager" in answer.content.decode()
    assert Membership.objects.filter(user=cast.manager, role=Role.MANAGER).exists()
    member(cast.project, "manager-2", Role.MANAGER)
    assert client.post(f"{address}/roles", {"roles": ["client"]}).status_code == 302
    assert not Membership.objects.filter(user=cast.manager, role=Role.MANAGER).exists()


def test_removing_somebody_names_what_they_hold_and_keeps_their_work(cast: Cast) -> None:
    item = cast.start(cast.author).item
    client = signed_in(cast.manager)
    address = f"/p/{cast.project.slug}/people/{cast.author.pk}/"
    assert "What is in hand (1 item) lapses with its lease" in client.get(address).content.decode()
    assert client.post(f"{address}remove").status_code == 302
    assert signed_in(cast.author).get(f"/p/{cast.project.slug}/").status_code == 404
    assert Item.objects.get(pk=item.pk).author == cast.author
    assert client.get(address).status_code == 404


def test_qualifying_admits_to_every_pair_that_is_ticked(cast: Cast) -> None:
    Qualification.objects.filter(user=cast.author).delete()
    client = signed_in(cast.manager)
    address = f"/p/{cast.project.slug}/people/{cast.author.pk}"
    posted = {"languages": ["en"], "domains": ["law"], "skills": ["open_qa", "rewriting"], "native": "on"}
    assert client.post(f"{address}/qualify", posted).status_code == 302
    found = Qualification.objects.get(user=cast.author)
    assert (found.language_id, found.domain_id, found.skills, found.native) == (
        "en", "law", ["open_qa", "rewriting"], True,
    )  # fmt: skip
    assert cast.start(cast.author).item.cell == cast.cell
    assert client.post(f"{address}/qualifications/{found.pk}/withdraw").status_code == 302
    assert not Qualification.objects.filter(user=cast.author).exists()


def test_a_qualification_outside_the_projects_cells_is_refused(cast: Cast) -> None:
    address = f"/p/{cast.project.slug}/people/{cast.author.pk}/qualify"
    posted = {"languages": ["fi"], "domains": ["law"], "skills": ["open_qa"]}
    assert signed_in(cast.manager).post(address, posted).status_code == 422


def test_people_are_found_by_name_and_role(cast: Cast) -> None:
    client = signed_in(cast.manager)
    html = client.get(f"/p/{cast.project.slug}/people/?role=reviewer&q=-2").content.decode()
    assert "reviewer-2" in html
    assert "reviewer-1" not in html
    assert "Nobody is called that" in client.get(f"/p/{cast.project.slug}/people/?q=%00zzz").content.decode()


def test_the_list_takes_as_many_statements_for_many_people_as_for_few(cast: Cast) -> None:
    client = signed_in(cast.manager)
    address = f"/p/{cast.project.slug}/people/"

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    client.get(address)
    few = statements()
    for number in range(20):
        member(cast.project, f"expert-en-law-{number}", Role.EXPERT)
    assert statements() == few <= 11


@pytest.mark.parametrize("page", ["people/", "people/invite"])
def test_people_are_the_managers_business(cast: Cast, page: str) -> None:
    address = f"/p/{cast.project.slug}/{page}"
    for person, status in ((cast.manager, 200), (cast.editor, 403), (cast.client, 403), (cast.outsider, 404)):
        assert signed_in(person).get(address).status_code == status
    assert signed_in(cast.author).post(f"/p/{cast.project.slug}/people/{cast.author.pk}/roles").status_code == 403
    assert signed_in(cast.manager).get(f"/p/{cast.project.slug}/people/{cast.outsider.pk}/").status_code == 404
