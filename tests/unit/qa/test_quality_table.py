from qa.benchmarks.table import Row, as_markdown, renewed

ONE = Row("figure one", "0.5", "0.8", "0.81", True, "bench one")
TWO = Row("figure | two", "–", "report", "0.3\nof all", None, "bench two")


def test_a_row_says_whether_it_is_met_and_stays_on_its_line():
    lines = as_markdown([ONE, TWO]).splitlines()
    assert lines[2] == "| figure one | 0.5 | 0.8 | 0.81 | yes | `bench one` |  |"
    assert lines[3] == "| figure \\| two | – | report | 0.3 of all | – | `bench two` |  |"


def test_topics_that_were_not_measured_keep_their_lines_in_their_place():
    before = "# Title\n\n" + as_markdown([ONE, TWO])
    worse = Row("figure two", "–", "report", "0.2", None, "bench two")
    assert renewed(before, [worse], ["bench two", "bench one"]) == as_markdown([worse, ONE])


def test_a_topic_measured_again_loses_its_old_lines():
    before = as_markdown([ONE, ONE, TWO])
    assert renewed(before, [ONE], ["bench one", "bench two"]) == as_markdown([ONE, TWO])
