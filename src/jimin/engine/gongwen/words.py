"""The vocabulary of work plans that several modules read by, as regular expressions."""

import re


def longest_first(words: str) -> str:
    """Words parted by blanks or | as one alternation in which the longer word wins.

    What must not follow a word, as in 人(?!口), does not make it longer.
    """
    parts = set(words.replace("|", " ").split())
    return "|".join(sorted(parts, key=lambda word: (-len(re.sub(r"\(.*", "", word)), word)))


# Verbs that make, add, give or do something countable. Longest first is arranged below.
VERBS = longest_first(
    """
    新增 新建改建 新改扩建 新改建 新建 改建 扩建 续建 重建 迁建 共建 维修改造 提升改造 提档升级
    改造 改扩建 建设 建成 建立 建好 建 创建 创成 打造 培育 培养 培训产生 培训 引进 引育 招引
    招聘 招募 招录 选派 选聘 选树 评选 评定 认定 命名 表彰 开设 开办 开通 设立 设置 成立 组建
    配备 配置 配建 安装 购置 购买 采购 更新 升级 完成 实现 推进 推动 推广 实施 开展 举办 组织
    承办 帮助 帮扶 扶持 支持 资助 救助 救治 补助 补贴 奖励 发放 下拨 拨付 安排 投入 落实 筹集
    募集 筹措 争取 销售 发行 提供 服务 覆盖 惠及 受益 惠 建有 拥有 选择 遴选 选取 确定 发展 登记
    注册 孵化 转移 安置 接收 收养 排查 整治 整改 清理 取缔 关闭 拆除 绿化 造林 种植 植树 修复
    治理 解决 化解 办理 办结 受理 调解 核查 抽查 检查 评估 普查 采集 录入 制作 竖立 编纂 出版
    发布 制定 修订 签订 签约 落地 开工 竣工 投产 交付 投用 完工 减少 压减 淘汰 节约 减排 降低
    下降 提高 增加 增长 提升 扩大 缩短 压缩 吸纳 吸引 动员 走访 慰问 探访 探望 巡访 适配 签约
    入驻 试点 纳入 达标 验收 启动 供应 储备 收储 出让 盘活 流转 改厕 新招 输送 举行 派驻 设 招收
    资助 赋码 建档 保障 供养 创建成 打通 配(?![合套送电齐]) 召开 撤销 募捐 捐赠 就业 再就业
    创业 参保
    接待 享受 结对
    认证 取消 下放 承接 增设 增建 增配 装配 布设 开发(?!区) 铺设 敷设 加装 配套 补建 争创 征集 投放
    投运 检测 监测 抽检 筛查 接种 编制 处置 查处 减免 疏浚 加固 搬迁 贯通 通车 免费开放 选送 增开
    划定 编印 编发 刊发 报送
    """
)


# Verbs that can stand before a count written in Chinese numerals (新建两所…).
COUNTED_VERBS = (
    "新增|新建|改建|扩建|新改建|改造|建设|建成|建|建立|创建|打造|培育|培养|开设|设立|增设|举办|"
    "评选|引进|扶持|选择|选取|遴选|配备|成立|组建|完成"
)

AT_LEAST = (
    "≥|不低于|不少于|不小于|不下于|不得低于|不得少于|至少|最少|最低|达到|达|提高到|提高至|提升到|提升至|"
    "提至|调至|调到|扩至|延长到|延长至|增加到|增加至|扩大到|扩大至|增长到|上升到|升至|增至|上调至|上调到|调整到|调整为|调整至|"
    "保持在|稳定在|维持在"
)
MORE_THAN = "突破|超过|高于|大于|超出|超|逾|多于"
AT_MOST = (
    "≤|不超过|不得超过|不高于|不大于|不多于|最高|最多|至多|控制在|控制到|压减到|压减至|压缩到|压缩至|"
    "缩短到|缩短至|缩短为|缩小到|缩小至|减少到|减少至|降低到|降低至|下降到|下降至|降至|降到|减至|减到"
)
LESS_THAN = "低于|少于|小于|不足|不到"

# 达 is no comparison in 下达, 达标 and 达产.
CUES = "|".join(
    "(?<!下)(?<!送)达(?!标|成|产|效|人|不到)" if cue == "达" else cue
    for cue in longest_first(f"{AT_LEAST}|{MORE_THAN}|{AT_MOST}|{LESS_THAN}").split("|")
)

# Growth words stay in the name of the measure: 财政收入增长 8%.
GROWTH = "增长|增幅|提高|提升|上升|增加|下降|降低|减少|压减|上涨|涨幅"

MODALITY = "力争|确保|努力|争取|必须|务必|原则上|计划|预计|坚决"

PLACES = (
    "全市|全省|全区|全县|全国|全州|全盟|全旗|全域|全系统|市本级|区本级|县本级|省本级|本市|本区|本县|"
    "我市|我区|我县|城区|主城区|中心城区|市区|各地|各县(?:\\(市\\))?区?|各县\\(市、区\\)|各区县|各区\\(县\\)|各区"
)

# Compiled once: as patterns they are too long to be looked up for every number.
ANY_VERB = re.compile(VERBS)
ANY_CUE = re.compile(CUES)
ANY_MODALITY = re.compile(MODALITY)

# What can only be counted in a figure of speech: 四个方面, 12个环节.
ABSTRACT = (
    "方面|环节|层面|层次|阶段|步骤|领域|坚持|确保|提升|转变|原则|统一|关键|关系|意识|自信|维护|"
    "一(?![\u4e00-\u9fff])|必须|不变|更加|到位"
)
# What names itself by a numeral in characters: 五个行动计划, 三项制度.
NAMED_BY_NUMERAL = (
    ABSTRACT
    + "|重点|行动计划|行动|攻坚|战役|工程|体系|机制|制度|联动|目标|要求|举措|措施|抓手|问题"
    "|难题|短板|优势|清单|平台|中心任务|基本|大局|能力|作为|关|台阶|文章|公开|衔接|结合|计划|任务|工作|中心(?!建设)"
)
