"""A real Chromium that plays what a platform serves, and tells how that went."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import pytest
from playwright.async_api import Page, async_playwright

CHROMIUM: Final = shutil.which("chromium") or shutil.which("google-chrome")
# A browser comes from the system, not from the package index.
needs_chromium: Final = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt-get install chromium")

_ARGUMENTS: Final = ("--no-sandbox", "--mute-audio", "--autoplay-policy=no-user-gesture-required")
# Every frame is decoded at any rate, and nobody is watching.
_RATE: Final = 4
_PLAY: Final = """
address => new Promise((done, failed) => {
    const video = document.createElement("video");
    video.muted = true;
    video.defaultPlaybackRate = RATE;
    video.src = address;
    video.onerror = () => failed(new Error(video.error.message || `error ${video.error.code}`));
    video.onended = () => {
        const quality = video.getVideoPlaybackQuality();
        done({ seconds: video.duration, width: video.videoWidth, height: video.videoHeight,
               frames: quality.totalVideoFrames, corrupted: quality.corruptedVideoFrames });
    };
    document.body.append(video);
    video.play().catch(failed);
})
""".replace("RATE", str(_RATE))


@dataclass(frozen=True)
class Played:
    """What came of playing a film to its end. `frames` counts those decoded, `corrupted` those that were damaged."""

    seconds: float
    width: int
    height: int
    frames: int
    corrupted: int


@asynccontextmanager
async def chromium_at(address: str) -> AsyncIterator[Page]:
    """A page of its own, opened at an address."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(_ARGUMENTS))
        try:
            page = await browser.new_page()
            await page.goto(address)
            yield page
        finally:
            await browser.close()


async def play(page: Page, path: str) -> Played:
    """Play a film of the page's own site to its end. Raises playwright's Error with the browser's words."""
    return Played(**await page.evaluate(_PLAY, path))
