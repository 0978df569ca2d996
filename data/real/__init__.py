"""The real file: who may fetch it, how, and whether what arrived is it."""
