"""Parts of scripts/train: tokenizer, data, models, optimiser, loop, export, report."""
