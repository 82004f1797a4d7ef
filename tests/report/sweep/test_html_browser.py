"""The page of a sweep as a person meets it: in a browser, from a file, by keyboard, on a phone, at night.

Pictures are taken of it: into the folder that CI_AUDIT_SCREENSHOTS names, else into pytest's.
"""

import os
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.report.sweep import html
from auditor.report.sweep.document import Outcome, Standing, SweptFinding

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 20_000


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def sample(make_organisation):
    return make_organisation()


def written(folder, name, sweep):
    path = folder / f"{name}.html"
    path.write_text("".join(html.render(sweep, {"findings.csv": "CSV"})), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def page_file(folder, sample):
    return written(folder, "sample", sample)


@pytest.fixture
def opened(browser):
    """Opens a page; at the end it must have logged nothing and asked nobody for anything."""
    contexts, asked, logged = [], [], []

    def open_(path, hash="", *, width=1280, height=900, ready=True, **options):
        context = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", **options
        )
        contexts.append(context)
        context.route("**/*", lambda route: (asked.append(route.request.url), route.abort()))
        context.route(f"{path.as_uri()}*", lambda route: route.continue_())
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: logged.append(message.text))
        page.on("pageerror", lambda error: logged.append(str(error)))
        page.goto(path.as_uri() + hash)
        if ready:
            page.wait_for_selector("html[data-ready]")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert asked == []
    assert logged == []


@pytest.fixture
def picture(tmp_path):
    """Takes a picture of a page, for a person to look at."""
    target = Path(os.environ.get("CI_AUDIT_SCREENSHOTS") or tmp_path)
    target.mkdir(parents=True, exist_ok=True)

    def take(page, name, *, whole=False):
        page.screenshot(path=target / f"{name}.png", full_page=whole, timeout=60_000)

    return take


def count(page, table):
    """How many rows the table says that it shows."""
    return int(re.match(r"[\d,]+", page.inner_text(f"#{table} .count"))[0].replace(",", ""))


def until(page, holds):
    """Waits until `holds()`: an address is followed a moment after it changes. (The page's policy forbids
    what Playwright's own `wait_for_function` does.)"""
    end = time.monotonic() + PATIENCE / 1000
    while not holds():
        assert time.monotonic() < end, holds
        page.wait_for_timeout(20)


def title(page):
    return page.inner_text("dialog h2")


def focused(page):
    return page.evaluate("document.activeElement.textContent.trim() || document.activeElement.tagName")


def tab_to(page, what):
    """Presses Tab until `what`, a selector, has the focus."""
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("(what) => document.activeElement.matches(what)", what):
            return
    pytest.fail(f"Tab never gets to {what}")


def test_it_opens_from_a_file_and_its_numbers_add_up(opened, page_file, sample, picture) -> None:
    page = opened(page_file)
    cells = page.locator("#coverage tr.outcome td").all_inner_texts()
    assert sum(int(cell.replace(",", "")) for cell in cells) == len(sample.repositories)
    assert page.inner_text("#coverage tr.sum td") == str(len(sample.repositories))
    assert count(page, "findings") == len(list(sample.findings()))
    assert count(page, "repositories") == len(sample.repositories)
    picture(page, "wide")
    picture(page, "whole", whole=True)


