"""Model files for scripts: GGUF (gguf.py), llm.c's and llama2.c's (modelfile.py), PyTorch's (torchfile.py), vocabularies."""
