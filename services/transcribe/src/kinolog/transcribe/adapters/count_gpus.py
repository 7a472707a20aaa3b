"""A program that says how many GPUs Whisper could run on: the library that knows is large, and a driver may hang."""

import ctranslate2

if __name__ == "__main__":
    print(ctranslate2.get_cuda_device_count())
