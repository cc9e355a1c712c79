"""The first minute of a student: each lesson starts without a line on stderr, or says why not."""

import json
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("*.ipynb"))


QUIETENED = ("PYTEST_CURRENT_TEST", "TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS")


def run(sources, path=NOTEBOOKS):
    """Each cell's outputs, from a fresh kernel as JupyterLab starts one for a student.

    Tests and Makefile set variables that quieten TensorFlow, and one that keeps ipykernel from
    seeing what C++ writes; a student has none of them.
    """
    env = {name: value for name, value in os.environ.items() if name not in QUIETENED}
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(notebook, resources={"metadata": {"path": path}}, kernel_name="python3")
    client.execute(env=env)
    return [cell.outputs for cell in notebook.cells]


def first_cells(path, count=2):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return code[:count]


@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
def test_the_first_cells_start_without_a_red_box(path):
    setup, imports = run(first_cells(path))
    assert setup == []
    assert not [output for output in imports if output.get("name") == "stderr"]


def test_the_check_can_fail():
    """What C++ writes while a library is imported is seen."""
    (outputs,) = run(["import os, time; n = os.write(2, b'a line of C++'); time.sleep(1)"])
    assert any(output.get("name") == "stderr" for output in outputs), outputs


def test_the_setup_cell_says_what_to_do_where_the_kit_is_missing():
    hide = "import sys; sys.meta_path = [f for f in sys.meta_path if 'ditable' not in str(f)]"
    setup = first_cells(LESSONS[0], 1)[0].replace("audiogan_tf", "audiogan_missing")
    _, (output,) = run([hide, setup])
    assert "make lab" in output["text"] and "%pip install" in output["text"]
