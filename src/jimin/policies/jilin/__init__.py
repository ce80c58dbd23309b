"""吉林市: the city's figures and the rules it applies."""

LABEL = "吉林市社会救助政策"
