"""Blender's shader nodes as expressions: a `Graph` makes them and links what it is given."""


class Graph:
    """The node tree of a material or a world. Values may be numbers, colours (3 numbers), nodes or sockets."""

    def __init__(self, tree):
        self.tree = tree
        tree.nodes.clear()

    def node(self, kind: str, inputs: dict | None = None, **settings):
        """A node by its type without the prefix "ShaderNode"; inputs by name or number."""
        node = self.tree.nodes.new("ShaderNode" + kind)
        for name, value in settings.items():
            setattr(node, name, value)
        for name, value in (inputs or {}).items():
            self.link(value, node.inputs[name])
        return node

    def link(self, value, socket) -> None:
        """Connect a node or socket, or set a constant."""
        if hasattr(value, "is_output"):
            self.tree.links.new(value, socket)
        elif hasattr(value, "outputs"):
            self.tree.links.new(value.outputs[0], socket)
        elif isinstance(value, (tuple, list)) and len(value) == 3 and socket.type == "RGBA":
            socket.default_value = (*value, 1.0)
        else:
            socket.default_value = value

    def math(self, operation: str, a, b=0.0, c=0.0):
        return self.node("Math", {0: a, 1: b, 2: c}, operation=operation).outputs[0]

    def add(self, a, b):
        return self.math("ADD", a, b)

    def multiply(self, a, b):
        return self.math("MULTIPLY", a, b)

    def vector(self, operation: str, a, b=(0, 0, 0), c=(0, 0, 0)):
        outputs = self.node("VectorMath", {0: a, 1: b, 2: c}, operation=operation).outputs
        return outputs["Value"] if operation in ("DOT_PRODUCT", "LENGTH", "DISTANCE") else outputs[0]

    def scale(self, vector, factor):
        return self.node("VectorMath", {0: vector, "Scale": factor}, operation="SCALE").outputs[0]

    def split(self, vector):
        return self.node("SeparateXYZ", {0: vector}).outputs[:]

    def join(self, x=0.0, y=0.0, z=0.0):
        return self.node("CombineXYZ", {0: x, 1: y, 2: z}).outputs[0]

    def spread(self, value, low: float, high: float, to_low=0.0, to_high=1.0, smooth: bool = False):
        """Map [low, high] to [to_low, to_high], clamped."""
        kind = "SMOOTHSTEP" if smooth else "LINEAR"
        inputs = {0: value, 1: low, 2: high, 3: to_low, 4: to_high}
        return self.node("MapRange", inputs, interpolation_type=kind).outputs[0]

    def mix(self, factor, a, b):
        """Colour a where factor is 0 and b where it is 1."""
        node = self.node("Mix", data_type="RGBA")
        for value, socket in ((factor, node.inputs[0]), (a, node.inputs[6]), (b, node.inputs[7])):
            self.link(value, socket)
        return node.outputs[2]

    def ramp(self, value, stops):
        """A colour for a number: stops [(position, (r, g, b))] in rising order."""
        node = self.node("ValToRGB", {0: value})
        elements = node.color_ramp.elements
        while len(elements) < len(stops):
            elements.new(0.5)
        for element, (position, colour) in zip(elements, stops, strict=True):
            element.position, element.color = position, (*colour, 1)
        return node.outputs[0]

    def noise(self, vector, scale: float, detail: float = 6.0, roughness: float = 0.6, distortion: float = 0.0):
        inputs = {"Vector": vector, "Scale": scale, "Detail": detail, "Roughness": roughness, "Distortion": distortion}
        return self.node("TexNoise", inputs).outputs[0]

    def cells(self, vector, scale: float, feature: str = "F1"):
        """Voronoi cells: the node, whose outputs are distance and a colour per cell."""
        return self.node("TexVoronoi", {"Vector": vector, "Scale": scale}, feature=feature)

    def random(self, vector):
        """White noise: a number and a colour for every distinct vector."""
        return self.node("TexWhiteNoise", {"Vector": vector}, noise_dimensions="3D").outputs

    def stretched(self, vector, scale=(1, 1, 1), turn: float = 0.0, shift=(0, 0, 0)):
        return self.node(
            "Mapping", {"Vector": vector, "Scale": scale, "Rotation": (0, 0, turn), "Location": shift}
        ).outputs[0]
