"""Which models behind an OpenAI-compatible endpoint take pictures.

No list of models says so. A setting of the endpoint (`"images": true`) wins; without it the name tells.
"""

import re

# Families whose models all see, or those of their members that do.
_SEES = re.compile(
    r"gpt-4o|gpt-4\.1|gpt-4-turbo|gpt-5|\bo[134]\b|chatgpt-4o|claude|gemini|gemma-?3(?!n?[:-]?(?:270m|1b))|llava|bakllava"
    r"|pixtral|moondream|minicpm-?v|internvl|phi-?[34][\w.-]*(?:vision|multimodal)|qwen[\w.-]*-?vl|llama-?3\.2-vision"
    r"|llama-?4|mistral-small-?3\.[12]|mistral-medium-?3|granite[\w.-]*vision|\bvision\b|-vl\b",
    re.IGNORECASE,
)
_BLIND = re.compile(r"audio|transcribe|tts|realtime|search-preview|o[13]-mini", re.IGNORECASE)


def sees(model_name: str) -> bool:
    return _SEES.search(model_name) is not None and _BLIND.search(model_name) is None
