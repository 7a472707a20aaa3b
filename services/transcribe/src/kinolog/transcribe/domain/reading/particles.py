"""Small words that say how a sentence hangs together, for the languages that most captions are in.

Guides to subtitling agree on where a line should end: after punctuation, or else before the word that opens the next
part of the sentence, a conjunction or a preposition; never between an article and its noun. Grammar beyond such lists
would need a parser. A language that is not listed is broken at its punctuation and by length.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Particles:
    """`determiners` are articles and what stands in their place, `coordinators` join equals, `subordinators` open a
    part of the sentence. All in lower case.
    """

    determiners: frozenset[str] = frozenset()
    prepositions: frozenset[str] = frozenset()
    coordinators: frozenset[str] = frozenset()
    subordinators: frozenset[str] = frozenset()

    def leads(self, word: str) -> bool:
        """Whether a word belongs to what follows it."""
        lists = (self.determiners, self.prepositions, self.coordinators, self.subordinators)
        return any(word in words for words in lists)


def _particles(*lists: str) -> Particles:
    return Particles(*(frozenset(words.split()) for words in lists))


NONE: Final = Particles()

PARTICLES: Final[Mapping[str, Particles]] = {
    "en": _particles(
        "a an the this these those my your his its our their every each no very",
        "about above across after against along among around at before behind below beneath beside between beyond by"
        " despite down during for from in inside into like near of off on onto out outside over past since through"
        " to toward towards under until up upon with within without",
        "and but or nor so yet",
        "because although though if unless when whenever while where whereas whether that which who whose than as",
    ),
    "de": _particles(
        "der die das des dem den ein eine einen einem einer eines kein keine keinen mein meine meinen dein deine sein"
        " seine ihr ihre ihren unser unsere euer eure dieser diese dieses diesen jeder jede jedes sehr",
        "an am ans auf aus außer bei beim bis durch für gegen gegenüber hinter in im ins mit nach neben ohne seit statt"
        " trotz um unter vom von vor während wegen zu zum zur zwischen über",
        "und oder aber denn sondern doch sowie",
        "weil dass daß wenn als ob obwohl damit bevor nachdem sobald falls wie",
    ),
    "fr": _particles(
        "le la les un une des du au aux ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur"
        " leurs chaque très",
        "à après avant avec chez contre dans de depuis derrière dès devant durant en entre envers jusque malgré par"
        " parmi pendant pour sans sauf selon sous sur vers",
        "et ou mais donc or ni car",
        "que qui quand lorsque si comme puisque quoique dont où parce",
    ),
    "es": _particles(
        "el la los las un una unos unas lo al del mi mis tu tus su sus nuestro nuestra este esta estos estas ese esa"
        " cada muy",
        "a ante bajo con contra de desde durante en entre hacia hasta mediante para por según sin sobre tras",
        "y e o u pero sino ni",
        "que porque aunque cuando como si mientras donde pues quien",
    ),
    "it": _particles(
        "il lo la i gli le un uno una del dello della dei degli delle al allo alla ai agli alle dal dalla nel nella"
        " sul sulla mio mia tuo tua suo sua nostro nostra questo questa quel quella ogni molto",
        "a ad con contro da di dopo dentro durante entro fino fra in per presso prima senza sopra sotto su tra verso",
        "e ed o oppure ma però né quindi",
        "perché che chi se quando come dove mentre benché poiché",
    ),
    "pt": _particles(
        "o a os as um uma uns umas do da dos das no na nos nas ao à aos às meu minha teu tua seu sua nosso nossa este"
        " esta esse essa cada muito",
        "ante após até com contra de desde durante em entre para pelo pela perante por sem sob sobre",
        "e ou mas nem porém",
        "que porque embora quando como se enquanto onde pois quem",
    ),
    "nl": _particles(
        "de het een mijn jouw zijn haar ons onze jullie hun deze dit die dat elke elk geen heel",
        "aan achter bij binnen boven door in langs met na naar naast om onder op over per rond sinds tegen tot tussen"
        " uit van vanaf via voor zonder",
        "en of maar want dus",
        "omdat hoewel als toen terwijl wanneer indien zodat voordat nadat",
    ),
}


def particles_of(language: str) -> Particles:
    """By its code of two letters."""
    return PARTICLES.get(language, NONE)
