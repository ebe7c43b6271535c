"""Decides what readers call things that the code knows by one word."""

from generator.analysis.kinds import Kind
from generator.analysis.message import Message, marked

KINDS = {
    Kind.INPUT: Message("input"),
    Kind.OUTPUT: Message("output"),
    Kind.CONV: Message("convolution"),
    Kind.LINEAR: Message("linear"),
    Kind.POOL: Message("pooling"),
    Kind.NORM: Message("normalisation"),
    Kind.ACTIVATION: Message("activation"),
    Kind.DROPOUT: Message("dropout"),
    Kind.MERGE: Message("merge"),
    Kind.RESHAPE: Message("reshape"),
    Kind.ATTENTION: Message("attention"),
    Kind.BLOCK: Message("block"),
    Kind.OTHER: Message("other"),
}

KNOWN = (
    # titles of the sample pictures
    *(marked("Cat"), marked("Coffee"), marked("Rocket")),
    *(marked("Digit 3"), marked("Digit 5"), marked("Digit 8")),
    # the family of a net that names none
    marked("Own models"),
    # verdicts on a number, its name and its source
    *(marked("yes"), marked("no"), marked("explained"), marked("differs")),
    *(marked("below"), marked("rounded"), marked("cut off")),
    *(marked("layers"), marked("connections"), marked("sum over all layers")),
    *(marked("other sizes"), marked("real runs")),
    # where others print their figures, word by word
    *(marked("paper"), marked("ResNeXt paper"), marked("abstract"), marked("Table {}")),
    *(marked("section {}"), marked("section {}.{}"), marked("section II-B")),
    *(marked("section II-B: one per parameter"),),
    *(marked("section II-B: its total less the six layers"),),
    *(marked("net A"), marked("net B"), marked("net C"), marked("net D"), marked("net E")),
    *(marked("Table {} (stride in the {})"), marked("authors' model zoo (pycls)")),
    *(marked("authors' code (ShuffleNet-Series)"),),
    # between the words that tell variants of a block apart
    marked(", "),
    # blocks found in the wiring alone
    *(marked("Residual block"), marked("Gated block"), marked("Branches")),
    *(marked("Squeeze-and-excitation"), marked("Squeeze excitation")),
    *(marked("Conv stage"), marked("Separable convolution")),
    # classes of blocks that a textbook has a word for
    *(marked("Basic block"), marked("Bottleneck"), marked("Res bottleneck block")),
    *(marked("Inverted residual"), marked("Depthwise separable"), marked("Fused MBConv")),
    *(marked("Dense layer"), marked("Inception dense layer"), marked("Transition")),
    *(marked("Inception"), marked("Inception A"), marked("Inception B"), marked("Inception C")),
    *(marked("Inception D"), marked("Inception E"), marked("Auxiliary head")),
    *(marked("Fire"), marked("Shuffle unit"), marked("Ni NBlock"), marked("Dense block")),
    *(marked("Encoder block"), marked("Swin transformer block"), marked("Patch merging")),
    *(marked("Lower tower"), marked("Upper tower"), marked("Subsampling")),
    *(marked("Partial convolution"), marked("Euclidean RBF")),
    # what tells the variants of a block apart; {} stands for numbers
    *(marked("no shortcut"), marked("no expansion"), marked("shifted windows")),
    *(marked("{} branches"), marked("form {}"), marked("dense"), marked("depthwise")),
    *(marked("{} depthwise"), marked("groups of {}")),
    *(marked("dense and {} groups"), marked("{} groups and dense")),
    *(marked("dense and groups of {}"), marked("groups of {} and dense")),
    # steps of a sequence
    *(marked("{} conv /{}"), marked("{} conv ×{}"), marked("{} conv /{} ×{}")),
    *(marked("{} depthwise conv /{}"), marked("{} depthwise conv ×{}")),
    *(marked("{} pool"), marked("{} pool /{}"), marked("{} pool ×{}"), marked("{} pool /{} ×{}")),
    *(marked("global pool"), marked("linear ×{}"), marked("transposed conv ×{}")),
    # everything a block diagram says
    *(marked("input"), marked("{} feature maps"), marked("output"), marked("{}")),
    *(marked("{} conv"), marked("{} depthwise conv"), marked("{} grouped conv")),
    *(marked("{} transposed conv"), marked("linear"), marked("{} max pool")),
    *(marked("{} average pool"), marked("global max pool"), marked("global average pool")),
    *(marked("channel split"), marked("concat"), marked("channel shuffle")),
    *(marked("self-attention"), marked("squeeze and excitation"), marked("learned scale")),
    *(marked("dropout (off)"), marked("{} → {}"), marked("{} channels"), marked("stride {}")),
    *(marked("{} groups"), marked("{} groups of {}"), marked("{} heads"), marked("dilation {}")),
    *(marked("no padding"), marked("padding {}"), marked("{} inputs")),
    *(marked("identity shortcut"), marked("projection shortcut")),
    # operations that are called what they are
    *(marked("reshape"), marked("transpose"), marked("permute"), marked("flatten"), marked("mean")),
    *(marked("local response norm"), marked("add"), marked("mul"), marked("pad")),
    *(marked("index"), marked("index select"), marked("select"), marked("slice")),
    marked("contiguous"),
)
"""Words that records and drawings carry in English, and that are looked up when they are said."""
