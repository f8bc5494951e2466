"""One pass over the tree: what it keeps, and what it makes of odd documents."""

from lxml import etree

from validators.en16931.place import Place, Places, named
from validators.en16931.reading import read
from validators.en16931.tree import LISTED, Document

UBL = (
    b'<x:Invoice xmlns:x="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"'
    b' xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"'
    b' xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">%s</x:Invoice>'
)


def document(inside: bytes) -> Document:
    def mark(place: Place) -> None:
        place.listed = place.name in LISTED
        place.marked = True

    return Document(Places(mark), read(UBL % inside))


def test_names_carry_our_prefixes_whatever_the_document_uses() -> None:
    told = document(b"<b:ID>1</b:ID><a:InvoiceLine><b:ID>2</b:ID></a:InvoiceLine>")
    assert told.name == "ubl:Invoice"
    assert [node.text for node in told.root.all("cbc:ID")] == ["1"]
    assert [node.text for node in told.root.all("cac:InvoiceLine", "cbc:ID")] == ["2"]
    assert named("{urn:of:others}ID") == "{urn:of:others}ID"
    assert named("ID") == "ID"


def test_a_path_through_repeated_elements_finds_all_in_order() -> None:
    line = b"<a:InvoiceLine><a:Item><b:Name>%s</b:Name><b:Name>%s</b:Name></a:Item></a:InvoiceLine>"
    told = document(line % (b"1", b"2") + line % (b"3", b"4"))
    names = told.root.all("cac:InvoiceLine", "cac:Item", "cbc:Name")
    assert [node.text for node in names] == ["1", "2", "3", "4"]
    assert names[2].location == "/ubl:Invoice/cac:InvoiceLine[2]/cac:Item/cbc:Name[1]"


def test_comments_entities_and_sections_leave_the_text_in_one_piece() -> None:
    told = document(b"<b:ID>A<!-- no -->-<?and no?>&#49;<![CDATA[<2>]]></b:ID>")
    assert told.root.all("cbc:ID")[0].text == "A-1<2>"


def test_elements_inside_a_leaf_count_with_their_text() -> None:
    told = document(b"<b:ID>A<b:Note>B</b:Note>C</b:ID>")
    assert told.root.all("cbc:ID")[0].text == "ABC"


def test_empty_is_what_xml_calls_white_space_and_no_more() -> None:
    told = document("<b:ID> \t\n</b:ID><b:Note>\N{NO-BREAK SPACE}</b:Note><a:Item/>".encode())
    assert [node.name for node in told.empty] == ["cbc:ID", "cac:Item"]


def test_unusual_attributes_are_kept_by_name() -> None:
    told = document(b'<b:ID schemeID="1" schemeName="2">A</b:ID><b:Note languageID="en">B</b:Note>')
    assert sorted(told.stray) == ["languageID", "schemeName"]


def test_elements_that_rules_look_for_anywhere_are_listed_in_document_order() -> None:
    category = b"<a:TaxCategory><b:ID>%s</b:ID></a:TaxCategory>"
    told = document(b"<a:TaxTotal>%s</a:TaxTotal>%s" % (category % b"S", category % b"Z"))
    assert [node.all("cbc:ID")[0].text for node in told.everywhere("cac:TaxCategory")] == ["S", "Z"]


def test_a_question_about_the_whole_document_is_asked_once() -> None:
    asked = []
    told = document(b"<b:ID>1</b:ID>")

    def question(of: Document) -> str:
        asked.append(of)
        return of.name

    assert (told.once(question), told.once(question)) == ("ubl:Invoice", "ubl:Invoice")
    assert asked == [told]


def test_endless_paths_are_judged_and_forgotten() -> None:
    places = Places(lambda place: None)
    for number in range(Places.MOST + 100):
        Document(places, etree.fromstring(f"<root><n{number}/></root>"))
    assert len(places.root("root").steps) < Places.MOST
