"""What people and models write, made safe and right for drawing."""

import pytest

from tests.frontend import conftest  # noqa: F401  (puts frontend/ on the path)


def prepared(text: str, *ranks: int) -> str:
    from components.markup import answer_markdown

    return answer_markdown(text, anchor="source-q", ranks=ranks)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("So it is [1].", "So it is [1](#source-q-1)."),
        ("Two[1][2]", "Two[1](#source-q-1)[2](#source-q-2)"),
        ("at the end: [2]: yes", "at the end: [2](#source-q-2): yes"),
        ("not cited [7]", "not cited [7]"),
        ("a link [1](https://example.org)", "a link [1](https://example.org)"),
        ("code `a[1]` stays", "code `a[1]` stays"),
        ("```python\nx = a[1]\n```", "```python\nx = a[1]\n```"),
        ("unfinished\n```\na[1]", "unfinished\n```\na[1]"),
    ],
)
def test_citation_marks_become_links(text: str, shown: str) -> None:
    assert prepared(text, 1, 2) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("from $5 to $10", r"from \$5 to \$10"),
        ("the cost $c = a + b$ is", "the cost $c = a + b$ is"),
        (r"inline \( x^2 \) here", "inline $x^2$ here"),
        (r"\[ x = 1 \]", "$$ x = 1 $$"),
        ("$$\nx\n$$", "$$\nx\n$$"),
        ("`$HOME` and `$x$`", "`$HOME` and `$x$`"),
        (":red[not a colour] :material/home:", r"\:red[not a colour] \:material/home:"),
    ],
)
def test_math_is_math_and_money_is_money(text: str, shown: str) -> None:
    assert prepared(text) == shown


def test_a_label_shows_what_was_typed() -> None:
    from components.markup import plain_label

    assert plain_label("# *a* :red[b]\n$c$ 안녕") == r"\# \*a\* \:red\[b\] \$c\$ 안녕"


def test_a_quoted_passage_is_text_with_code_and_bold_only() -> None:
    from components.markup import quote_html

    assert quote_html("`.env` is **here** <b>x</b>") == (
        "<code>.env</code> is <strong>here</strong> &lt;b&gt;x&lt;/b&gt;"
    )
