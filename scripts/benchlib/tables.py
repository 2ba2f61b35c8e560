"""What a measurement writes: rows as CSV and JSON. An OSError says which file it is about."""
import csv
import json
import os

from launch.common import writing


def write_json(folder, name, value):
    """NAME.json."""
    path = os.path.join(folder, f"{name}.json")
    with writing(path), open(path, "w") as file:
        json.dump(value, file, indent=1)


def write_csv(folder, name, rows, columns):
    """NAME.csv; what the columns don't name is left out."""
    path = os.path.join(folder, f"{name}.csv")
    with writing(path), open(path, "w", newline="") as file:
        table = csv.DictWriter(file, columns, extrasaction="ignore")
        table.writeheader()
        table.writerows(rows)


def write(folder, name, rows, columns):
    """NAME.csv and NAME.json."""
    write_csv(folder, name, rows, columns)
    write_json(folder, name, rows)
