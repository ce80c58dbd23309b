"""Make the package importable in the virtual environment and put `jimin` on its path.

An editable install needs a build backend from the registry; a path file does not.
"""

import sys
import sysconfig
from pathlib import Path

root = Path(__file__).resolve().parent.parent
(Path(sysconfig.get_path("purelib")) / "jimin.pth").write_text(
    f"{root / 'src'}\n", encoding="utf-8"
)
command = Path(sys.executable).parent / "jimin"
command.write_text(
    f"#!{sys.executable}\nimport sys\nfrom jimin.project.cli import main\nsys.exit(main())\n",
    encoding="utf-8",
)
command.chmod(0o755)
