"""report.py: the page in a real browser."""

import base64
import io
import itertools
import json
import re
import shutil

import numpy as np
import pytest
from helpers import ROOT, pixels, run_script
from painted_comparison import LOOKS, ODD_PROMPT, ROWS, TITLES, comparison_with_page
from PIL import Image

from inference.votes import read_all

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    return comparison_with_page(tmp_path_factory.mktemp("comparison"))


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture
def open_page(browser, comparison):
    """Open the page at a view; when the test ends, nothing may have been asked of a network or said on the console."""
    contexts, wrong = [], []

    def open_at(view="", width=1400, height=900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce", **options)
        context.set_default_timeout(120_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: wrong.append(request.url) if not request.url.startswith(local) else None)
        page.goto((comparison / "report.html").as_uri() + view)
        return page

    local = ("blob:", "data:", (comparison / "report.html").as_uri())
    yield open_at
    for context in contexts:
        context.close()
    assert not wrong


def visible_cells(page) -> int:
    return page.locator("[data-at]").count()


def test_the_filter_filters(open_page):
    page = open_page()
    assert visible_cells(page) == ROWS * 3
    assert page.locator(".notice").inner_text().startswith("DreamBooth, not drawn: no DreamBooth pipeline in outputs/")
    page.keyboard.press("/")
    page.keyboard.type("ünïcode")
    assert visible_cells(page) == 3 and page.locator("h3").inner_text() == ODD_PROMPT
    page.get_by_role("button", name="LoRA", exact=True).click()
    assert visible_cells(page) == 2 and "1 of 11 prompts, 2 of 3 strategies" in page.get_by_role("status").inner_text()
    assert page.locator(".heads .title").all_inner_texts() == ["Base", "Textual inversion"]
    page.get_by_role("searchbox").fill("no such words")
    assert visible_cells(page) == 0 and "No prompt has" in page.locator(".sheet").inner_text()
    page.get_by_role("searchbox").fill("")
    assert visible_cells(page) == ROWS * 2


def test_zoom_by_keyboard_and_the_recipe_to_copy(open_page, comparison):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.locator("[data-at='0 0']").focus()
    for key in ("ArrowDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    dialog = page.get_by_role("dialog")
    assert dialog.locator(".title").inner_text() == "Textual inversion"
    assert dialog.locator(".stage img").bounding_box()["width"] > 700  # of 64 pixels
    page.keyboard.press("ArrowRight")
    assert dialog.locator(".title").inner_text() == "LoRA"
    dialog.get_by_role("button", name="Copy recipe").click()
    dialog.get_by_role("button", name="Copied").wait_for()
    with Image.open(comparison / "pictures" / "1-lora.png") as picture:
        assert json.loads(page.evaluate("navigator.clipboard.readText()")) == json.loads(picture.text["recipe"])
    wide = dialog.locator(".stage img").bounding_box()["width"]
    page.keyboard.press("z")
    assert dialog.locator(".stage img").bounding_box()["width"] > 1.5 * wide
    page.keyboard.press("Escape")
    page.locator("[data-at='1 2']:focus").wait_for()  # the dialog's close event, which moves it, comes a task later


def test_the_slider_moves_by_keyboard_pointer_and_touch(open_page, comparison):
    page = open_page("#slider", has_touch=True)
    page.get_by_role("button", name="LoRA", exact=True).click()
    wipe, slider = page.locator(".wipe"), page.get_by_role("slider")
    box = wipe.bounding_box()
    expected = [pixels(comparison / "pictures" / f"0-{name}.png").mean(axis=(0, 1)) for name in ("base", "lora")]
    assert np.abs(expected[0] - expected[1]).max() > 10

    def shows(left: str, right: str) -> bool:
        """Whether the strips left and right of the middle, clear of handle and labels, are of these pictures."""
        shot = np.asarray(Image.open(io.BytesIO(wipe.screenshot())).convert("RGB"), float)
        h, w = shot.shape[:2]
        for name, (start, end) in (
            {left: (0.3, 0.4), right: (0.6, 0.7)}.items() if left != right else ((left, (0.3, 0.7)),)
        ):
            with Image.open(comparison / "pictures" / f"0-{name}.png") as picture:
                whole = np.asarray(picture.convert("RGB").resize((w, h), Image.Resampling.BILINEAR), float)
            part = np.s_[h // 8 : h * 3 // 8, int(start * w) : int(end * w)]
            if np.abs(shot[part] - whole[part]).mean() > 8:
                return False
        return True

    assert slider.input_value() == "50" and shows("base", "lora") and not shows("lora", "base")
    slider.focus()
    page.keyboard.press("End")
    assert slider.input_value() == "100" and shows("base", "base")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert slider.input_value() == "1" and shows("lora", "lora")
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.1 * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], y, steps=4)
    assert abs(float(slider.input_value()) - 80) <= 1
    page.mouse.up()
    page.mouse.move(box["x"] + 0.2 * box["width"], y)
    assert abs(float(slider.input_value()) - 80) <= 1 and shows("base", "base")
    page.touchscreen.tap(box["x"] + 0.25 * box["width"], y)
    assert abs(float(slider.input_value()) - 25) <= 1 and shows("lora", "lora")


def test_scores_are_plotted_with_their_intervals(open_page, comparison):
    page = open_page("#scores")
    saved = json.loads((comparison / "scores.json").read_text())["strategies"]
    plot = page.locator("section", has=page.get_by_role("heading", name="Vignette"))
    ends = [
        plot.locator(".range").nth(i).evaluate("e => [e.x1, e.x2].map((x) => x.baseVal.valueInSpecifiedUnits)")
        for i in range(3)
    ]
    centres = [plot.locator(".mean").nth(i).evaluate("e => e.cx.baseVal.valueInSpecifiedUnits") for i in range(3)]
    values = [[saved[name]["vignette"][key] for key in ("low", "mean", "high")] for name in LOOKS]
    drawn = [[low, mean, high] for (low, high), mean in zip(ends, centres, strict=True)]
    slope, offset = np.polyfit(np.ravel(values), np.ravel(drawn), 1)  # one axis for all of a plot
    assert slope > 0 and np.abs(np.ravel(drawn) - slope * np.ravel(values) - offset).max() < 0.01
    assert plot.locator(".one").count() == ROWS * 3
    mean, low, high = (saved["lora"]["vignette"][key] for key in ("mean", "low", "high"))
    row = plot.get_by_role("row", name="LoRA").inner_text()
    assert f"{mean:.3f}" in row and f"{low:.3f} to {high:.3f}" in row


def test_dark_and_light(open_page):
    page = open_page(color_scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(background)
    page.get_by_role("button", name="Switch to light").click()
    light = page.evaluate(background)
    page.reload()
    assert page.evaluate(background) == light != dark
    page.get_by_role("button", name="Switch to dark").click()
    assert page.evaluate(background) == dark


@pytest.mark.parametrize("view", ["sheet", "slider", "scores", "vote"])
def test_no_view_is_wider_than_a_phone_and_focus_is_seen(open_page, view):
    page = open_page(f"#{view}", width=390, height=844)
    if view == "vote":
        page.get_by_role("button", name="Begin").click()
        assert page.get_by_role("button", name="Cannot say").bounding_box()["y"] < 844 - 38
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


# The vote


class Voter:
    """Looks at the pixels, and prefers LoRA to textual inversion to base."""

    def __init__(self, page, comparison):
        self.page = page
        self.strategies = {
            pixels(path).astype(np.uint8).tobytes(): path.stem.split("-")[1]
            for path in (comparison / "pictures").iterdir()
        }

    def sees(self) -> list[str]:
        """The strategies of the pictures on the left and on the right, known by their pixels alone."""
        shown = self.page.evaluate(
            """() => Promise.all([...document.querySelectorAll(".pair img")].map(async (image) => {
                 await image.decode();
                 const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
                 const context = canvas.getContext("2d");
                 context.drawImage(image, 0, 0);
                 const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
                 return btoa(String.fromCharCode(...data));
               }))"""
        )
        found = [np.frombuffer(base64.b64decode(picture), np.uint8).reshape(-1, 4)[:, :3] for picture in shown]
        return [self.strategies[picture.tobytes()] for picture in found]

    def votes(self, seen: list[str], keys: tuple[str, str] = ("1", "2")) -> None:
        left, right = (list(LOOKS).index(name) for name in seen)
        self.page.keyboard.press(keys[0] if left > right else keys[1])


def assert_blind(page) -> None:
    """No strategy by name in anything the vote puts before eyes, ears or the inspector."""
    elements = page.evaluate(
        """() => { const copy = document.documentElement.cloneNode(true);
                   copy.querySelectorAll("script, style").forEach((element) => element.remove());
                   return copy.outerHTML; }"""
    )
    for text in (elements, page.locator("body").aria_snapshot(), page.title(), page.url.split("/")[-1]):
        for name in (*LOOKS, *TITLES.values()):
            assert name.lower() not in text.lower(), name
    assert page.locator(".sheet, [data-at], .recipe, #pictures, #content").count() == 0


def test_a_full_vote_by_keyboard_ranks_the_planted_winner_first(open_page, comparison, tmp_path):
    page = open_page()  # the sheet was there before, and must be gone
    page.get_by_role("link", name="Blind vote").click()
    assert "33 times" in page.locator("main").inner_text()
    page.keyboard.press("Enter")  # Begin has the focus
    voter, lefts = Voter(page, comparison), []
    for cast in range(33):
        assert f"{cast + 1} of 33" in page.locator(".vote").inner_text()
        if cast % 8 == 0:
            assert_blind(page)
        left, right = voter.sees()
        lefts.append(left)
        if cast == 0:  # a wrong vote, taken back
            voter.votes([left, right], ("2", "1"))
            page.keyboard.press("u")
            assert voter.sees() == [left, right]
        if cast == 20:  # the page is closed and opened again
            page.reload()
            page.get_by_role("button", name="Go on").click()
            assert voter.sees() == [left, right]
        if {left, right} == {"base", "textual_inversion"} and cast < 6:
            page.keyboard.press("0")
        else:
            voter.votes([left, right])
    with page.expect_download() as download:
        page.get_by_role("button", name="Download votes").click()
    assert re.fullmatch(r"votes-\w+\.json", download.value.suggested_filename)
    download.value.save_as(tmp_path / "votes.json")

    saved = json.loads((tmp_path / "votes.json").read_text())
    pairs = {(vote["prompt"], vote["seed"], frozenset((vote["left"], vote["right"]))) for vote in saved["votes"]}
    assert len(saved["votes"]) == len(pairs) == 33 and saved["question"] == "Which is more cinematic?"
    assert [vote["left"] for vote in saved["votes"]] == lefts
    ties = sum(vote["choice"] == "tie" for vote in saved["votes"])
    assert ties == 2 and {vote["choice"] for vote in saved["votes"]} == {"left", "right", "tie"}
    votes, ranked = tmp_path / "votes.json", tmp_path / "ranking.json"
    done = run_script(ROOT / "inference" / "votes.py", votes, "--output", ranked)
    assert done.rc == 0, done.err
    ranking = json.loads(ranked.read_text())["ranking"]
    assert [entry["strategy"] for entry in ranking] == ["lora", "textual_inversion", "base"]
    assert ranking[0]["low"] > 0 and ranking[0]["preferred"] == 1


def test_a_vote_ended_early_can_go_on_and_two_ballots_differ(open_page, comparison):
    page = open_page("#vote")
    page.get_by_role("button", name="Begin").click()
    voter, orders, voters = Voter(page, comparison), [], []
    for _ in range(2):
        seen = []
        for _ in range(6):  # two rounds: each two strategies twice
            seen.append(voter.sees())
            voter.votes(seen[-1])
        assert sorted(map(sorted, seen[:3])) == sorted(map(sorted, itertools.combinations(LOOKS, 2)))
        page.get_by_role("button", name="Finish").click()
        assert "6 votes" in page.locator("main").inner_text() and page.locator("meter").count() == 3
        page.get_by_role("button", name="Go on: 27 left").click()
        page.get_by_role("button", name="Go on").click()
        assert "7 of 33" in page.locator("main").inner_text()
        orders.append(page.evaluate("JSON.stringify(ballot.pairs)"))
        voters.append(page.evaluate("ballot.voter"))
        assert not re.search("lora|base|inversion", page.evaluate("JSON.stringify(localStorage)"))
        page.get_by_role("button", name="Finish").click()
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Start over").click()
        page.get_by_role("button", name="Begin").click()
    assert orders[0] != orders[1] and voters[0] != voters[1], "who starts over may be someone else"


def test_a_browser_that_keeps_nothing_gives_its_voter_one_name(open_page, comparison, tmp_path):
    page = open_page("#vote")
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('off'); } })")
    page.reload()
    page.get_by_role("button", name="Begin").click()
    assert "keeps no votes" in page.locator(".vote").inner_text()
    page.keyboard.press("1")
    page.get_by_role("button", name="Finish").click()
    files = [tmp_path / "votes-a.json", tmp_path / "votes-b.json"]
    for path in files:
        with page.expect_download() as download:
            page.get_by_role("button", name="Download votes").click()
        download.value.save_as(path)
    votes, left_out = read_all(files)
    assert len(votes) == 1 and not left_out
