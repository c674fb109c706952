"use strict";
// Opens the report pages of a folder in Chromium, uses them, and exits with 1 when one does not do what it should.
const { chromium } = require("playwright-core");
const path = require("path");

const [folder, shots] = process.argv.slice(2);
const PAGES = ["limit-cycle", "players-2x2", "branch", "gap", "phase", "cloud", "judged", "hostile"];
const VIEWS = [
  { name: "light", width: 1200, colorScheme: "light" },
  { name: "dark", width: 1200, colorScheme: "dark" },
  { name: "narrow", width: 400, colorScheme: "light" },
];
const faults = [];

async function inspect(browser, name, view) {
  const context = await browser.newContext({ viewport: { width: view.width, height: 900 }, colorScheme: view.colorScheme, offline: true });
  const page = await context.newPage();
  const expect = (truth, what) => { if (!truth) faults.push(`${name}, ${view.name}: ${what}`); };
  page.on("console", (message) => expect(false, `console: ${message.text()}`));
  page.on("pageerror", (error) => expect(false, `error: ${error}`));
  page.on("request", (request) => expect(/^(file|data):/.test(request.url()), `asks for ${request.url()}`));
  await page.goto("file://" + path.join(folder, `${name}.report`, "report.html"));
  await page.waitForTimeout(200);
  const facts = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    unnamed: [...document.querySelectorAll("svg, canvas:not(.u-wrap canvas), [role=img]")].filter((e) => !e.closest(".u-wrap") && !e.getAttribute("aria-label")).length,
    images: document.images.length,
    title: document.title,
    background: getComputedStyle(document.body).backgroundColor,
    text: document.body.innerText.length,
    moves: Boolean(document.getElementById("time")),
    curves: Boolean(document.querySelector("#curves canvas")),
    wants: Boolean(document.getElementById("curves")),
  }));
  expect(facts.wide <= view.width, `is ${facts.wide} pixels wide`);
  expect(facts.unnamed === 0, `${facts.unnamed} pictures without a name`);
  expect(facts.images === 0, "holds an image of its own");
  expect(facts.title.endsWith(" - nashflow"), `the title is ${facts.title}`);
  expect(facts.text > 300, "shows next to nothing");
  expect(facts.curves === facts.wants, "the curves are not drawn");
  const dark = facts.background.match(/\d+/g).slice(0, 3).every((c) => Number(c) < 80);
  expect(dark === (view.colorScheme === "dark"), `the background is ${facts.background}`);
  if (facts.moves) await move(page, expect, name !== "hostile");
  if (facts.curves) await hover(page, expect);
  await page.mouse.move(0, 0);
  if (["limit-cycle", "branch", "phase", "judged"].includes(name)) {
    await page.screenshot({ path: path.join(shots, `page-${name}-${view.name}.png`), clip: { x: 0, y: 0, width: view.width, height: 1500 }, fullPage: true });
  }
  await context.close();
}

// The slider by keyboard, the film by its button, the values under the pointer.
async function move(page, expect, changes) {
  const clock = () => page.textContent("#clock");
  expect(await page.evaluate(() => Number(document.getElementById("time").max) + 1 === JSON.parse(document.getElementById("data").textContent).frames.times.length), "the slider is longer than the film");
  const picture = () => page.evaluate(() => document.querySelector("canvas[id^=density]").toDataURL());
  await page.focus("#time");
  await page.keyboard.press("Home");
  const [first, before] = [await clock(), await picture()];
  await page.keyboard.press("End");
  const [last, after] = [await clock(), await picture()];
  expect(first !== last && first.startsWith("t = "), `the clock stands at ${first}`);
  // That game starts at its equilibrium.
  expect((before !== after) === changes, "the densities do not move");
  await page.keyboard.press("Home");
  await page.focus("#play");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(1300);
  await page.keyboard.press("Enter");
  const played = await clock();
  expect(played !== first, "the film does not play");
  await page.waitForTimeout(600);
  expect((await clock()) === played, "the film does not stop");
  await page.hover("canvas[id^=density]");
  expect(/ at .*: /.test(await page.textContent("[id^=read-]")), "no value under the pointer");
}

async function hover(page, expect) {
  const over = page.locator("#curves .u-over");
  await over.scrollIntoViewIfNeeded();
  const box = await over.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.waitForTimeout(100);
  const values = await page.locator("#curves .u-legend .u-value").allTextContents();
  expect(values.filter((text) => /\d/.test(text)).length > 1, `the legend says ${values}`);
}

(async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
  for (const name of PAGES) for (const view of VIEWS) await inspect(browser, name, view);
  await browser.close();
  for (const fault of faults) console.error(fault);
  console.log(`${PAGES.length} pages in ${VIEWS.length} views: ${faults.length} faults`);
  process.exit(faults.length ? 1 : 0);
})();
