"""What captions of the look must not say: how a picture is lit."""

import re

LIGHT_WORDS = set(
    """after backlit beam beams bright brightly candlelit cinematic dark darkness dawn day daylight dim dramatic dusk
    evening fiery flare fog foggy gleaming gloomy glow glowing golden haze hazy illuminated lamplight light lighting
    lit luminous mist misty mood moody moonlight moonlit morning neon night noon overcast radiant rain rainy ray
    rays shade shadow shadows shadowy shaft shafts shine shining shiny silhouette silhouetted sparkling storm stormy
    sun sunlight sunlit sunny sunrise sunset twilight wet""".split()  # noqa: SIM905
)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())
