"""Turns texts.jsonl into a script for corpora/demo/speak.py: how the heard form of the test texts was made.

    python corpora/gold/speak_texts.py > script.jsonl
    python corpora/demo/speak.py script.jsonl OUT
    huisheng transcribe --json OUT/audio/*          (base model, an empty data directory)

The first five texts of every category are spoken, each as one recording with one channel, by a voice and with noise
that its id decides. What Whisper heard stands in texts_heard.jsonl; the recordings are not kept.
"""
import collections
import json
import pathlib
import random
import re

FORMATS = ["mulaw", "alaw", "pcm"]
# The voice knows syllables only, and five letters.
LETTERS = dict(zip("EFGHIJLMNOPQRSTUVWXYZ", "衣 艾夫 吉 艾尺 爱 杰 艾勒 艾姆 恩 欧 屁 丘 阿 艾斯 踢 优 威 达不溜 艾克斯 歪 贼".split()))


def say(text):
    """Text with the marks and letters that the voice knows."""
    text = re.sub(r"[a-zA-Z]", lambda letter: LETTERS.get(letter[0].upper(), letter[0].upper()), text)
    text = re.sub(r"(?<=\d)-(?=\d)", "杠", text)
    text = text.translate(str.maketrans(",.?!;:", "，。？！，，"))
    return re.sub(r"[；：、…—~]+", "，", re.sub(r"[^\u4e00-\u9fffA-Z0-9，。？！；：、…—~]", "", text))


seen = collections.Counter()
for line in (pathlib.Path(__file__).parent / "texts.jsonl").read_text(encoding="utf-8").splitlines():
    if not line.startswith("{"):
        continue
    text = json.loads(line)
    seen[text["category"]] += 1
    if seen[text["category"]] > 5:
        continue
    dice = random.Random(text["id"])
    voice = {"formant": round(dice.uniform(0.9, 1.08), 3), "pitch": round(dice.uniform(0.9, 1.1), 3),
             "slowness": round(dice.uniform(0.88, 1.05), 3),
             "dispatcher": {"formant": 0.95, "pitch": 0.94, "slowness": 0.95}}
    # 警:…报:… are turns; what stands before the first mark is the caller's.
    parts = re.split(r"(警|报)[:：]", text["text"])
    turns = [{"speaker": "caller", "text": parts[0]}]
    turns += [{"speaker": "dispatcher" if who == "警" else "caller", "text": said}
              for who, said in zip(parts[1::2], parts[2::2])]
    turns = [{**turn, "text": say(turn["text"])} for turn in turns if say(turn["text"]).strip("，。？！")]
    print(json.dumps({"id": text["id"], "received_at": text["received_at"], "caller_no": "", "unit_code": "",
                      "record": {}, "event": None, "matter": None, "category": text["category"],
                      "labels": text["labels"], "format": dice.choice(FORMATS), "channels": 1,
                      "voice": voice, "noise_db": dice.randint(12, 24),
                      "extras": dice.choices([[], ["hum"], ["babble"]], [6, 3, 1])[0],
                      "turns": turns}, ensure_ascii=False))
