import pytest

from inference.cli import InputError
from inference.options import check_compiler, read_prompts


def test_a_prompt_longer_than_a_file_s_name_is_a_prompt():
    long = "a castle " * 100
    assert read_prompts([long]) == [long.strip()]


def test_a_file_s_lines_are_its_prompts_whatever_wrote_it(tmp_path):
    file = tmp_path / "prompts"
    file.write_bytes("\ufeffa tent\r\n\r\na \u2028 car\u0085here\n".encode())
    assert read_prompts([str(file)]) == ["a tent", "a \u2028 car\u0085here"]


def test_a_file_of_prompts_is_text_by_its_mark_or_refused(tmp_path):
    file = tmp_path / "prompts.txt"
    file.write_text("a tent\na café\n", encoding="utf-16")
    assert read_prompts([str(file)]) == ["a tent", "a café"]
    file.write_bytes(b"\xef\xbb\xbfa tent\n\xe9t\xe9")
    with pytest.raises(InputError, match=r"prompts\.txt line 2 .* \(byte 0xe9\)"):
        read_prompts([str(file)])
    file.write_text("a tent\na café\n", encoding="cp1252")
    with pytest.raises(InputError, match=r"prompts\.txt line 2 cannot be read as UTF-8 text \(byte 0xe9\)"):
        read_prompts([str(file)])


def test_compiling_on_a_cpu_needs_a_compiler(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    check_compiler(cuda=True)
    with pytest.raises(InputError, match="--compile needs a C\\+\\+ compiler"):
        check_compiler(cuda=False)
