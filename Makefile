# Aliases for people whose fingers say make. `./dev` is the real thing.
.PHONY: up demo test check fmt lock help
up demo test check fmt lock help:
	@./dev $@
