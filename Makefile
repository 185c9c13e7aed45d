# For fingers used to make; ./scriptorium is the real thing.
.PHONY: up test check fix bench backup
up test check fix bench backup:
	./scriptorium $@