@pytest.mark.parametrize("area", ["coverage", "changes", "by-rule", "top"])
def test_a_number_opens_as_many_rows(opened, page_file, area) -> None:
    page = opened(page_file)
    links = page.locator(f"#{area} td.number a")
    for at in range(0, links.count(), max(1, links.count() // 12)):
        follow(page, links.nth(at))


def follow(page, link):
    wanted = int(link.inner_text().replace(",", ""))
    table = link.get_attribute("href").split("?")[0][1:]
    link.click()
    until(page, lambda: count(page, table) == wanted)


def test_a_power_opens_its_repositories_and_their_jobs(opened, page_file, sample) -> None:
    page = opened(page_file)
    link = page.locator("#powers td.number a").first
    link.click()
    wanted = sum(("outsider", "runs an outsider's code") in each.powers for each in sample.repositories)
    until(page, lambda: count(page, "repositories") == wanted)
    jobs = page.locator("#repositories td.jobs").all_inner_texts()
    assert sum(map(int, jobs)) == int(link.inner_text())


def test_search_and_filters_find_what_is_there(opened, page_file, sample) -> None:
    page = opened(page_file)
    one = next(each for each in sample.findings() if each.standing is Standing.OPEN)
    page.fill("#findings .text input", f"{one.document['fingerprint'][:10]} {one.document['job'].upper()}")
    same = [each for each in sample.findings() if each.document["fingerprint"] == one.document["fingerprint"]]
    assert count(page, "findings") == len(same)
    page.click("#findings .filters button")
    page.select_option("#findings .severity select", "high")
    page.select_option("#findings .standing select", "open now")
    page.fill("#findings .repository input", "acme-labs/")
    wanted = [
        each
        for each in sample.findings()
        if each.document["severity"] == "high"
        and each.standing.is_open
        and each.repository.startswith("acme-labs/")
    ]
    assert count(page, "findings") == len(wanted) > 0


def test_what_is_shown_is_kept_in_the_address(opened, page_file) -> None:
    page = opened(page_file)
    page.select_option("#findings .severity select", "low")
    page.fill("#findings .text input", "ci.yml")
    page.click("#findings thead button:has-text('Repository')")
    if page.is_visible("#findings .pager"):
        page.click("#findings .pager button:has-text('Next')")
    shown = page.locator("#findings tbody tr").all_inner_texts()
    until(page, lambda: "sort=repository" in page.evaluate("location.hash"))
    other = opened(page_file, page.evaluate("location.hash"))
    assert other.locator("#findings tbody tr").all_inner_texts() == shown
    assert other.input_value("#findings .severity select") == "low"


def test_columns_sort_up_and_down(opened, page_file) -> None:
    page = opened(page_file)
    head = page.locator("#repositories th:has(button:text-is('Repository'))")
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    names = page.locator("#repositories tbody th").all_inner_texts()
    assert names == sorted(names)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    names = page.locator("#repositories tbody th").all_inner_texts()
    assert names == sorted(names, reverse=True)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "none"


def test_a_finding_is_read_by_keyboard_alone(opened, page_file, sample, picture) -> None:
    page = opened(page_file)
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the findings"
    page.keyboard.press("Enter")
    tab_to(page, "#findings .text input")
    page.keyboard.type("release.yml")
    tab_to(page, "#findings tbody a")
    message = focused(page)
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open] h2")
    assert focused(page) == message
    hops = page.locator("dialog .hops li")
    assert hops.count() >= 4
    links = page.locator("dialog .hops a").evaluate_all("(all) => all.map((each) => each.href)")
    pattern = (
        r"https://github\.com/acme(-labs)?/[\w-]+/blob/[0-9a-f]{40}/\.github/workflows/release\.yml#L\d+"
    )
    assert all(re.fullmatch(pattern, link) for link in links)
    assert page.inner_text("dialog .rule-text").count("References") == 1
    picture(page, "detail")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="hidden")
    assert focused(page) == message
    assert "open=" not in page.evaluate("location.hash")
    assert page.input_value("#findings .text input") == "release.yml"


def test_a_detail_has_an_address_and_neighbours(opened, page_file, sample) -> None:
    page = opened(page_file)
    page.click("#findings tbody a >> nth=1")
    page.wait_for_selector("dialog[open] h2")
    first = title(page)
    other = opened(page_file, page.evaluate("location.hash"))
    other.wait_for_selector("dialog[open] h2")
    assert title(other) == first
    page.click("dialog a:has-text('Previous')")
    until(page, lambda: title(page) != first)
    page.go_back()
    until(page, lambda: title(page) == first)
    page.go_back()
    page.wait_for_selector("dialog", state="hidden")


