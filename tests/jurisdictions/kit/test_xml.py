"""Values come back from the XML that they were written into, whatever they hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from jurisdictions.kit.xml import attributes, element, quoted

values = st.text(st.sampled_from("añ &<>\"'\r\n\t="), max_size=8)


@given(first=values, second=values)
def test_attributes_come_back(first: str, second: str) -> None:
    read = etree.fromstring(element("row", attrs=(("A", first), ("B", None), ("C", second))))
    assert dict(read.attrib) == {"A": first, "C": second}


@given(value=values)
def test_what_is_quoted_is_what_attributes_write(value: str) -> None:
    assert attributes((("A", value),)) == f' A="{quoted(value)}"'


@pytest.mark.parametrize("value", ["plain", '"', "&", "<", ">", "\r", "a\nb", "\t"])
def test_texts_come_back(value: str) -> None:
    assert etree.fromstring(element("row", value)).text == value
