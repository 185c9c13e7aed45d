"""Which skill a prompt asks for, whether its answer fits it, and what rests on the context. No Django, no people."""
