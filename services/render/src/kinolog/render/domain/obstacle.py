"""Why a film cannot be rendered in part, by joining new packets to those it has, so that all of it is encoded."""

from enum import StrEnum

from kinolog.common.errors import KinologError


class Obstacle(StrEnum):
    """Values say what is the matter with "it", the film."""

    NO_GAIN = "too little of it could stay as it is"
    CODEC = "its picture is not H.264 of 8 bits and 4:2:0 in a common profile"
    FRAMING = "its container does not keep the parameters of the picture apart"
    PARAMETERS = "the parameters of its picture change on the way"
    INTERLACED = "its frames consist of two fields"
    COLOUR_RANGE = "its colours use the full range"
    DYNAMIC_RANGE = "its high dynamic range was mapped to BT.709"
    CLOCK = "its clock has no whole number of ticks a second"
    NO_TIME_STAMPS = "it has frames without a time stamp"
    SAME_TIME_STAMPS = "it has two frames at one moment"
    DAMAGED = "it has packets that are damaged, or that an edit list hides"
    START = "it does not start with a frame that stands alone"
    OPEN_GROUPS = "its groups of pictures are not closed"
    TURN = "it is turned by an angle that is no multiple of 90°"
    TOO_LONG = "it has more frames than are kept in mind"
    TOO_MANY_RUNS = "what changes is scattered over too many places"
    STANDS_STILL = "its picture stands still where a part begins"
    NO_FRAMES = "there is no frame in what is to be kept"
    UNFIT_RUNS = "the newly encoded frames do not fit between the others"
    UNFIT_SOUND = "new packets of sound do not fit between the others"
    UNLIKE = "its films are not coded alike"
    DOUBT = "the joined film did not pass its examination"
    BROKEN = "the program that joins packets could not work with it"


class PartialRefused(KinologError):
    """The film, or what came out, does not qualify; `detail` is for whoever looks closer."""

    def __init__(self, obstacle: Obstacle, detail: str = "") -> None:
        super().__init__(f"{obstacle}: {detail}" if detail else str(obstacle))
        self.obstacle, self.detail = obstacle, detail


def is_sound_alone(error: BaseException) -> bool:
    """Whether a film can be rendered in part with another sound."""
    return isinstance(error, PartialRefused) and error.obstacle is Obstacle.UNFIT_SOUND


def because_of(refused: PartialRefused) -> str:
    """Why all of a film was encoded, for a person: what else is known may be in a program's words."""
    told = f" ({refused.detail})" if refused.obstacle is Obstacle.NO_GAIN else ""
    return f"all frames were encoded: {refused.obstacle}{told}"
