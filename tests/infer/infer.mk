# For the project's Makefile to include. The tests themselves are found by tests/run (test_infer.py).
FUZZ_SECONDS ?= 60
fuzz: $(BUILD)/setup-test.ok ## fuzz the parsers of models and tokenizers: FUZZ_SECONDS=60 for each
	$(Q)tests/infer/fuzz.py --seconds $(FUZZ_SECONDS)

.PHONY: fuzz
