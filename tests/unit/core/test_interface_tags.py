from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.template import Context, RequestContext, Template
from django.test import RequestFactory

from core.paging import Page
from core.refusal import Refusal
from core.templatetags.interface import ago, bidi, heat, percent, relative_words, tokens, word_diff

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def render(source: str, **context: object) -> str:
    return Template("{% load interface %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "now"),
        (9, "now"),
        (10, "10 s ago"),
        (59, "59 s ago"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (3600, "1 h ago"),
        (86399, "23 h ago"),
        (86400, "1 d ago"),
        (13 * 86400, "13 d ago"),
        (14 * 86400, "8 Nov 2026"),
        (-300, "in 5 min"),
    ],
)
def test_time_is_told_as_people_tell_it(seconds: int, words: str) -> None:
    assert relative_words(NOW - timedelta(seconds=seconds), NOW) == words


def test_ago_holds_the_exact_time_too() -> None:
    assert 'title="22 Nov 2026, 12:00:00"' in ago(NOW)
    assert ago(None) == "never"


def test_numbers_have_their_units() -> None:
    assert (tokens(1), tokens(1234), tokens(None)) == ("1 token", "1,234 tokens", "– tokens")
    assert (percent(1, 3), percent(0, 0)) == ("33 %", "–")


@pytest.mark.parametrize(
    ("part", "whole", "level"), [(0, 10, 0), (99, 100, 9), (100, 100, 10), (120, 100, 10), (5, 100, 0), (0, 0, 10)]
)
def test_a_heat_cell_is_full_only_when_its_target_is_met(part: int, whole: int, level: int) -> None:
    assert heat(part, whole) == level


def test_peoples_words_are_escaped_and_isolated() -> None:
    assert bidi("<b>שלום") == "<bdi>&lt;b&gt;שלום</bdi>"


def test_a_word_diff_marks_what_went_and_came_and_escapes_both() -> None:
    html = word_diff("a <b> old", "a <b> new")
    assert "a &lt;b&gt; <del>" in html
    assert "old" in html.split("<ins>")[0]
    assert "<b>" not in html


@pytest.mark.parametrize(
    ("source", "absent"),
    [
        ("<script>alert(1)</script>", "<script"),
        ("[x](javascript:alert(1))", "href"),
        ("![x](https://example.org/a.png)", "<img"),
        ('<a href="https://x.example" onclick="x()">x</a>', "<a"),
        ("[x](data:text/html,hi)", "href"),
    ],
)
def test_markdown_never_trusts_its_source(source: str, absent: str) -> None:
    assert absent not in render("{{ text|markdown }}", text=source)


def test_markdown_links_give_nothing_away() -> None:
    html = render("{{ text|markdown }}", text="**b** [x](https://example.org)")
    assert "<strong>b</strong>" in html
    assert 'rel="nofollow noopener noreferrer"' in html


def test_a_button_shows_its_key_and_writes_attributes_through() -> None:
    html = render(
        '{% button "Accept" "accept" key="A" name="verdict" value=value hx_post="/x" disabled=False %}', value='"&'
    )
    assert 'data-key="A"' in html
    assert "<kbd" in html
    assert 'hx-post="/x"' in html
    assert 'value="&quot;&amp;"' in html
    assert "disabled" not in html


def test_a_refused_button_stays_reachable_and_says_why() -> None:
    refusal = Refusal("You wrote this item.", "Somebody else reviews it.")
    html = render('{% button "Accept" "accept" refusal=refusal %}', refusal=refusal)
    assert 'aria-disabled="true"' in html
    assert 'data-refusal="You wrote this item. Somebody else reviews it."' in html
    assert " disabled" not in html


def test_a_refused_link_is_no_link() -> None:
    assert "href" not in render('{% button "Open" href="/x" refusal=refusal %}', refusal=Refusal("No."))


class NameForm(forms.Form):
    name = forms.CharField(help_text="As others see it.")
    note = forms.CharField(required=False)


def test_a_field_ties_label_help_and_error_to_its_input() -> None:
    html = render("{% field form.name %}{% field form.note %}", form=NameForm({"name": ""}))
    assert '<label for="id_name">' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert "(optional)" in html


def test_the_pager_keeps_the_filters() -> None:
    page: Page = Page([], next="abc", previous="")  # type: ignore[type-arg]
    request = RequestFactory().get("/items", {"state": "returned", "cursor": "old"})
    html = Template("{% load interface %}{% pager page %}").render(
        RequestContext(request, {"page": page, "request": request})
    )
    assert 'href="?state=returned&amp;cursor=abc"' in html
    assert 'rel="prev"' not in html
