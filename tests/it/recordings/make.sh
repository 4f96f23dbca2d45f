#!/bin/sh
# Makes the recordings beside it, one of each kind, from 1.3 s of a call of the demo. Needs ffmpeg with libgsm, libmp3lame,
# libopus and libvorbis. What they hold is checked by tests/it/decoding.rs.
set -e
cd "$(dirname "$0")"
call=../../../corpora/demo/audio/JJ20260202008050.wav
make() { ffmpeg -v error -y -ss 2 -t 1.3 -i "$call" -map_metadata -1 "$@"; }
mono="-af pan=mono|c0=c0"
make -c:a pcm_s16le two.wav
make $mono -c:a pcm_s16le pcm.wav
make $mono -c:a pcm_alaw alaw.wav
make -c:a pcm_mulaw mulaw_two.wav
make $mono -c:a adpcm_ima_wav -block_size 256 ima.wav
make -c:a adpcm_ms -block_size 512 ms_two.wav
make $mono -c:a libgsm_ms gsm.wav
make $mono -f gsm -c:a libgsm headless.gsm
make $mono -ar 16000 -c:a g722 -f wav g722.wav
make $mono -c:a g726 -f wav g726.wav
make -c:a flac two.flac
make $mono -c:a libmp3lame -b:a 16k mono.mp3
make -ar 16000 -c:a libmp3lame -b:a 32k two.mp3
make $mono -c:a libvorbis -q:a 0 mono.ogg
make -c:a libopus -b:a 24k two.opus
make $mono -c:a aac -b:a 16k mono.m4a
make -ar 16000 -c:a aac -b:a 32k -movflags +faststart two.m4a
make $mono -c:a aac -b:a 16k -movflags frag_keyframe+empty_moov fragments.m4a
make $mono -c:a aac -b:a 16k mono.aac
make $mono -f alaw headless.alaw
