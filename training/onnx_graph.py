"""Reads operator names from an ONNX file without the onnx package."""


def fields(message: bytes):
    """Yields (number, value) of a protocol buffer message's length-delimited and varint fields."""
    position = 0

    def varint() -> int:
        nonlocal position
        value, shift = 0, 0
        while True:
            byte = message[position]
            position += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while position < len(message):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            length = {1: 8, 5: 4}.get(key & 7) or varint()
            yield key >> 3, message[position:position + length]
            position += length


def operators(onnx: bytes) -> set[str]:
    """Operator names in an ONNX file: ModelProto.graph = 7, its node = 1, their op_type = 4."""
    graph = next(value for number, value in fields(onnx) if number == 7)
    nodes = [value for number, value in fields(graph) if number == 1]
    return {value.decode() for node in nodes for number, value in fields(node) if number == 4}
