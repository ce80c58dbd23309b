"""吉林市: the city's figures, and the rules it adds to national law."""

LABEL = "吉林市社会救助政策"

BENEFITS = (
    "dibao",
    "medical",
    "premium",
    "temporary",
    "tekun",
    "disability",
    "orphan",
    "veterans",
    "survivors",
    "vat_refund",
)

COUNTIES = {
    "220202": "昌邑区",
    "220203": "龙潭区",
    "220204": "船营区",
    "220211": "丰满区",
    "220221": "永吉县",
    "220281": "蛟河市",
    "220282": "桦甸市",
    "220283": "舒兰市",
    "220284": "磐石市",
}
