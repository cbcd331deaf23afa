"""KServe's own server with the model `people`: age FP32 and name BYTES in, the age out; V1 and V2.

usage: kserve_people.py PORT. Run by the Python that has kserve, never by the tests'.
"""
import sys

from kserve import InferOutput, InferResponse, Model, ModelServer
from kserve.errors import InvalidInput

DATATYPES = {"age": "FP32", "name": "BYTES"}


class People(Model):
    def __init__(self):
        super().__init__("people")
        self.ready = True

    async def get_input_types(self):
        return [{"name": name, "datatype": datatype, "shape": [-1]}
                for name, datatype in DATATYPES.items()]

    async def get_output_types(self):
        return [{"name": "score", "datatype": "FP32", "shape": [-1]}]

    def predict(self, payload, headers=None, response_headers=None):
        if isinstance(payload, dict):  # V1: rows as lists or, as for TensorFlow Serving, by name.
            return {"predictions": [float(row["age"] if isinstance(row, dict) else row[0])
                                    for row in payload["instances"]]}
        for tensor in payload.inputs:
            if tensor.datatype != DATATYPES.get(tensor.name):
                raise InvalidInput(f"{tensor.name} is {tensor.datatype}, not "
                                   f"{DATATYPES.get(tensor.name)}")
        ages = next(tensor for tensor in payload.inputs if tensor.name == "age").as_numpy()
        return InferResponse(payload.id or "none", "people",
                             [InferOutput("score", [len(ages)], "FP32", ages.tolist())])


if __name__ == "__main__":
    ModelServer(http_port=int(sys.argv[1]), enable_grpc=False, workers=1).start([People()])