def test_a_repository_says_what_could_not_be_read(opened, page_file, sample, picture) -> None:
    page = opened(page_file, color_scheme="dark")
    broken = next(each for each in sample.repositories if each.problems)
    page.fill("#repositories .text input", broken.name)
    page.click("#repositories tbody th a")
    page.wait_for_selector("dialog[open] h2")
    assert "not YAML: a tab (parse)" in page.inner_text("dialog")
    assert page.locator("dialog a:has-text('old.yml:3')").count() == 1
    picture(page, "repository-dark")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_no_need_to_scroll_sideways(opened, page_file, picture, scheme) -> None:
    page = opened(page_file, width=320, height=640, color_scheme=scheme)
    for hash in ("", "#powers", "#findings", "#repositories", "#rules"):
        page.evaluate("(hash) => { location.hash = hash }", hash)
        assert page.evaluate("document.documentElement.scrollWidth") == 320
    heads = "[...document.querySelectorAll('.scroll tbody th')].map((each) => each.offsetWidth)"
    assert min(width for width in page.evaluate(heads) if width) > 100
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = false })")
    for area in ("coverage", "new", "powers", "findings", "repositories"):
        page.evaluate("(area) => document.getElementById(area).scrollIntoView()", area)
        picture(page, f"narrow-{scheme}-{area}")
    page.click("#findings tbody a")
    page.wait_for_selector("dialog[open] h2")
    assert page.evaluate("document.querySelector('dialog').scrollWidth") <= 320
    picture(page, f"narrow-detail-{scheme}")


def test_the_night_has_its_own_colours(opened, page_file, picture) -> None:
    page = opened(page_file, color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 20, 23)"
    picture(page, "dark")


def test_without_javascript_the_summary_is_whole(opened, page_file, sample, picture) -> None:
    page = opened(page_file, ready=False, java_script_enabled=False)
    text = page.inner_text("main")
    assert "The sweep is incomplete" in page.inner_text("#verdict")
    assert f"{len(sample.repositories)} listed = " in text
    assert "needs JavaScript" in page.inner_text("#findings")
    assert page.locator("#by-rule tbody tr").count() > 10
    picture(page, "without-javascript")


def test_rows_that_cannot_be_unpacked_are_told_and_the_summary_stays(browser, folder, page_file) -> None:
    text = page_file.read_text(encoding="utf-8")
    broken = folder / "broken.html"
    broken.write_text(re.sub(r'(id="columns">).{400}', r"\1" + "A" * 400, text), encoding="utf-8")
    page = browser.new_page()
    page.goto(broken.as_uri())
    page.wait_for_selector("#findings [role=alert]")
    assert "could not be unpacked" in page.inner_text("#findings")
    assert "The summary above is whole" in page.inner_text("#repositories")
    assert page.locator("#coverage tr.outcome").count() == len(Outcome)
    page.close()


def test_it_can_be_printed(opened, page_file, picture) -> None:
    page = opened(page_file, width=794, height=1123, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="light")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(28, 30, 33)"
    assert not page.is_visible("#findings .filters")
    picture(page, "print", whole=True)


NAMELESS = """() => [...document.querySelectorAll("a, button, input, select, summary, [role=region], dialog")]
    .filter((each) => !each.closest("[hidden]"))
    .filter((each) => {
        const by = each.getAttribute("aria-labelledby");
        const label = each.labels?.[0]?.textContent || (by && document.getElementById(by)?.textContent);
        const own = each.matches("input, select, [role=region], dialog") ? "" : each.textContent;
        return !(each.getAttribute("aria-label") || label || own).trim();
    })
    .map((each) => each.outerHTML)"""
HEADLESS = """() => [...document.querySelectorAll("table")]
    .filter((each) => !each.querySelector("thead th[scope=col]")
        || each.querySelector("tbody tr > td:first-child:not(.empty)"))
    .map((each) => each.outerHTML.slice(0, 300))"""
IDS = "() => [...document.querySelectorAll('[id]')].map((each) => each.id)"
LEVELS = "() => [...document.querySelectorAll('main h1, main h2, main h3')].map((each) => each.tagName)"


