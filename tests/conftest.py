"""What holds for all tests."""

from hypothesis import settings

# How long one example takes says nothing on a busy machine; tests of speed count the processor's time.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
