from jimin.engine.gongwen import read_plan


def shape(text: str) -> list[tuple[str, str, int]]:
    return [(node.marker, node.title, node.level) for node in read_plan(text, 2016).nodes]


def test_the_families_nest_in_their_order() -> None:
    text = """第一部分 工作安排
一、强基础
（一）建队伍
1．招人才
（1）办考试
①笔试
②面试
（2）办培训
2．育人才
（二）建阵地
二、抓落实"""
    assert shape(text) == [
        ("第一部分", "工作安排", 1),
        ("一、", "强基础", 2),
        ("（一）", "建队伍", 3),
        ("1．", "招人才", 4),
        ("（1）", "办考试", 5),
        ("①", "笔试", 6),
        ("②", "面试", 6),
        ("（2）", "办培训", 5),
        ("2．", "育人才", 4),
        ("（二）", "建阵地", 3),
        ("二、", "抓落实", 2),
    ]


def test_a_text_without_line_breaks_is_still_nested() -> None:
    text = "要点一览。一、抓救助。(一)提标准。一是测算；二是报批。(二)扩范围。二、抓养老。建机构。"
    assert shape(text) == [
        ("一、", "抓救助", 1),
        ("(一)", "提标准", 2),
        ("一是", "测算", 3),
        ("二是", "报批", 3),
        ("(二)", "扩范围", 2),
        ("二、", "抓养老", 1),
    ]


def test_fields_group_the_tasks_under_them() -> None:
    text = """（一）兜底保障
救助方面。一是提标。二是扩面。
养老方面。一是建院。二是育人。"""
    assert shape(text) == [
        ("（一）", "兜底保障", 1),
        ("", "救助方面", 2),
        ("一是", "提标", 3),
        ("二是", "扩面", 3),
        ("", "养老方面", 2),
        ("一是", "建院", 3),
        ("二是", "育人", 3),
    ]


def test_numbered_lines_stand_under_the_field_above_them() -> None:
    assert shape("救助方面\n1.提标准\n2.扩范围\n养老方面\n1.建机构\n2.育人才") == [
        ("", "救助方面", 1),
        ("1.", "提标准", 2),
        ("2.", "扩范围", 2),
        ("", "养老方面", 1),
        ("1.", "建机构", 2),
        ("2.", "育人才", 2),
    ]


def test_parallel_first_sentences_are_headings_and_a_single_one_is_not() -> None:
    parallel = """一、主要任务
加强救助工作。完善制度，应救尽救。
加强养老工作。完善设施，老有所养。
二、工作要求
各单位抓紧落实。层层压实责任，按时报送。"""
    assert shape(parallel) == [
        ("一、", "主要任务", 1),
        ("", "加强救助工作", 2),
        ("", "加强养老工作", 2),
        ("二、", "工作要求", 1),
    ]


def test_one_is_without_two_is_no_list() -> None:
    assert shape("今年的任务。一是提高标准。其他照旧。") == []


def test_tasks_numbered_on_through_the_sections_stay_in_their_sections() -> None:
    text = "一、救助\n1.提标\n2.扩面\n二、养老\n3.建院\n4.育人"
    nodes = read_plan(text, 2016).nodes
    parents = {node.marker: node.parent for node in nodes}
    assert parents["2."] == 0
    assert parents["3."] == text.index("二、")


def test_a_gap_in_the_numbers_is_kept_with_less_confidence() -> None:
    nodes = read_plan("一、救助\n二、养老\n四、社区", 2016).nodes
    assert [node.ordinal for node in nodes] == [1, 2, 4]
    assert nodes[2].confidence < nodes[1].confidence
    assert "不连续" in nodes[2].rule


def test_decimals_contents_and_lists_of_annexes_are_no_markers() -> None:
    text = """目录
一、救助........1
一、救助
按1.2倍执行。
1.5倍以上另行研究。
附件：1.指标表
2.名单"""
    assert shape(text) == [("一、", "救助", 1)]


def test_the_end_of_a_node_leaves_out_what_follows() -> None:
    text = "一、救助\n提标。\n\n二、养老\n建院。"
    first, second = read_plan(text, 2016).nodes
    assert text[first.start : first.end] == "一、救助\n提标。"
    assert text[second.start : second.end] == "二、养老\n建院。"


def test_units_in_brackets_or_on_a_line_lead_and_help() -> None:
    text = """一、提标（牵头单位：救助科；配合单位：财务科、各县（市、区）民政局）
二、扩面
责任单位：养老科、福利科"""
    first, second = read_plan(text, 2016).nodes
    assert (first.lead, first.partners) == ("救助科", ("财务科", "各县（市、区）民政局"))
    assert (second.lead, second.partners) == ("养老科", ("福利科",))