def test_everything_has_a_name_and_tables_have_heads(opened, page_file) -> None:
    page = opened(page_file)
    page.click("#findings tbody a")
    page.wait_for_selector("dialog[open] h2")
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(HEADLESS) == []
    ids = page.evaluate(IDS)
    assert len(ids) == len(set(ids))
    assert page.evaluate(LEVELS)[0] == "H2"
    assert page.locator("h1").count() == 1
    assert page.get_attribute("html", "lang") == "en"


HOSTILE = "</script><img src=x onerror=alert(1)>\u202e`\"' {{x}} \x1b[31m"


def test_hostile_names_are_shown_as_text(opened, folder, sample, picture) -> None:
    first = sample.repositories[0]
    name = f"acme/{HOSTILE}"
    hop = {"path": HOSTILE, "line": 2, "kind": "gate", "note": HOSTILE, "verdict": "guarded"}
    document = dict(next(iter(sample.findings())).document)
    document |= {"message": HOSTILE, "path": HOSTILE, "job": HOSTILE, "step": HOSTILE, "trace": [hop]}
    finding = SweptFinding(
        repository=name, commit="0" * 40, standing=Standing.NEW, first_seen=sample.started, document=document
    )
    problem = {"path": HOSTILE, "line": 1, "stage": "parse", "message": HOSTILE}
    changed = replace(
        first, name=name, commit="0" * 40, outcome=Outcome.FAILED, reason=HOSTILE, problems=(problem,),
        not_verified={HOSTILE: HOSTILE}, powers={(HOSTILE, HOSTILE): 1},
    )  # fmt: skip
    sweep = replace(
        sample, repositories=(changed,), findings=lambda: iter([finding]), owners=(HOSTILE,),
        identity=HOSTILE, problems=(HOSTILE,),
    )  # fmt: skip
    page = opened(written(folder, "hostile", sweep))
    shown = "</script><img src=x onerror=alert(1)>\\u202e"
    page.click("#findings tbody a")
    page.wait_for_selector("dialog[open] h2")
    assert page.inner_text("dialog").count(shown) >= 5
    picture(page, "hostile")
    hrefs = page.locator("dialog .hops a").evaluate_all(
        "(all) => all.map((each) => each.getAttribute('href'))"
    )
    assert all(href.startswith("https://github.com/acme/%3C/script%3E%3Cimg%20src%3Dx") for href in hrefs)
    page.keyboard.press("Escape")
    page.click("#repositories tbody th a")
    until(page, lambda: title(page).startswith("acme/"))
    assert page.inner_text("dialog").count(shown) >= 6
    assert page.locator("img, script:not([id]):not([type=module]), iframe").count() == 0
    assert "\u202e" not in page.inner_text("html")


def test_an_address_can_be_anything(opened, page_file) -> None:
    for hash in (
        "#findings?severity=%3Cimg%3E&sort=constructor&page=-4",
        "#__proto__?open=x",
        "#findings?open=x&of=y",
    ):
        page = opened(page_file, hash)
        assert page.inner_text("#findings .count").endswith("findings")
        assert not page.is_visible("dialog")


STROKES = """async (text) => {
    const input = document.querySelector("#findings .text input");
    for (let end = 1; end <= text.length; end += 1) {
        input.value = text.slice(0, end);
        input.dispatchEvent(new Event("input"));
        document.querySelector("#findings tbody").getBoundingClientRect();
        await new Promise((done) => setTimeout(done));
    }
}"""


def busy(devtools):
    """Seconds for which the page's thread had the processor: how busy the machine is else says nothing."""
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return next(each["value"] for each in metrics if each["name"] == "ThreadTime")


def test_ten_thousand_repositories_open_and_filter_in_their_time(opened, folder, make_organisation) -> None:
    path = written(folder, "big", make_organisation(10_000, 50_000))
    page = opened(path)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    start = busy(devtools)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    opening = busy(devtools) - start
    words = "deploy.yml publish"
    start = busy(devtools)
    page.evaluate(STROKES, words)
    stroke = (busy(devtools) - start) / len(words)
    assert 0 < count(page, "findings") < 50_000
    assert path.stat().st_size < 2_100_000
    assert opening < 1.5
    assert stroke < 0.1
