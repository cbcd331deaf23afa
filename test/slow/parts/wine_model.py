"""Trains and saves a small model with the columns of the wine-quality data: what MLflow serves.

usage: wine_model.py MODEL_FOLDER ROWS_CSV

The numbers are drawn within the published ranges of the columns (P. Cortez et al., "Modeling wine
preferences by data mining from physicochemical properties", 2009); the quality is a made-up linear
function of four of them, so the test needs no download.
"""
import sys

import mlflow.sklearn
import numpy
import pandas
from mlflow.models import infer_signature
from sklearn.linear_model import ElasticNet

RANGES = {
    "fixed acidity": (4.6, 15.9), "volatile acidity": (0.12, 1.58), "citric acid": (0.0, 1.0),
    "residual sugar": (0.9, 15.5), "chlorides": (0.012, 0.61), "free sulfur dioxide": (1, 72),
    "total sulfur dioxide": (6, 289), "density": (0.990, 1.004), "pH": (2.74, 4.01),
    "sulphates": (0.33, 2.0), "alcohol": (8.4, 14.9),
}


def main():
    folder, rows = sys.argv[1:]
    draw = numpy.random.default_rng(11)
    wines = pandas.DataFrame({name: draw.uniform(low, high, 400).round(4)
                              for name, (low, high) in RANGES.items()})
    quality = (2.5 + 0.33 * wines["alcohol"] - 1.2 * wines["volatile acidity"]
               + 0.8 * wines["sulphates"] + draw.normal(0, 0.4, len(wines)))
    model = ElasticNet(alpha=0.05).fit(wines, quality)
    mlflow.sklearn.save_model(model, folder, signature=infer_signature(wines, model.predict(wines)),
                              pip_requirements=["mlflow", "scikit-learn"])
    wines.head(50).to_csv(rows, index=False)


if __name__ == "__main__":
    main()
