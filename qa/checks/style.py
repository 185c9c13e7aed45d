"""The style-guide settings a project may change, with what holds when it does not."""

from collections.abc import Mapping
from types import MappingProxyType

DEFAULT_STYLE: Mapping[str, object] = MappingProxyType(
    {
        # "allow" or "avoid", for each kind of markup, whether written as Markdown, HTML, BBCode, LaTeX or wiki text.
        "italics": "avoid",
        "bold": "allow",
        # Headings, lists and tables may also be "require"d, of answers long enough to need them.
        "headings": "allow",
        "lists": "allow",
        "tables": "allow",
        "code_blocks": "allow",
        # HTML tags of any kind.
        "html_tags": "allow",
        # "## " followed by "#### ".
        "heading_jumps": "avoid",
        # A line of bold words where a heading belongs.
        "bold_headings": "avoid",
        # The largest heading allowed: 1 is "#".
        "top_heading": 1,
        # Plain http:// addresses instead of https://.
        "http_links": "avoid",
        # Numbered citation marks such as [3] or ³, and (Smith et al., 2019).
        "citation_marks": "avoid",
        # Sources named as papers do: (Smith, 2019).
        "author_citations": "allow",
        # Pictograms such as 😀.
        "emoji": "allow",
        # Addresses written out in the text instead of a Markdown link.
        "bare_links": "allow",
        # Non-breaking spaces outside the languages whose typography needs them.
        "nonbreaking_spaces": "allow",
        # What must be known of a source passage besides its licence: title, url, author, jurisdiction, retrieved_on.
        "source_fields": (),
        # Whether a wanted JSON, XML or CSV answer may stand in a ``` block: "allow", "require" or "avoid".
        "code_fences": "allow",
        # Suggest indented JSON when the answer is valid but on one long line.
        "pretty_print": True,
        # How far outside its bounds a length may be, as a share of the bound, before it must be changed.
        "length_tolerance": 0.1,
    }
)
