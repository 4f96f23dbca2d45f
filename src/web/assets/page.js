// Plays a call from a turn and follows the playing in the transcript. Nothing else on the pages needs a script.
"use strict";
(() => {
  const player = document.getElementById("player");
  const list = document.getElementById("turns");
  if (!player || !list) return;
  const turns = [...list.querySelectorAll(".turn[data-start]")];

  const playFrom = (milliseconds) => {
    player.currentTime = milliseconds / 1000;
    player.play().catch(() => { player.dataset.state = "blocked"; });
  };

  list.addEventListener("click", (event) => {
    const turn = event.target.closest(".turn[data-start]");
    if (!turn || window.getSelection().toString()) return;
    playFrom(Number(turn.dataset.start));
  });

  player.addEventListener("timeupdate", () => {
    const now = player.currentTime * 1000;
    player.dataset.playedMs = String(Math.round(now));
    for (const turn of turns) {
      const playing = now >= Number(turn.dataset.start) && now < Number(turn.dataset.end);
      turn.classList.toggle("playing", playing);
    }
  });
  for (const state of ["playing", "pause", "ended", "error"]) {
    player.addEventListener(state, () => { player.dataset.state = state; });
  }

  // A link with #t=12.5 opens the call at that second.
  const asked = /^#t=([0-9.]+)$/.exec(window.location.hash);
  if (asked) playFrom(Number(asked[1]) * 1000);
})();
