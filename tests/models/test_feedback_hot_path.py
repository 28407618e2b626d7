import subprocess
import sys


def test_sorting_texts_needs_no_scikit_learn() -> None:
    program = (
        "import sys, models.feedback_scorer;"
        "print(sorted({'sklearn', 'scipy', 'pandas', 'mlflow'} & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
