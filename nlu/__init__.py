"""Danish text → what it wants and names, without a cloud: intents by a small trained model, entities by rules and known names."""

from nlu.known import Known
from nlu.model import Model, load
from nlu.normalise import fold
from nlu.understanding import OUT_OF_SCOPE, Understanding

__all__ = ["OUT_OF_SCOPE", "Known", "Model", "Understanding", "fold", "load"]
