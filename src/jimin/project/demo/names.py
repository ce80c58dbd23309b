"""Names put together from common surnames and characters; whoever bears one is a coincidence."""

from random import Random

# Most frequent first, as in the north-east; the weights fall off like those of real surnames.
SURNAMES = (
    "王李张刘赵孙杨于徐姜宋陈高郭韩马林朱崔曲周吕金丛何田董罗范关郑冯邹吴"
    "胡许隋唐魏程曹邓彭苏袁卢蔡丁沈任姚钟谭汪石付贾夏白侯孟秦尹江阎薛段雷"
)
_WEIGHTS = [1 / (6 + rank) for rank in range(len(SURNAMES))]

# By decade of birth the fashion changes; by sex it differs.
_OLD = {
    "1": "福贵德财玉山海林树春志国庆永长生发成富有才",
    "2": "桂兰淑珍秀英玉芝凤琴素云芳华贤香荣莲",
}
_MIDDLE = {
    "1": "军伟强建国华明东峰辉刚勇斌涛波平杰宏立志",
    "2": "丽娟艳敏静红霞燕玲梅萍莉娜颖辉波杰慧晶",
}
_YOUNG = {
    "1": "浩宇博文俊泽子轩昊天一鸣睿嘉诚鑫磊鹏旭晨",
    "2": "欣怡雨涵梓萱佳琪思彤诗雅静婷悦馨可心语晨妍",
}


def surname(random: Random) -> str:
    return random.choices(SURNAMES, _WEIGHTS)[0]


def given_name(random: Random, sex: str, birth_year: int) -> str:
    stock = (_OLD if birth_year < 1955 else _MIDDLE if birth_year < 1988 else _YOUNG)[sex]
    if random.random() < 0.22:
        return random.choice(stock)
    return random.choice(stock) + random.choice(stock)
