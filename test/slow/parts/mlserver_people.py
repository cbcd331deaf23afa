"""A runtime of MLServer: `people`, age FP32 and name BYTES in, age plus the length of the name out.

Imported by MLServer, never by the tests.
"""
import numpy
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.errors import InferenceError
from mlserver.types import InferenceResponse


class People(MLModel):
    async def predict(self, payload):
        wanted = {tensor.name: tensor.datatype for tensor in self.inputs}
        for tensor in payload.inputs:
            if tensor.datatype != wanted.get(tensor.name):
                raise InferenceError(f"{tensor.name} is {tensor.datatype}, not "
                                     f"{wanted.get(tensor.name)}")
        given = {tensor.name: tensor for tensor in payload.inputs}
        ages = NumpyCodec.decode_input(given["age"]).reshape(-1)
        lengths = [len(name) for name in StringCodec.decode_input(given["name"])]
        score = (ages + numpy.array(lengths)).astype("float32")
        return InferenceResponse(model_name=self.name,
                                 outputs=[NumpyCodec.encode_output("score", score)])
